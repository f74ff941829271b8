"""What pages ask of votes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

__all__ = ["ontario_votes_mergeable", "ontario_votes_of"]


def ontario_votes_of(package_id: str) -> dict[str, Any]:
    """Return the votes of a record as ``ontario_vote_show`` does, for the reader of this page."""
    return tk.get_action("ontario_vote_show")(_reader(), {"id": package_id})


def ontario_votes_mergeable() -> int:
    """Return how many votes of this browser could move to the account that is logged in.

    A page that gets any asks whether they are to move, and then calls ``ontario_vote_merge``.
    """
    return int(tk.get_action("ontario_vote_mergeable_show")(_reader(), {})["count"])


def _reader() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
