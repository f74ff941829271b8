"""Votes in searches, the ranking, tables of counts, and what the commands do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.votes.conftest import TOPIC, Client, output

from ckanext.ontario.votes.model import BALLOT, DAILY, TALLY

WANTED = {"review-0": 3, "review-1": 1, "closed": 3, "elsewhere": 2}
"""Votes of browsers; ``closed`` has one of an account besides."""


@pytest.fixture(scope="module")
def voted(voting: Any) -> Any:
    """Records with votes that the index has not been told yet."""
    for key, count in WANTED.items():
        for _ in range(count):
            Client(voting.url).vote(voting.records[key])
    Client(voting.url, voting.tokens["citizen"]).vote(voting.records["closed"])
    return voting


@pytest.fixture(scope="module")
def indexed(voted: Any) -> Any:
    """The same, after the job that tells the index."""
    done = output(voted.web.ckan("ontario-votes", "index", "--json"))
    assert done["failed"] == {}
    assert done["indexed"] >= len(WANTED)
    return voted


def run(voting: Any, action: str, **data: Any) -> Any:
    """Call what the scheduler calls, as an administrator."""
    return Client(voting.url, voting.tokens["chief"]).ask(f"ontario_vote_{action}", **data)


def search(voting: Any, **asked: Any) -> list[dict[str, Any]]:
    mine = f"owner_org:*  AND name:{voting.owner}*"
    found = Client(voting.url).ask("package_search", rows=100, fq_list=[mine], **asked)
    return [one for one in found["results"] if one["name"].startswith(voting.owner)]


def test_a_search_tells_counts_before_the_index_knows_them(voted: Any) -> None:
    shown = {one["id"]: one for one in search(voted)}
    for key, count in WANTED.items():
        assert shown[voted.records[key]]["vote_count_anonymous"] == count
    assert shown[voted.records["closed"]]["vote_count"] == 4
    assert shown[voted.records["closed"]]["vote_count_user"] == 1
    assert shown[voted.records["open"]]["vote_count"] == 0


def test_the_index_sorts_and_filters_as_numbers(indexed: Any) -> None:
    ordered = [one["vote_count"] for one in search(indexed, sort="vote_count desc, name asc")]
    assert ordered[:4] == [4, 3, 2, 1]
    assert ordered == sorted(ordered, reverse=True)
    few = search(indexed, fq="vote_count:[2 TO 3]")
    assert {one["id"] for one in few} == {
        indexed.records["review-0"],
        indexed.records["elsewhere"],
    }


def test_telling_the_index_changes_no_record_and_comes_to_an_end(indexed: Any) -> None:
    before = {one["id"]: one["metadata_modified"] for one in search(indexed)}
    Client(indexed.url).vote(indexed.records["review-1"])
    Client(indexed.url, indexed.tokens["citizen"]).vote(indexed.records["review-1"])
    assert run(indexed, "index")["indexed"] == 1
    assert run(indexed, "index")["indexed"] == 0
    after = search(indexed, sort="vote_count desc, name asc")
    assert {one["id"]: one["metadata_modified"] for one in after} == before
    Client(indexed.url, indexed.tokens["citizen"]).vote(indexed.records["review-1"], value=False)


def test_what_was_changed_by_hand_is_found_and_mended(indexed: Any, database: Any) -> None:
    run(indexed, "index")
    assert run(indexed, "reconcile") == {"tallies": [], "index": [], "folded": 0}
    record = indexed.records["elsewhere"]
    with database.begin() as connection:
        connection.execute(sa.update(TALLY).where(TALLY.c.package_id == record).values(n_anon=40))
    told = indexed.web.ckan("ontario-votes", "reconcile", "--dry-run", "--json", check=False)
    assert (told.returncode, output(told)["tallies"]) == (3, [record])
    assert record in output(told)["index"]
    assert run(indexed, "reconcile")["tallies"] == [record]
    run(indexed, "index")
    assert run(indexed, "reconcile") == {"tallies": [], "index": [], "folded": 0}


def rank(voting: Any, **asked: Any) -> list[tuple[int, str, int]]:
    found = Client(voting.url).ask("ontario_vote_ranking", limit=100, **asked)
    ours = {one: key for key, one in voting.records.items()}
    assert found["count"] >= len(found["results"])
    return [
        (one["rank"], ours[one["id"]], one["votes"])
        for one in found["results"]
        if one["id"] in ours
    ]


def test_the_ranking_follows_the_votes_at_once(indexed: Any) -> None:
    assert rank(indexed, organization=indexed.owner)[:2] == [(1, "closed", 4), (2, "review-0", 3)]
    newcomer = Client(indexed.url)
    newcomer.vote(indexed.records["review-0"])
    tied = rank(indexed, organization=indexed.owner)[:2]
    assert tied == [(1, "closed", 4), (1, "review-0", 4)]
    newcomer.vote(indexed.records["review-0"], value=False)


def test_the_ranking_is_of_a_ministry_a_topic_a_level_and_a_time(indexed: Any) -> None:
    assert rank(indexed, organization=indexed.other_owner) == [(1, "elsewhere", 2)]
    assert "elsewhere" not in {one[1] for one in rank(indexed, topic=TOPIC)}
    assert {"closed", "review-0"} <= {one[1] for one in rank(indexed, topic=TOPIC)}
    level = {"organization": indexed.owner, "access_level": "restricted"}
    assert rank(indexed, **level) == [(1, "closed", 4)]
    assert rank(indexed, organization=indexed.owner, since="2020-01-01")[0] == (1, "closed", 4)
    assert rank(indexed, since="2999-01-01") == []
    assert rank(indexed, organization="no-such") == []


def test_the_ranking_comes_in_pages_with_what_a_reader_needs(indexed: Any) -> None:
    asked = {"organization": indexed.owner, "limit": 1}
    first = Client(indexed.url).ask("ontario_vote_ranking", **asked)
    second = Client(indexed.url).ask("ontario_vote_ranking", offset=1, **asked)
    assert first["count"] == second["count"] >= 3
    [one] = first["results"]
    assert one["id"] != second["results"][0]["id"]
    assert one["change"] == one["count"] == one["count_user"] + one["count_anonymous"] == 4
    assert one["organization"]["name"] == indexed.owner
    assert (one["access_level"], one["exemption"]) == ("restricted", "privacy")
    assert set(one["title"]) == {"en", "fr"}
    assert Client(indexed.url).ask("ontario_vote_ranking", offset=9999)["results"] == []


def test_counts_are_given_as_a_table_and_as_json(indexed: Any) -> None:
    rows = Client(indexed.url).ask("ontario_vote_export", organization=indexed.owner)
    text = Client(indexed.url).ask("ontario_vote_export", organization=indexed.owner, format="csv")
    assert [{key: str(value) for key, value in row.items()} for row in rows] == list(
        csv.DictReader(io.StringIO(text))
    )
    assert rows[0]["id"] == indexed.records["closed"]
    assert rows[0]["organization"] == indexed.owner
    assert not {"voter_key", "day", "kind"} & set(rows[0])


# --- commands --------------------------------------------------------------------------------


def test_the_velocity_report_is_a_command_too(indexed: Any) -> None:
    told = indexed.web.ckan("ontario-votes", "velocity", "--days", "3", check=False)
    assert f"{indexed.names['closed']}: 4 votes in 3 days (3 without an account)" in told.stdout
    found = run(indexed, "velocity")
    by_id = {one["id"]: one for one in found["records"]}
    assert by_id[indexed.records["closed"]]["recent"] == 4
    assert by_id[indexed.records["closed"]]["before"] == 0


def test_old_ballots_go_and_counts_stay(
    indexed: Any, database: Any, kept: Callable[[str], dict[str, int]]
) -> None:
    record = indexed.records["review-0"]
    before = kept(record)
    with database.begin() as connection:
        for table in (BALLOT, DAILY):
            older = sa.update(table).where(table.c.package_id == record)
            connection.execute(older.values(day=table.c.day - 401))
    done = run(indexed, "purge")
    assert done["ballots"] == before["ballots"]
    assert kept(record) == {**before, "ballots": 0}
    assert Client(indexed.url).ask("ontario_vote_show", id=record)["count"] == before["tally"]
    assert run(indexed, "reconcile")["tallies"] == []
    again = indexed.web.ckan("ontario-votes", "purge")
    assert again.stdout.startswith("0 ballots deleted")


def test_a_command_declares_ballots_void(indexed: Any, kept: Any) -> None:
    record = indexed.records["elsewhere"]
    note = ["--note-en", "Cast by a program.", "--note-fr", "Exprimés par un programme."]
    name = ["--dataset", indexed.names["elsewhere"]]
    refused = indexed.web.ckan("ontario-votes", "void", *name, *note, check=False)
    assert refused.returncode != 0  # nobody confirmed
    bad = indexed.web.ckan("ontario-votes", "void", "--yes", *note, check=False)
    assert bad.returncode == 1
    done = indexed.web.ckan("ontario-votes", "void", "--yes", *name, *note, "--json")
    assert output(done)["records"] == [{"id": record, "count_user": 0, "count_anonymous": 2}]
    assert kept(record)["tally"] == 0


def test_a_withdrawn_records_votes_wait_and_then_go(indexed: Any, database: Any, kept: Any) -> None:
    record = indexed.records["review-1"]
    before = kept(record)["tally"]
    assert before
    _set_state(database, record, "deleted")
    run(indexed, "purge")
    assert kept(record)["tally"] == before
    _set_state(database, record, "active")
    run(indexed, "purge")
    _set_state(database, record, "deleted")
    run(indexed, "purge")
    with database.begin() as connection:
        waited = sa.update(TALLY).where(TALLY.c.package_id == record)
        connection.execute(waited.values(absent_since=TALLY.c.absent_since - 91))
    assert run(indexed, "purge")["records"] == 1
    assert kept(record) == {"ballots": 0, "tally": 0, "days": 0}
    _set_state(database, record, "active")


def _set_state(database: Any, record: str, state: str) -> None:
    with database.begin() as connection:
        changed = "UPDATE package SET state = :state WHERE id = :one"
        connection.execute(sa.text(changed), {"state": state, "one": record})
