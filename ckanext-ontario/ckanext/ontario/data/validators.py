"""Validators of what the DataStore keeps for us."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.data.domain import dictionary
from ckanext.ontario.data.logic.questions import info_sentence


def dictionary_entries(value: Any) -> Any:
    """Refuse a column's ``info`` whose entries are no text, too long, or an unknown type."""
    if not value:
        return value
    if found := dictionary.problem(value):
        code, key = found
        raise tk.Invalid(f"{key}: {info_sentence(code, key)}")
    return value
