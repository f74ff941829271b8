"""What the slice reads of the portal's configuration."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

PROFILE = "ontario_dcat"
"""Our profile's name among ckanext-dcat's (entry point group ``ckan.rdf.profiles``)."""

PROFILES_OPTION = "ckanext.dcat.rdf.profiles"
ENDPOINTS_OPTION = "ckanext.dcat.enable_rdf_endpoints"


def base_uri() -> str:
    """Return what the addresses of all things begin with, without a slash at the end."""
    return str(tk.config.get("ckanext.dcat.base_uri") or tk.config["ckan.site_url"]).rstrip("/")


def page_size() -> int:
    """Return how many records a page of the catalogue has."""
    return int(tk.config.get("ckanext.dcat.datasets_per_page") or 100)
