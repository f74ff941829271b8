"""What the schema tells: outside, not even the names of internal fields."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.ontario.visibility.outward import without_internal

__all__ = ["scheming_dataset_schema_show"]


@tk.chained_action
@tk.side_effect_free
def scheming_dataset_schema_show(
    next_action: Action, context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Return the schema of a type of record, on the public portal without internal fields."""
    return without_internal(next_action(context, data_dict))
