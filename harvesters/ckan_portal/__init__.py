"""Another CKAN, by its Action API.

``addresses`` says which pages to ask for, ``reader`` finds the records in them, ``mapping`` and
``files`` turn one into a record of ours, ``plugin`` binds them to the harvest engine.
"""
