"""CKAN's groups of a record follow from its topics, whoever edits it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from ckan import model
from ckan.logic import get_action

from ckanext.ontario.schema import tables
from ckanext.ontario.schema import topics as writer
from factories import as_user, call, make_dataset

HEALTH, JUSTICE = "health-and-care", "justice-and-public-safety"


@pytest.fixture
def topics(clean_module: None) -> None:
    """The ten topics of every installation."""
    for topic in tables.topics():
        if model.Group.get(topic["name"]) is None:
            call("group_create", type="group", **topic)


def groups_of(record: dict[str, Any]) -> list[str]:
    return sorted(group["name"] for group in record["groups"])


def test_an_editor_without_rights_on_topics_gets_the_links(topics: None, editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization, topics=[HEALTH, JUSTICE])
    assert groups_of(made) == [HEALTH, JUSTICE]
    changed = editor.ask("package_patch", id=made["id"], topics=[JUSTICE])
    assert groups_of(changed) == [JUSTICE]
    assert groups_of(editor.ask("package_patch", id=made["id"], topics=[])) == []
    assert groups_of(editor.ask("package_patch", id=made["id"], topics=[HEALTH])) == [HEALTH]


def test_an_edit_that_says_nothing_of_groups_keeps_them(topics: None, editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization, topics=[HEALTH])
    sent = {key: made[key] for key in ("id", "owner_org", "topics", "title_translated")}
    assert groups_of(editor.ask("package_update", **sent)) == [HEALTH]
    assert groups_of(call("package_update", **sent)) == [HEALTH]


def test_links_are_found_by_search(topics: None, editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization, topics=[HEALTH])
    found = editor.ask("package_search", fq=f"groups:{HEALTH}")
    assert made["id"] in {one["id"] for one in found["results"]}


def test_links_go_with_the_change_they_belong_to(topics: None, editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization, topics=[HEALTH])
    context = as_user(editor.name, defer_commit=True)
    get_action("package_patch")(context, {"id": made["id"], "topics": [JUSTICE]})
    model.Session.rollback()
    assert groups_of(call("package_show", id=made["id"])) == [HEALTH]


def test_a_plain_client_that_adds_a_group_adds_a_topic(topics: None, administrator: Any) -> None:
    made = make_dataset(administrator.name, administrator.organization, topics=[HEALTH])
    both = [{"name": HEALTH}, {"name": JUSTICE}]
    changed = administrator.ask("package_patch", id=made["id"], groups=both)
    assert changed["topics"] == [HEALTH, JUSTICE]
    assert groups_of(changed) == [HEALTH, JUSTICE]


def test_groups_and_topics_that_disagree_are_both_named(topics: None, administrator: Any) -> None:
    made = make_dataset(administrator.name, administrator.organization, topics=[])
    errors = administrator.refused(
        "package_patch", id=made["id"], groups=[{"name": HEALTH}], topics=[JUSTICE]
    )
    assert set(errors) == {"groups", "topics"}
    assert "groups" in errors["topics"][0]


def test_a_topic_without_a_group_is_logged(
    editor: Any,
    topics: None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call("group_purge", id=HEALTH)
    # Reading the ini disables loggers that are there already.
    monkeypatch.setattr(logging.getLogger(writer.__name__), "disabled", False)
    with caplog.at_level(logging.WARNING):
        made = make_dataset(editor.name, editor.organization, topics=[HEALTH])
    assert made["topics"] == [HEALTH]
    assert groups_of(made) == []
    assert HEALTH in caplog.text
