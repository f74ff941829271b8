"""The ``ontario_data`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p


class DataPlugin(p.SingletonPlugin):
    """Uploaded files and their tables: what may be uploaded, the DataStore, dictionaries, dumps."""
