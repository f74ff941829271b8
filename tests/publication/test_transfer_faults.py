"""What breaks on the way: nothing is lost, nothing comes twice or out of order."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
import requests
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from tests import factories
from tests.publication.backup import Backup
from tests.publication.conftest import Outside, Releases, attach, wired

from ckanext.ontario.publication import config, files
from ckanext.ontario.publication.model import GENERATION, RELEASE
from ckanext.ontario.publication.transfer import client, lock, outbox, waiting
from ckanext.ontario.shared import clock
from ckanext.ontario.stack.testing import TestServices, free_port

Make = Callable[..., dict[str, Any]]


pytestmark = pytest.mark.usefixtures("same_generation")


def title(outside: Outside, package_id: str) -> str:
    shown = outside.show(package_id)
    assert shown is not None
    return str(shown["title_translated"]["en"])


def rename(package_id: str, text: str) -> None:
    both = {"en": text, "fr": text}
    factories.call("package_patch", id=package_id, title_translated=both)


def test_while_the_public_portal_is_down_releases_wait(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record()
    sequence = releases.make(made["id"])
    tk.config[config.PUBLIC_URL] = f"http://127.0.0.1:{free_port()}"
    down = releases.push()
    assert down["problem"]
    assert down["waiting"] >= 1
    state, reason = releases.state(made["id"], sequence)
    assert (state, reason) == ("waiting", "ConnectionError")
    assert outbox.push()["sent"] == 0  # it was put off
    tk.config[config.PUBLIC_URL] = connected.url
    assert releases.push()["sent"] >= 1
    assert releases.state(made["id"], sequence) == ("done", None)
    assert connected.found(made["id"])


@pytest.mark.parametrize("content", [None, "", "not a token"])
def test_without_a_good_token_releases_wait(
    connected: Outside, releases: Releases, record: Make, tmp_path: Any, content: str | None
) -> None:
    made = record()
    sequence = releases.make(made["id"])
    token = tmp_path / "token"
    if content is not None:
        token.write_text(content)
    tk.config[config.TOKEN_FILE] = str(token)
    assert releases.push()["problem"]
    assert releases.state(made["id"], sequence)[0] == "waiting"
    assert connected.show(made["id"]) is None
    tk.config[config.TOKEN_FILE] = str(connected.token_file)
    assert releases.push()["sent"] >= 1


def test_waking_never_fails_without_redis(inside: None, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = redis.Redis(port=free_port())
    monkeypatch.setattr(outbox, "connect_to_redis", lambda: nowhere)
    outbox.wake()


def test_one_worker_at_a_time(connected: Outside, releases: Releases, record: Make) -> None:
    made = record()
    releases.make(made["id"])
    with lock.held(lock.PUSH, wait=False) as mine:
        assert mine
        assert releases.push()["busy"]
        assert connected.show(made["id"]) is None
    assert not releases.push()["busy"]
    assert connected.show(made["id"]) is not None


def test_twice_and_out_of_order(connected: Outside, record: Make) -> None:
    made = record()
    one = wired(made["id"], 1)
    rename(made["id"], "The second title")
    two = wired(made["id"], 2)
    statuses = [connected.deliver(sent)[0]["status"] for sent in (two, one, two, one)]
    assert statuses == ["applied", "older", "duplicate", "older"]
    assert title(connected, made["id"]) == "The second title"


def test_the_same_delivered_at_the_same_time_is_applied_once(
    connected: Outside, record: Make
) -> None:
    sent = [wired(record()["id"], 1) for _ in range(3)]
    heard: list[str] = []

    def deliver() -> None:
        heard.extend(answer["status"] for answer in connected.deliver(*sent))

    threads = [threading.Thread(target=deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == ["applied"] * 3 + ["duplicate"] * 6


def test_only_the_latest_of_a_record_goes_out(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record()
    first = releases.make(made["id"])
    rename(made["id"], "Overtaking")
    second = releases.make(made["id"])
    assert releases.push()["sent"] == 1
    assert releases.state(made["id"], first) == ("done", f"superseded by {second}")
    assert title(connected, made["id"]) == "Overtaking"


def test_a_file_that_broke_off_half_way_goes_on(
    connected: Outside, releases: Releases, file: Make
) -> None:
    body = b"a,b\n" + b"half-way,1\n" * 500
    made = file(body)
    releases.make(made["id"])
    name = hashlib.sha256(body).hexdigest()
    headers = {
        **connected.headers("ontario-publisher"),
        "Content-Range": f"bytes 0-999/{len(body)}",
    }
    address = f"{connected.url}/ontario/publication/blob/{name}"
    assert requests.put(address, data=body[:1000], headers=headers, timeout=30).status_code == 202
    assert releases.push()["sent"] == 1
    shown = connected.show(made["id"])
    assert shown is not None
    assert connected.download(shown).content == body


def test_a_file_uploaded_after_the_approval_does_not_go_out(
    connected: Outside, releases: Releases, file: Make
) -> None:
    made = file(b"a,b\napproved-bytes,1\n")
    releases.make(made["id"])
    attach(made["id"], b"a,b\ncanary-not-approved,1\n", id=made["resources"][0]["id"])
    assert releases.push()["sent"] == 1
    shown = connected.show(made["id"])
    assert shown is not None
    assert b"approved-bytes" in connected.download(shown).content
    assert connected.bytes_anywhere(b"canary-not-approved") == []


def test_bad_releases_are_parked_and_block_nobody(
    connected: Outside, releases: Releases, record: Make, file: Make
) -> None:
    good, wrong, tampered = record(), record(), record()
    lost = file(b"a,b\nlost-file,1\n")
    for one in (good, wrong, lost):
        releases.make(one["id"])
    releases.make(tampered["id"], content_hash="0" * 64)
    (kept,) = model.Session.execute(
        sa.select(RELEASE.c.files).where(RELEASE.c.package_id == lost["id"])
    ).scalar_one()
    files.drop(kept["sha256"])
    _spoil(wrong["id"])
    done = releases.push()
    assert (done["sent"], done["parked"]) == (1, 3)
    assert connected.show(good["id"])
    for one, reason in (
        (wrong, "maintainer_email"),
        (tampered, "not what was approved"),
        (lost, "not kept"),
    ):
        state, said = releases.state(one["id"], 1)
        assert state == "parked"
        assert reason in (said or "")
        assert connected.show(one["id"]) is None
    assert waiting.summary()["parked"] >= 3
    assert factories.call("ontario_publication_retry", package_id=wrong["id"])["retried"] == 1
    assert releases.push()["parked"] == 1


def _spoil(package_id: str) -> None:
    """Let a release hold what the public portal's validators refuse."""
    from ckanext.ontario.publication.projection import content_hash  # noqa: PLC0415

    row = model.Session.execute(
        sa.select(RELEASE.c.projection).where(RELEASE.c.package_id == package_id)
    ).scalar_one()
    row = {**row, "maintainer_email": "no address"}
    model.Session.execute(
        sa.update(RELEASE)
        .where(RELEASE.c.package_id == package_id)
        .values(projection=row, content_hash=content_hash(row, []))
    )
    model.Session.commit()


