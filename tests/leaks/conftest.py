"""The planted worlds, built once, and the figures of what was asked in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ckan.lib.helpers import helper_functions
from tests.leaks import inside
from tests.workers import ASKED


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """The planted world of the internal portal."""
    return inside.plant(internal)


@pytest.fixture(scope="module", autouse=True)
def quick_header(internal: Any) -> Iterator[None]:
    """Leave out the count of new activities in each page's header.

    It costs more than the page, and its action is asked for by itself.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(helper_functions, "new_activities", lambda: 0)
        yield


@pytest.fixture(scope="module")
def roles(world: Any) -> Any:
    """Everybody who calls the internal portal."""
    return inside.roles_of(world)


@pytest.fixture
def covered(request: pytest.FixtureRequest) -> Any:
    """Return a function that adds a line to the summary of the run."""
    return request.config.stash.setdefault(ASKED, []).append
