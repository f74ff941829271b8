"""What CKAN says is wrong, for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import ckan.plugins.toolkit as tk


def in_words(error: tk.ValidationError) -> dict[str, str]:
    """Return what is wrong in words, one text for each field or parameter."""
    told = cast("Mapping[str, list[str]]", error.error_dict)
    return {name: " ".join(texts) for name, texts in told.items()}
