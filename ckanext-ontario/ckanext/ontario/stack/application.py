"""CKAN loaded in this process: the start of each of a portal's processes that is no command."""

from __future__ import annotations

import os
from typing import cast

# Before anything of CKAN: `magic` finds the bundled libmagic through it.
import pylibmagic  # pyright: ignore[reportUnusedImport]  # noqa: F401 -- imported for its effect

# isort: split
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.types import CKANApp
from flask import Flask

INI = "CKAN_INI"
"""Environment variable that names the portal's ini file."""


def load() -> CKANApp:
    """Return the WSGI application of the portal that ``CKAN_INI`` names."""
    return make_app(CKANConfigLoader(os.environ[INI]).get_config())


def flask_of(app: CKANApp) -> Flask:
    """Return the Flask application inside CKAN's wrapper, for its request contexts."""
    return cast("Flask", app._wsgi_app)  # noqa: SLF001 -- what CKAN's own command line does
