"""The WSGI application of one portal: ``gunicorn ckanext.ontario.stack.wsgi``.

``CKAN_INI`` names the portal's ini file. CKAN's wheel ships no ``wsgi.py``.
"""

from __future__ import annotations

from .application import load

application = load()
