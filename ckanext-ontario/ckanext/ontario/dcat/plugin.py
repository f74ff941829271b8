"""The ``ontario_dcat`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p


class DcatPlugin(p.SingletonPlugin):
    """Records as DCAT, through ckanext-dcat: bilingual, with the European vocabularies."""
