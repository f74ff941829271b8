"""Reconciling, and the commands of administrators."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from click.testing import CliRunner
from tests import factories
from tests.catalogue.filling import fill
from tests.publication.conftest import Outside, Releases

from ckanext.ontario.publication.model import OUTBOX, RELEASE
from ckanext.ontario.publication.transfer import cli

Make = Callable[..., dict[str, Any]]


pytestmark = pytest.mark.usefixtures("same_generation", "connected")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli.ontario_publication, arguments)


def test_what_is_lost_outside_is_sent_again(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record()
    releases.make(made["id"])
    releases.push()
    connected.server.ckan("dataset", "delete", made["id"])
    assert connected.show(made["id"]) is None
    dry = run("reconcile", "--dry-run", "--json")
    assert made["id"] in json.loads(dry.stdout)["repaired"]
    assert dry.exit_code == 3
    assert connected.show(made["id"]) is None
    assert run("reconcile").exit_code in {0, 3}
    releases.push()
    assert connected.show(made["id"]) is not None
    assert connected.found(made["id"])


def test_records_that_no_release_brought_are_reported_and_hidden_on_demand(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record()
    releases.make(made["id"])
    releases.push()
    values = factories.dataset_values(name="stray-record", owner_org="mecp")
    (stray,) = fill(connected.server, ("package_create", values))
    found = json.loads(run("reconcile", "--json").stdout)
    assert stray["id"] in found["unknown"]
    assert connected.show(stray["id"]) is not None
    refused = run("reconcile", "--purge-unknown")  # other tests' records are unknown here too
    assert refused.exit_code == 1
    assert "tenth" in refused.output
    assert connected.show(stray["id"]) is not None


def test_status_names_what_is_parked(releases: Releases, record: Make) -> None:
    made = record()
    releases.make(made["id"], content_hash="0" * 64)
    pushed = run("push")
    assert pushed.exit_code == 3
    assert "1 parked" in pushed.output
    told = run("status")
    assert told.exit_code == 3
    assert f"{made['id']} release 1: the content is not what was approved" in told.output
    shown = json.loads(run("status", "--json").output)
    assert [one["package_id"] for one in shown["parked_releases"]] == [made["id"]]
    assert json.loads(run("retry", made["id"], "--json").output) == {"retried": 1}
    model.Session.execute(sa.delete(OUTBOX).where(OUTBOX.c.package_id == made["id"]))
    model.Session.execute(sa.delete(RELEASE).where(RELEASE.c.package_id == made["id"]))
    model.Session.commit()
    assert run("status").exit_code == 0


def test_each_command_has_an_example_and_says_where_it_belongs() -> None:
    for name in cli.ontario_publication.commands:
        assert "Example:" in run(name, "--help").output
    refused = run("rotate-token", "/nowhere/token")
    assert refused.exit_code == 2
    assert "public portal" in refused.output


def test_a_rotated_token_works_and_the_old_one_does_not(connected: Outside) -> None:
    old = connected.token
    done = connected.server.ckan("ontario-publication", "rotate-token", str(connected.token_file))
    assert "1 revoked" in done.stdout
    assert connected.token != old
    assert connected.token_file.stat().st_mode & 0o777 == 0o600
    assert connected.deliver() == []
    connected.tokens["old"] = old
    answer = connected.action("ontario_publication_receive", "old", records=[])
    assert answer.status_code == 403


def test_status_outside_is_a_command_too(connected: Outside) -> None:
    done = connected.server.ckan("ontario-publication", "status", "--json")
    assert json.loads(done.stdout)["portal"] == "public"
