"""What answers let a page load and run: scripts of this answer alone, nothing of other hosts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import html

PAGES = ["/user/login", "/fr/user/login"]


def rules(answer: Any) -> dict[str, list[str]]:
    """Return directive → values."""
    written = answer.headers["Content-Security-Policy"]
    return {name: values for name, *values in (rule.split() for rule in written.split(";"))}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_runs_its_own_scripts_alone(internal: Any, address: str) -> None:
    answer = internal.get(address)
    (only,) = rules(answer)["script-src"]
    number = re.fullmatch(r"'nonce-([\w-]{20,})'", only)
    assert number
    scripts = html.fromstring(answer.text).xpath("//script[@src]")
    assert scripts
    assert {one.get("nonce") for one in scripts} == {number[1]}


def test_each_answer_has_a_number_of_its_own(internal: Any) -> None:
    seen = {rules(internal.get("/user/login"))["script-src"][0] for _ in range(3)}
    assert len(seen) == 3


def test_nothing_comes_from_elsewhere(internal: Any) -> None:
    answer = internal.get("/user/login")
    asked = {value for values in rules(answer).values() for value in values}
    assert {one for one in asked if not one.startswith("'")} == {"data:"}
    assert "'unsafe-inline'" not in asked
    page = html.fromstring(answer.text)
    assert not page.xpath("//script[not(@src)][not(@type='application/ld+json')]")
    assert not page.xpath("//@style | //*[@*[starts-with(name(), 'on')]]")
    loaded = page.xpath("//script/@src | //link[@rel='stylesheet']/@href | //img/@src")
    assert loaded
    assert [one for one in loaded if not one.startswith("/")] == []


def test_answers_for_programs_say_what_they_are(internal: Any) -> None:
    answer = internal.get("/ontario/health")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" not in answer.headers
