"""Every action of both portals is in the table, and the table holds over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ckan import logic

from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.visibility import policy
from ckanext.ontario.visibility.domain import Decision
from ckanext.ontario.visibility.logic.action import gates
from ckanext.ontario.visibility.policy import lock, subjects

INTERNAL = policy.of(Portal.INTERNAL)
PUBLIC = policy.of(Portal.PUBLIC)


def decided(table: dict[str, Decision], decision: Decision) -> list[str]:
    return sorted(name for name, placed in table.items() if placed is decision)


def test_every_action_of_the_internal_portal_is_placed(internal: Any) -> None:
    logic.get_action("package_show")
    assert lock.unplaced(INTERNAL, logic._actions) == []


def test_every_action_of_the_public_portal_is_placed(public_server: Any) -> None:
    printed = public_server.ckan("ontario-visibility", "actions", "--json", check=False).stdout
    answer = json.loads(printed[printed.index("{") :])
    assert answer["unplaced"] == []
    assert answer["actions"]["package_create"] == "refuse"


def test_a_new_action_is_found() -> None:
    assert lock.unplaced(INTERNAL, ["package_show", "brand_new"]) == ["brand_new"]
    assert "brand_new" in lock.locks(INTERNAL, {"brand_new": True})


@pytest.mark.parametrize("table", [INTERNAL, PUBLIC], ids=["internal", "public"])
def test_every_gate_has_its_function(table: dict[str, Decision]) -> None:
    assert set(decided(table, Decision.GATE)) - set(gates()) - set(subjects.table()) == set()


def test_every_function_is_a_gate_somewhere() -> None:
    locked = decided(INTERNAL, Decision.SYSADMIN)  # some have a gate behind the lock
    used = {*decided(INTERNAL, Decision.GATE), *decided(PUBLIC, Decision.GATE), *locked}
    assert {*gates(), *subjects.table()} - used == set()
    assert set(gates()) & set(subjects.table()) == set()  # one would stand in the other's place


def test_gates_that_read_may_be_called_by_get(internal: Any) -> None:
    known = lock.registered(besides="ontario_visibility")
    for name, gate in {**gates(), **subjects.gates(known)}.items():
        if name in known:
            assert getattr(gate, "side_effect_free", False) == known[name], name


@pytest.mark.parametrize("name", decided(INTERNAL, Decision.REFUSE))
def test_what_nobody_may_do_is_refused_to_administrators_too(settled: Any, name: str) -> None:
    answer = settled.sysadmin.action(name)
    assert answer.status_code in {403, 400}
    assert answer.status_code == 403 or "not known" in answer.text


@pytest.mark.parametrize("name", decided(INTERNAL, Decision.SYSADMIN))
def test_what_administrators_may_do_is_refused_to_others(settled: Any, name: str) -> None:
    answer = settled.director.action(name)
    assert answer.status_code in {403, 400}
    assert answer.status_code == 403 or "not known" in answer.text


def test_the_portal_itself_is_not_locked(settled: Any) -> None:
    assert logic.get_action("job_list")({"ignore_auth": True}, {}) == []
