"""The WSGI application of one portal: ``gunicorn ckanext.ontario.stack.wsgi``.

``CKAN_INI`` names the portal's ini file. CKAN's wheel ships no ``wsgi.py``.
"""

from __future__ import annotations

import os

# Before anything imports `magic`: it finds the bundled libmagic through this.
import pylibmagic  # noqa: F401 -- imported for its effect

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