def test_what_breaks_a_whole_batch_is_found_and_parked(
    connected: Outside, releases: Releases, record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, poison = record(), record()
    for one in (good, poison):
        releases.make(one["id"])
    deliver = client.Client.deliver

    def breaks(self: Any, items: Any) -> Any:
        if any(one.id == poison["id"] for one in items):
            raise client.Rejected("HTTP 500")
        return deliver(self, items)

    monkeypatch.setattr(client.Client, "deliver", breaks)
    assert releases.push()["sent"] == 1
    for _ in range(outbox.TOO_OFTEN - 1):
        assert releases.state(poison["id"], 1)[0] == "waiting"
        releases.push()
    assert releases.state(poison["id"], 1) == ("parked", "HTTP 500")


def test_a_public_portal_whose_database_connections_were_cut(
    connected: Outside, releases: Releases, record: Make, services: TestServices
) -> None:
    made = record()
    sequence = releases.make(made["id"])
    name = sa.engine.make_url(services.portal("public", "_server").sqlalchemy_url).database
    assert name
    assert name.endswith("public_server")
    engine = sa.create_engine(services.postgres_url)
    with engine.connect() as connection:
        ended = connection.execute(
            sa.text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = :name"
            ),
            {"name": name},
        ).scalar()
    engine.dispose()
    assert ended
    for _ in range(4):
        releases.push()
        if releases.state(made["id"], sequence)[0] == "done":
            break
    assert releases.state(made["id"], sequence) == ("done", None)
    assert connected.show(made["id"])


