"""What pages ask of votes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

__all__ = ["ontario_votes_mergeable", "ontario_votes_of", "ontario_votes_responses"]


def ontario_votes_of(package_id: str) -> dict[str, Any]:
    """Return the votes of a record as ``ontario_vote_show`` does, for the reader of this page."""
    return tk.get_action("ontario_vote_show")(_reader(), {"id": package_id})


def ontario_votes_mergeable() -> int:
    """Return how many votes of this browser could move to the account that is logged in.

    A page that gets any asks whether they are to move, and then calls ``ontario_vote_merge``.
    """
    return int(tk.get_action("ontario_vote_mergeable_show")(_reader(), {})["count"])


def ontario_votes_responses(package_id: str) -> list[dict[str, Any]]:
    """Return the approved answers to the votes for a record, the latest first; on both portals.

    Args:
        package_id: id of a record that the reader may see.
    """
    found = tk.get_action("ontario_vote_response_list")(_reader(), {"id": package_id})
    return [one for one in found if one.get("state", "approved") == "approved"]


def _reader() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
