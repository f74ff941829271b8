"""Reading a record as the user; what they may not see does not exist for them."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context


def readable(context: Context, reference: Any) -> dict[str, Any]:
    """Return a dataset that the user may see.

    Raises:
        ObjectNotFound: when there is none, or the user may not know of it.
    """
    try:
        shown = tk.get_action("package_show")(tk.fresh_context(context), {"id": str(reference)})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        shown = {}
    if shown.get("type") != "dataset":
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return dict(shown)
