"""Typed readers of the visibility slice's configuration, one per option."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask_babel import force_locale

ACCOUNT_DOMAINS = "ckanext.ontario.visibility.account_domains"
GRANT_DAYS = "ckanext.ontario.visibility.grant_days"
FACET_LIMIT = "ckanext.ontario.visibility.facet_limit"
REGISTRATION_HOURS = "ckanext.ontario.visibility.registration_hours"
REGISTRATIONS_PER_ADDRESS = "ckanext.ontario.visibility.registrations_per_address"
REGISTRATIONS_PER_CLIENT = "ckanext.ontario.visibility.registrations_per_client"
REVIEWED_HOOKS = "ckanext.ontario.visibility.reviewed_hooks"


def account_domains() -> list[str]:
    """Return the e-mail domains whose addresses may have an account on the internal portal."""
    return list(tk.aslist(tk.config[ACCOUNT_DOMAINS]))


def grant_days() -> int:
    """Return how many days from today the last day of a grant of data may be."""
    return int(tk.config[GRANT_DAYS])


def facet_limit() -> int:
    """Return the most values of one facet that a search may ask for."""
    return int(tk.config[FACET_LIMIT])


def reviewed_hooks() -> list[str]:
    """Return the Python modules whose request hooks were reviewed besides the built-in list."""
    return list(tk.aslist(tk.config[REVIEWED_HOOKS]))


def registration_hours() -> int:
    """Return for how many hours the link that confirms a registration may be opened."""
    return int(tk.config[REGISTRATION_HOURS])


def registrations_per_address() -> int:
    """Return how often an e-mail address may be registered within an hour."""
    return int(tk.config[REGISTRATIONS_PER_ADDRESS])


def registrations_per_client() -> int:
    """Return how often one client may register within an hour."""
    return int(tk.config[REGISTRATIONS_PER_CLIENT])


def site_name(language: str) -> str:
    """Return what mails call this site."""
    with force_locale(language):
        return str(tk._("Ontario Data Catalogue"))