def test_a_clock_that_is_behind_sends_nothing_early(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record()
    releases.make(made["id"])
    with clock.stopped_at(clock.now() - timedelta(hours=2)):
        assert outbox.push()["sent"] == 0
    assert connected.show(made["id"]) is None
    assert releases.push()["sent"] >= 1


def test_clocks_that_differ_change_no_order(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record()
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        first = releases.make(made["id"])
        assert releases.push()["sent"] >= 1
    rename(made["id"], "By the right clock")
    second = releases.make(made["id"])  # later by its number, earlier by its instant
    assert releases.push()["sent"] == 1
    assert (first, second) == (1, 2)
    assert releases.state(made["id"], second) == ("done", None)
    assert title(connected, made["id"]) == "By the right clock"
    # The public portal's own clock decides nothing: what says that it is of tomorrow, or of
    # last year, is taken by its number.
    other = record()["id"]
    for sequence, days, status in ((1, 1, "applied"), (2, -365, "applied"), (1, 2, "older")):
        at = (clock.now() + timedelta(days=days)).isoformat()
        (answer,) = connected.deliver({**wired(other, sequence), "released": at})
        assert answer["status"] == status


# --- a restored database ---------------------------------------------------------------------


@pytest.fixture
def backup(services: TestServices) -> Iterator[Backup]:
    """A way to keep the internal portal's database, and to put it back."""
    made = Backup(services)
    yield made
    made.drop()


def test_an_internal_database_restored_from_yesterday(
    connected: Outside, releases: Releases, record: Make, backup: Backup
) -> None:
    made, hidden = record(), record()
    for one in (made, hidden):
        releases.make(one["id"])
        releases.push()
    backup.take()
    rename(made["id"], "Of today")
    releases.make(made["id"])
    releases.make(hidden["id"], "withdraw")
    new = record()
    releases.make(new["id"])
    releases.push()
    backup.restore()
    assert [releases.last(one["id"]) for one in (made, hidden, new)] == [1, 1, 0]

    # What is released now by a number that is taken does not pass in silence.
    rename(made["id"], "After the restore")
    releases.make(made["id"])
    assert releases.push()["parked"] == 1
    assert title(connected, made["id"]) == "Of today"
    found = factories.call("ontario_publication_reconcile")
    assert found["ahead"] == [made["id"]]
    assert found["hidden_outside"] == [hidden["id"]]
    assert made["id"] not in found["repaired"]
    assert new["id"] in found["unknown"]  # reported; only a person's flag hides it
    assert connected.show(new["id"]) is not None

    before = found["generation"]
    settled = factories.call("ontario_publication_reconcile", after_restore=True)
    assert settled["generation"] == before + 1
    assert made["id"] in settled["repaired"]
    factories.call("ontario_publication_retry", package_id=made["id"])
    releases.push()
    assert title(connected, made["id"]) == "After the restore"
    # What was withdrawn meanwhile is not shown again by itself.
    assert connected.show(hidden["id"]) is None
    # The old generation is over.
    (answer,) = connected.deliver({**wired(made["id"], 99), "generation": before})
    assert answer["status"] == "again"
    number = model.Session.execute(
        sa.select(GENERATION.c.number).where(GENERATION.c.portal == "internal")
    ).scalar()
    assert number == settled["generation"]
