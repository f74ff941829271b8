"""Template helpers of the harvest pages."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.shared.bilingual import language_of, pick

__all__ = ["ontario_harvest_issues", "ontario_harvest_profiles"]

_SHOWN = 200


def ontario_harvest_profiles() -> list[dict[str, str]]:
    """Return the profiles as options of a select field, in the reader's language."""
    language = language_of(str(tk.h.lang()))
    found = tk.get_action("ontario_harvest_profile_list")(Context(), {})
    return [{"value": each["name"], "text": pick(each["title"], language) or ""} for each in found]


def ontario_harvest_issues(run_id: str) -> list[dict[str, Any]]:
    """Return the first issues of a run, ``message`` and ``suggestion`` in the reader's language."""
    language = language_of(str(tk.h.lang()))
    data = {"run_id": run_id, "limit": _SHOWN}
    found = tk.get_action("ontario_harvest_issue_list")(Context(), data)["issues"]
    return [
        {
            **issue,
            "message": issue["message"][language],
            "suggestion": issue["suggestion"][language],
        }
        for issue in found
    ]
