"""What pages ask of votes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from ckan.types import Context

from ckanext.ontario.votes import wording
from ckanext.ontario.votes.outside import pages
from ckanext.ontario.votes.outside.pages import Row

__all__ = [
    "ontario_votes_answers",
    "ontario_votes_mergeable",
    "ontario_votes_of",
    "ontario_votes_top",
    "ontario_votes_words",
]

TOP = 5


def ontario_votes_of(package_id: str) -> dict[str, Any]:
    """Return the votes of a record as ``ontario_vote_show`` does, for the reader of this page."""
    return tk.get_action("ontario_vote_show")(_reader(), {"id": package_id})


def ontario_votes_mergeable() -> int:
    """Return how many votes of this browser could move to the account that is logged in.

    A page that gets any asks whether they are to move, and then calls ``ontario_vote_merge``. Who
    said no is not asked again in this session.
    """
    if not tk.current_user.is_authenticated or pages.declined():
        return 0
    return int(tk.get_action("ontario_vote_mergeable_show")(_reader(), {})["count"])


def ontario_votes_top() -> tuple[Row, ...]:
    """Return the records with most votes, or nothing while the search does not answer."""
    try:
        found = tk.get_action("ontario_vote_ranking")(_reader(), {"limit": TOP})
    except SearchError:
        return ()
    return tuple(pages.row(one) for one in found["results"])


def ontario_votes_words(count_user: int, count_anonymous: int) -> str:
    """Return counts in words: of accounts and of browsers apart."""
    return pages.words(count_user, count_anonymous)


def ontario_votes_answers() -> dict[str, str]:
    """Return what each kind of a ministry's answer says, in the reader's language."""
    return wording.kinds()


def _reader() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
