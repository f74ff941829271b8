"""Words for what a ministry answered, in the reader's language."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def kinds() -> dict[str, str]:
    """Return what each kind of answer says; the kinds are ``domain.RESPONSES``."""
    return {
        "considering": tk._("The ministry is looking into it"),
        "planned": tk._("A release is planned"),
        "declined": tk._("The data stays closed"),
        "opened": tk._("The data is open"),
    }
