"""What a page asks of the database does not grow with what it shows.

Each page of ``pages.yaml`` is asked in a small catalogue, which then grows, and again: the second
time it may not ask more. A page nobody placed there fails.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from ckan import model

from statements import statements

from . import worlds

TABLE = yaml.safe_load((Path(__file__).parent / "pages.yaml").read_text(encoding="utf-8"))
ADDRESSES = [address for addresses in TABLE["counted"].values() for address in addresses]


@dataclass(frozen=True)
class Asked:
    """How a page answered, and what it asked of the database for that."""

    status: int
    statements: list[str]


Counts = dict[str, Asked]


@pytest.fixture(scope="module")
def counts(clean_module: None, internal: Any) -> tuple[Counts, Counts]:
    """What each page asked: in the small catalogue, and in the large one."""
    world = worlds.small()
    before = {address: asked(internal, world, address) for address in ADDRESSES}
    worlds.grow(world)
    return before, {address: asked(internal, world, address) for address in ADDRESSES}


def asked(app: Any, world: worlds.World, address: str) -> Asked:
    """Ask for the page in French: its names need more looking up than the English ones."""
    url = f"/fr{address.format(**world.names)}"
    headers = {"Authorization": world.token}
    client = app.test_client(use_cookies=False)
    client.get(url, headers=headers)  # caches of the process are filled
    model.Session.remove()
    with statements() as seen:
        answer = client.get(url, headers=headers)
    return Asked(answer.status_code, seen)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_asks_no_more_when_it_shows_more(
    counts: tuple[Counts, Counts], address: str
) -> None:
    small, large = (one[address] for one in counts)
    assert (small.status, large.status) == (200, 200)
    more = Counter(large.statements) - Counter(small.statements)
    numbers = len(small.statements), len(large.statements)
    assert numbers[1] <= numbers[0], (numbers, more.most_common(5))


def test_every_page_has_a_place_in_the_table(internal: Any) -> None:
    rules = internal.flask_app.url_map.iter_rules()
    pages = {rule.endpoint for rule in rules if "GET" in rule.methods}
    excused = [pattern for patterns in TABLE["not_counted"].values() for pattern in patterns]
    unplaced = {
        page
        for page in pages
        if page not in TABLE["counted"] and not any(fnmatchcase(page, one) for one in excused)
    }
    assert unplaced == set(), "place them in tests/costs/pages.yaml"


def test_the_table_names_no_page_that_is_gone(internal: Any) -> None:
    known = {rule.endpoint for rule in internal.flask_app.url_map.iter_rules()}
    assert set(TABLE["counted"]) <= known
