"""The search page: facets, pills, sort, paging, nothing found; as each kind of reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Reader = Callable[..., Any]


def test_everything_a_reader_may_see(reader: Reader) -> None:
    page = reader("/dataset/", "editor")
    assert page.status == 200
    assert sorted(page.names()) == [
        "epidemics", "hospital-beds", "lake-levels", "ministry-only", "patients", "school-water"
    ]
    assert page.pills() == {}
