"""Counts on records in this process: how often the database is asked, and what is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.common import config
from ckan.plugins import toolkit as tk

from ckanext.ontario.shared import portal
from ckanext.ontario.shared.startup import PortalRefused
from ckanext.ontario.votes import ballots, counting, plugin
from ckanext.ontario.votes.model import OF_RECORDS
from statements import statements


@pytest.fixture
def votes(empty: None, monkeypatch: pytest.MonkeyPatch) -> plugin.VotesPlugin:
    """The plugin as on the public portal, with votes for ten records."""
    monkeypatch.setitem(config, portal.OPTION, "public")
    for number in range(10):
        for voter in range(number):
            ballots.cast(f"r{number}", f"a{voter}", "a")
    ballots.cast("r9", "u1", "u")
    model.Session.commit()
    return object.__new__(plugin.VotesPlugin)


def page(**more: Any) -> list[dict[str, Any]]:
    return [{"id": f"r{n}", "type": "dataset", "resources": [], **more} for n in range(10)]


def asked(seen: list[str]) -> int:
    return sum("ontario_votes_tally" in one for one in seen)


def test_a_page_of_records_costs_one_query(votes: Any) -> None:
    with statements() as seen:
        found = votes.after_dataset_search({"results": page()}, {})["results"]
    assert asked(seen) == 1
    assert [one["vote_count"] for one in found] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]
    assert (found[9]["vote_count_user"], found[9]["vote_count_anonymous"]) == (1, 9)


def test_what_has_no_votes_is_not_asked_for(votes: Any) -> None:
    with statements() as seen:
        results = votes.after_dataset_search({"results": page(type="consultation")}, {})["results"]
        votes.after_dataset_search({"results": [{"id": "r1", "name": "only fields"}]}, {})
        votes.after_dataset_search({"results": []}, {})
    assert asked(seen) == 0
    assert "vote_count" not in results[0]


def test_records_read_together_are_asked_for_once(votes: Any) -> None:
    records = page()
    with statements() as seen, votes.reading_records([one["id"] for one in records]):
        documents = [votes.before_dataset_index({**one}) for one in records]
        for one in records:
            votes.after_dataset_show({}, one)
            votes.after_dataset_show({"validate": False}, raw := {"id": "r9", "type": "dataset"})
    assert asked(seen) == 1
    assert [one["vote_count"] for one in documents] == [one["vote_count"] for one in records]
    assert "vote_count" not in raw  # the index gets it from its own hook
    with statements() as seen:
        assert votes.before_dataset_index({"id": "r9", "type": "dataset"})["vote_count"] == 10
    assert asked(seen) == 1


def test_votes_go_with_a_record_that_is_removed_for_good(votes: Any) -> None:
    plugin.forget_removed(None, ids=["r8", "r9"])
    plugin.forget_removed(None, ids=["r7"], final=False, more="unknown")
    assert set(counting.counts(["r7", "r8", "r9"])) == {"r7", "r8", "r9"}
    plugin.forget_removed(None, ids=["r8", "r9"], final=True)
    assert set(counting.counts(["r7", "r8", "r9"])) == {"r7"}
    for table in OF_RECORDS:
        gone = sa.select(table).where(table.c.package_id.in_(["r8", "r9"]))
        assert model.Session.execute(gone).all() == []


def test_staff_do_not_vote(internal: Any) -> None:
    for name in ("ontario_vote_set", "ontario_vote_merge", "ontario_vote_void"):
        with pytest.raises(KeyError):
            tk.get_action(name)


def test_a_public_portal_needs_the_key_of_voters(
    internal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "require_guards", lambda: portal.Portal.PUBLIC)
    with pytest.raises(PortalRefused, match=r"ontario\.votes\.secret"):
        object.__new__(plugin.VotesPlugin).update_config(config)
