"""Duplicating a record."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.ontario.editing import copying, fields
from ckanext.ontario.editing.logic.reading import readable

__all__ = ["ontario_dataset_duplicate"]


def ontario_dataset_duplicate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make a draft like another record.

    Links are copied; uploaded files are not, and an internal note lists them. Where the record
    was harvested from, its dates of creation, opening and validation, and its status stay behind.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id``, the record to copy; ``owner_org``, the ministry of the copy (by default
            the original's where the user may make records, else the user's only one); ``name``,
            the copy's address (by default a free one made of its title).

    Returns:
        ``{"dataset": the draft as package_show answers it, "uploads": [names of files to add]}``.

    Raises:
        ObjectNotFound: when there is no such dataset, or the user may not know of it.
        ValidationError: on ``owner_org`` when there is a choice of ministries, and none was made.
    """
    original = readable(context, tk.get_or_bust(data_dict, "id"))
    tk.check_access("ontario_dataset_duplicate", context, {"id": original["id"]})
    values, uploads = copying.copied(
        original, fields.names(fields.DATASET), fields.names(fields.RESOURCE)
    )
    values |= {
        "type": "dataset",
        "state": "draft",
        "owner_org": _ministry(context, original, data_dict.get("owner_org")),
        "name": str(data_dict.get("name") or ""),
    }
    making = tk.fresh_context(context, allow_state_change=True)
    made = tk.get_action("package_create")(making, values)
    return {"dataset": made, "uploads": uploads}


def _ministry(context: Context, original: DataDict, chosen: Any) -> str:
    if chosen:
        return str(chosen)
    own = [one["id"] for one in ministries(context)]
    if original.get("owner_org") in own:
        return str(original["owner_org"])
    if len(own) == 1:
        return str(own[0])
    raise tk.ValidationError({"owner_org": [tk._("Choose the ministry of the copy.")]})


def ministries(context: Context) -> list[dict[str, Any]]:
    """Return the ministries in which the user may make records."""
    return list(
        tk.get_action("organization_list_for_user")(
            tk.fresh_context(context), {"permission": "create_dataset"}
        )
    )
