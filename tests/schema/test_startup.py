"""A portal with an unmarked field does not start."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.ontario.schema import startup, tables

OPTIONS = {
    "scheming.dataset_schemas": f"{tables.PACKAGE}:dataset.yaml",
    "scheming.presets": f"ckanext.scheming:presets.json {tables.PACKAGE}:presets.yaml",
}


def test_marked_schemas_start() -> None:
    startup.require_marks(OPTIONS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("dataset.yaml", {"dataset_fields": [{"field_name": "new_field"}]}, "new_field"),
        (
            "presets.yaml",
            {"presets": [{"preset_name": "p", "values": {"approval": "content"}}]},
            "preset p carries approval",
        ),
    ],
)
def test_an_unmarked_field_stops_the_portal(
    monkeypatch: pytest.MonkeyPatch, name: str, content: dict[str, Any], said: str
) -> None:
    read = tables.read
    monkeypatch.setattr(tables, "read", lambda asked: content if asked == name else read(asked))
    with pytest.raises(startup.UnmarkedField, match=said):
        startup.require_marks(OPTIONS)  # type: ignore[arg-type]
