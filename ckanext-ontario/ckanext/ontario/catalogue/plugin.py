"""The ``ontario_catalogue`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p


class CataloguePlugin(p.SingletonPlugin):
    """Pages on which people find and read records: search, dataset, resource, inventory, feeds."""
