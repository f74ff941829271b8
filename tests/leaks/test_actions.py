"""Every action of the internal portal, called over HTTP as everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ckan import logic
from tests.leaks import inside
from tests.leaks.walking import Role, table, walk

ACTIONS = table("actions.yaml")
OUTSIDE_ONLY = {
    "ontario_publication_kind_receive",
    "ontario_publication_receive",
    "ontario_publication_token_ensure",
    "ontario_registration_expire",
    "ontario_vote_export",
    "ontario_vote_index",
    "ontario_vote_list",
    "ontario_vote_merge",
    "ontario_vote_mergeable_show",
    "ontario_vote_opening_confirm",
    "ontario_vote_opening_end",
    "ontario_vote_opening_send",
    "ontario_vote_opening_subscribe",
    "ontario_vote_purge",
    "ontario_vote_ranking",
    "ontario_vote_reconcile",
    "ontario_vote_review_keep",
    "ontario_vote_set",
    "ontario_vote_show",
    "ontario_vote_suggestion_accept",
    "ontario_vote_suggestion_create",
    "ontario_vote_suggestion_list",
    "ontario_vote_suggestion_refuse",
    "ontario_vote_suggestion_set",
    "ontario_vote_velocity",
    "ontario_vote_void",
}
"""Actions that only the public portal has."""
NAMES = sorted(name for kind in ACTIONS.values() for name in kind)


def called(role: Role, known: set[str]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Yield what is called: name, data, and whether it writes."""
    for kind, actions in ACTIONS.items():
        for name, calls in actions.items():
            if name in known and not (kind == "global" and role.name == "system administrator"):
                for data in calls:
                    yield name, data, kind != "reads"


def walk_actions(role: Role, known: set[str]) -> None:
    """Call every action as somebody, each by POST as programs do."""
    for name, data, writes in called(role, known):
        walk(role, name, "POST", f"/api/3/action/{name}", data, writes=writes)


def test_every_action_has_its_calls(internal: Any) -> None:
    logic.get_action("package_show")
    assert sorted({*logic._actions, *OUTSIDE_ONLY}) == NAMES


@pytest.mark.parametrize("name", inside.HIDDEN)
def test_no_action_tells(roles: Any, covered: Any, name: str) -> None:
    role = roles[name]
    inside_too = set(NAMES) - OUTSIDE_ONLY
    walk_actions(role, inside_too)
    covered(
        f"internal actions as {name}: {len(role.seen)} of {len(inside_too)} actions "
        f"in {role.summary}"
    )
    assert role.unmet == set()
    assert role.problems == [], "\n".join([f"{len(role.problems)} problems", *role.problems])
