"""What a program may send, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.api import catalogue, domain
from ckanext.ontario.api.domain import Kind, Parameter, Problem

ABOUT = {"en": "", "fr": ""}


def parameter(kind: str = "text", **more: Any) -> Parameter:
    return Parameter("p", ABOUT, Kind(kind), **more)


def problem(one: Parameter, value: Any) -> Problem | None:
    return next((found for _name, found in domain.problems([one], {"p": value})), None)


@pytest.mark.parametrize(
    ("one", "value"),
    [
        (parameter(), "lake"),
        (parameter(), ""),
        (parameter(), None),
        (parameter(also_number=True), 5),
        (parameter(choices=("a", "b")), "b"),
        (parameter(pattern="^x"), "xy"),
        (parameter("number"), 0),
        (parameter("number"), "10"),
        (parameter("number"), 10.0),
        (parameter("number", blank=True), ""),
        (parameter("number", minimum=-1), -1),
        *((parameter("flag"), value) for value in (True, 0, 1, "true", "No", " T ", "1", "off")),
        (parameter("words"), "a"),
        (parameter("words"), ["a", "b"]),
        (parameter("texts"), []),
        (parameter("texts", json=True), '["a"]'),
        (parameter("object"), {"a": [1]}),
        (parameter("object", values="text"), {"a": "b"}),
        (parameter("object", json=True), "{}"),
        (parameter("any"), [{}]),
    ],
    ids=str,
)
def test_what_ckan_could_read_is_let_through(one: Parameter, value: Any) -> None:
    assert problem(one, value) is None


@pytest.mark.parametrize(
    ("one", "value", "found"),
    [
        (parameter(required=True), None, Problem.MISSING),
        (parameter(), 5, Problem.TEXT),
        (parameter(), ["a"], Problem.TEXT),
        (parameter(max_length=3), "four", Problem.LONG),
        (parameter(choices=("a",)), "b", Problem.CHOICE),
        (parameter(pattern="^x"), "a\nx", Problem.PATTERN),
        (parameter("number"), "", Problem.NUMBER),
        (parameter("number"), "ten", Problem.NUMBER),
        (parameter("number"), True, Problem.NUMBER),
        (parameter("number"), 1.5, Problem.NUMBER),
        (parameter("number"), float("inf"), Problem.NUMBER),
        (parameter("number"), float("nan"), Problem.NUMBER),
        (parameter("number"), "9" * 5000, Problem.NUMBER),
        (parameter("number"), -1, Problem.SMALL),
        (parameter("number"), 2**31, Problem.LARGE),
        (parameter("flag"), "maybe", Problem.FLAG),
        (parameter("flag"), "", Problem.FLAG),
        (parameter("flag"), [], Problem.FLAG),
        (parameter("words"), {}, Problem.LIST),
        (parameter("words"), ["a", 1], Problem.TEXT),
        (parameter("texts"), "a", Problem.LIST),
        (parameter("object"), "{}", Problem.OBJECT),
        (parameter("object", values="text"), {"a": 1}, Problem.OBJECT),
    ],
    ids=str,
)
def test_what_an_action_could_not_use_is_refused(
    one: Parameter, value: Any, found: Problem
) -> None:
    assert problem(one, value) is found


def test_another_name_stands_for_a_required_one() -> None:
    one = Parameter("id", ABOUT, required=True, instead="name_or_id")
    assert list(domain.problems([one], {"name_or_id": "x"})) == []
    assert list(domain.problems([one], {})) == [(one, Problem.MISSING)]


def test_unknown_parameters_are_not_looked_at() -> None:
    assert list(domain.problems([parameter()], {"other": object()})) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(list(Kind)), JSON)
def test_any_value_is_judged_and_none_is_a_crash(kind: Kind, value: Any) -> None:
    assert problem(parameter(kind.value), value) in {None, *Problem}


@given(name=st.sampled_from(sorted(catalogue.actions())), value=JSON)
def test_parameters_of_every_action_judge_any_value(name: str, value: Any) -> None:
    parameters = catalogue.actions()[name].parameters
    list(domain.problems(parameters, {one.name: value for one in parameters}))


@given(JSON)
def test_only_what_utf8_and_postgres_take_is_storable(value: Any) -> None:
    def storable(text: str) -> bool:
        try:
            return "\0" not in text and bool(text.encode() or True)
        except UnicodeEncodeError:
            return False

    def texts(inner: Any) -> list[str]:
        if isinstance(inner, str):
            return [inner]
        if isinstance(inner, dict):
            return [t for pair in inner.items() for one in pair for t in texts(one)]
        return [t for one in inner for t in texts(one)] if isinstance(inner, list) else []

    assert domain.unstorable_within(value) is not all(storable(text) for text in texts(value))


@pytest.mark.parametrize("text", ["\0", "a\0", "\ud800", "é\udfff"])
def test_what_cannot_be_stored_is_found(text: str) -> None:
    assert domain.unstorable(text)
    assert domain.unstorable_within({"a": [{text: 1}]})


@given(st.integers(min_value=0, max_value=60))
def test_depth_is_counted(depth: int) -> None:
    value: Any = "leaf"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    assert domain.too_deep(value) is (depth > domain.MAX_DEPTH)


def test_an_example_can_be_tried_when_it_holds_what_is_required() -> None:
    needed = parameter(required=True)
    whole = domain.Action("a", "t", ABOUT, (needed,), {}, example={"p": "x"})
    assert whole.can_be_tried
    assert not domain.Action("a", "t", ABOUT, (needed,), {}).can_be_tried
