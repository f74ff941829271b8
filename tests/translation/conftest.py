"""People around a ministry's records."""

from __future__ import annotations

from typing import Any

import pytest

from .people import People, make_people


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    """The same people for a module."""
    return make_people(internal)
