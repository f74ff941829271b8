"""From the outbox to the public portal and back out of it, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests import factories
from tests.publication.conftest import SERVICE_USER, Outside, Releases, as_json

Make = Callable[..., dict[str, Any]]


def test_a_release_becomes_visible_with_what_is_public(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record(colby_notes="canary-notes", custodian_name="canary-custodian")
    sequence = releases.make(made["id"])
    done = releases.push()
    assert (done["sent"], done["parked"], done["problem"]) == (1, 0, None)
    assert releases.state(made["id"], sequence) == ("done", None)
    shown = connected.show(made["id"])
    assert shown is not None
    assert shown["name"] == made["name"]
    assert shown["title_translated"] == made["title_translated"]
    assert shown["organization"]["name"] == "mecp"
    assert [one["id"] for one in shown["resources"]] == [one["id"] for one in made["resources"]]
    assert [one["name"] for one in shown["groups"]] == ["environment-and-natural-resources"]
    assert "canary" not in as_json(shown)
    assert connected.found(made["id"])
