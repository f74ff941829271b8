"""Rules of visibility, without a portal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.visibility import domain
from ckanext.ontario.visibility.domain import Audience, Decision, Record


def record(**changes: object) -> Record:
    values: dict[str, object] = {
        "id": "r1",
        "type": "dataset",
        "state": "active",
        "owner_org": "o1",
        "creator": "u1",
        "audience": None,
        **changes,
    }
    return Record(**values)  # type: ignore[arg-type]


INHERITED = ["collaborator-r1", "member-o1"]


@pytest.mark.parametrize(
    ("changes", "labels"),
    [
        ({}, {"collaborator-r1", "member-o1", "ops"}),
        ({"audience": "ops"}, {"collaborator-r1", "member-o1", "ops"}),
        ({"audience": ""}, {"collaborator-r1", "member-o1", "ops"}),
        ({"audience": "ministry"}, {"collaborator-r1", "member-o1"}),
        ({"audience": "OPS"}, {"collaborator-r1", "member-o1"}),
        ({"audience": "everybody"}, {"collaborator-r1", "member-o1"}),
        (
            {"audience": "named", "audience_ministries": ("o2",)},
            {"collaborator-r1", "member-o1", "member-o2"},
        ),
        (
            {"audience": "ministry", "audience_ministries": ("o2",)},
            {"collaborator-r1", "member-o1"},
        ),
        ({"state": "draft"}, {"editor-o1"}),
        ({"state": "deleted"}, {"editor-o1"}),
        ({"state": "draft", "owner_org": None}, {"creator-u1"}),
        ({"type": "harvest"}, {"editor-o1"}),
    ],
)
def test_labels_of_a_record(changes: dict[str, object], labels: set[str]) -> None:
    assert set(domain.internal_labels(record(**changes), INHERITED)) == labels


@given(
    state=st.sampled_from(["active", "draft", "deleted", ""]),
    kind=st.sampled_from(["dataset", "harvest", "other"]),
    audience=st.none() | st.sampled_from([a.value for a in Audience]) | st.text(),
    inherited=st.sampled_from([["public"], [], INHERITED, ["public", *INHERITED]]),
)
def test_no_record_is_public_and_each_has_a_reader(
    state: str, kind: str, audience: str | None, inherited: list[str]
) -> None:
    labels = domain.internal_labels(record(state=state, type=kind, audience=audience), inherited)
    assert labels
    assert "public" not in labels
    if state != "active" or kind != "dataset":
        assert "ops" not in labels


@pytest.mark.parametrize(
    ("inherited", "edited", "active", "labels"),
    [
        (["public", "creator-u1"], [], True, {"creator-u1"}),
        (["public", "creator-u1", "member-o1"], [], True, {"creator-u1", "member-o1", "ops"}),
        (
            ["creator-u1", "member-o1"],
            ["o1"],
            True,
            {"creator-u1", "member-o1", "ops", "editor-o1"},
        ),
        (["public", "creator-u1", "member-o1"], ["o1"], False, {"nobody"}),
        (["public", "creator-u1", "collaborator-r1"], [], True, {"creator-u1", "collaborator-r1"}),
    ],
)
def test_labels_of_a_reader(
    inherited: list[str], edited: list[str], active: bool, labels: set[str]
) -> None:
    assert set(domain.reader_labels(inherited, edited, active=active)) == labels


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, ()),
        ("", ()),
        ('["health", "education"]', ("health", "education")),
        ("health, education", ("health", "education")),
        ('["health"', ()),
        ('[1, null, ""]', ()),
    ],
)
def test_named_ministries(value: str | None, names: tuple[str, ...]) -> None:
    assert domain.ministries_of(value) == names


@pytest.mark.parametrize(
    ("email", "allowed"),
    [
        ("a@ontario.ca", True),
        ("A@Ontario.CA ", True),
        ("a@sub.ontario.ca", False),
        ("a@ontario.ca.example.com", False),
        ("a@notontario.ca", False),
        ("@ontario.ca", False),
        ("ontario.ca", False),
        ("a@evil.com@ontario.ca", True),  # one address at ontario.ca; its form is core's affair
    ],
)
def test_domains_of_accounts(email: str, allowed: bool) -> None:
    assert domain.domain_allowed(email, ["ontario.ca"]) is allowed


def test_without_domains_nobody_gets_an_account() -> None:
    assert not domain.domain_allowed("a@ontario.ca", [])


def test_a_policy_table() -> None:
    table = {"allow": ["package_show"], "refuse": ["dataset_purge"]}
    assert domain.policy_from(table) == {
        "package_show": Decision.ALLOW,
        "dataset_purge": Decision.REFUSE,
    }


@pytest.mark.parametrize("table", [{"allow": ["a"], "gate": ["a"]}, {"permit": ["a"]}])
def test_a_policy_table_that_contradicts_itself(table: dict[str, list[str]]) -> None:
    with pytest.raises(domain.PolicyError):
        domain.policy_from(table)
