"""What can be done with a draft through the API."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict
from flask_babel import get_locale

from ckanext.ontario.shared.bilingual import language_of

__all__ = ["ontario_draft_finish"]


def ontario_draft_finish(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Finish a draft: whoever its audience names may then read it on the internal portal.

    The rules of publication must hold (warnings do not count), so that what leaves the ministry's
    editors is complete. A record that is no draft stays as it is.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id``, the draft's id or name.

    Returns:
        The record, as ``package_show`` answers it.

    Raises:
        ValidationError: by field, what the draft lacks, in the caller's language.
        NotAuthorized: when the caller may not edit it.
        ObjectNotFound: when there is no such record, or the caller may not know of it.
    """
    record_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("ontario_draft_finish", context, {"id": record_id})
    kept = {"user", "auth_user_obj", "ignore_auth"}
    caller = cast("Context", {key: value for key, value in context.items() if key in kept})
    record = tk.get_action("package_show")(Context(caller), {"id": record_id})
    if record["state"] != "draft":
        return record
    answer = tk.get_action("ontario_dataset_check")(Context(caller), {"dataset": record})
    language = language_of(str(get_locale() or ""))
    lacking: dict[str, Any] = {}
    for issue in answer["issues"]:
        if issue["level"] == "error":
            texts = [issue["message"], issue["suggestion"]]
            said = " ".join(text[language] for text in texts)
            lacking.setdefault(issue["field"], []).append(said)
    if lacking:
        raise tk.ValidationError(lacking)
    update = Context(caller, allow_state_change=True)
    return tk.get_action("package_patch")(update, {"id": record["id"], "state": "active"})
