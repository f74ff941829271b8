"""The ``ontario_editing`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p


class EditingPlugin(p.SingletonPlugin):
    """The forms in which ministries describe records, and ways to change many (internal portal)."""
