"""Every described action of both portals gets odd input: no fault, only what is described.

Schemathesis makes the calls from the description itself: valid ones and broken ones. Bounded and
the same in every run.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from ckanext.ontario.api import catalogue, domain

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 6
"""Calls of one operation; there are about seventy on each portal."""

BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def faults(url: str, headers: dict[str, str]) -> tuple[list[str], Counter[int]]:
    """Call every operation of a portal; return what is wrong, and how often each status came."""
    document = requests.get(f"{url}/api/3/openapi.json", headers=headers, timeout=30).json()
    found: list[str] = []
    statuses: Counter[int] = Counter()
    session = requests.Session()

    def call(case: Any) -> None:
        try:
            response = case.call(base_url=url, session=session, headers=headers)
        except requests.ConnectionError:  # a fault in a server that runs with testing = true
            found.append(f"no answer: {case.as_curl_command()[:500]}")
            return
        except ValueError:  # a broken call that HTTP itself has no way to send
            return
        statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as error:
            found.append(f"{case.as_curl_command()[:500]}\n{error}")

    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()
        modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
        valid, broken = (operation.as_strategy(generation_mode=mode) for mode in modes)
        BOUNDED(given(case=valid | broken)(call))()
    return found, statuses


def test_odd_input_is_no_fault_on_the_public_portal(public: Any) -> None:
    found, statuses = faults(public.url, {})
    assert found == []
    assert {200, 404, 409} <= set(statuses)


def test_odd_input_is_no_fault_on_the_internal_portal(internal_site: Any) -> None:
    found, statuses = faults(internal_site.url, internal_site.owner.headers)
    assert found == []
    assert {200, 404, 409} <= set(statuses)


# --- what the boundary lets through ----------------------------------------------------------

ODD = ["", "x", "a:b", '["x"]', -1, 0, 1.0, 2**31 - 1, True, [], ["x"], {}, {"a": 1}, {"a": "x"}]
ACTIONS = [name for name, action in catalogue.actions().items() if not action.record]


@pytest.mark.parametrize("name", ACTIONS)
def test_what_is_let_through_is_no_fault(public: Any, name: str) -> None:
    """Odd values that the check accepts reach CKAN's action, and it can use them or says why."""
    parameters = catalogue.actions()[name].parameters
    needed = {one.name: "name:a" for one in parameters if one.required}
    calls = [
        {**needed, one.name: value}
        for one in parameters
        for value in ODD
        if not list(domain.problems([one], {one.name: value}))
    ]
    found = [(call, public.anonymous.action(name, **call)) for call in calls]
    faults = [(call, answer.text[:200]) for call, answer in found if answer.status_code >= 500]
    assert faults == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/util/dataset/autocomplete?incomplete=a&limit=x",
        "/api/util/tag/autocomplete?incomplete=a&limit=x",
        "/api/2/util/tag/autocomplete?incomplete=a&limit=-1",
        "/api/util/resource/format_autocomplete?incomplete=a&limit=x",
        "/api/util/organization/autocomplete?q=a&limit=x",
        "/api/util/snippet/nothing.html",
        "/api/util/snippet/follow_button.html",
        "/api/util/snippet/..%2Fbase.html",
        "/api/i18n/xx",
        "/api/9",
        "/api/3/action/",
        "/api/3/nothing",
    ],
)
def test_helpers_of_forms_answer_errors_as_json(public: Any, path: str) -> None:
    answer = public.anonymous.get(path)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
