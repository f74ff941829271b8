"""Records as DCAT, through ckanext-dcat: bilingual, with the European vocabularies."""
