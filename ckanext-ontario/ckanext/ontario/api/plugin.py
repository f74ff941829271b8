"""The ``ontario_api`` plugin: a table of contents."""

from __future__ import annotations

import ckan.plugins as p


class ApiPlugin(p.SingletonPlugin):
    """The description of the Action API: OpenAPI, errors, and what programs may expect."""
