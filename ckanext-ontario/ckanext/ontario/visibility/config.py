"""Typed readers of the visibility slice's configuration, one per option."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

ACCOUNT_DOMAINS = "ckanext.ontario.visibility.account_domains"
GRANT_DAYS = "ckanext.ontario.visibility.grant_days"
FACET_LIMIT = "ckanext.ontario.visibility.facet_limit"
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
