"""The example of the documentation passes the suite that every reader passes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from example_reader import JsonLinesHarvester
from kits import turned
from standard import Codes, Entry, Kit, StandardReader


class JsonLinesKit(Kit):
    reader = JsonLinesHarvester.reader
    suffix = ".jsonl"
    codes = Codes(
        empty="catalogue_empty",
        error="source_said_error",
        missing_title="record_without_title",
        missing_identifier="record_without_identifier",
    )

    def _lines(self, content: Sequence[Entry]) -> list[dict[str, Any]]:
        return [
            {
                "id": each.guid,
                "title": dict(each.title),
                "notes": dict(each.notes),
                "keywords": {code: list(words) for code, words in each.keywords.items()},
                "access": each.access,
                "publisher": each.publisher,
                "url": each.url,
                "email": each.email,
                **({"favourite_colour": each.unknown} if each.unknown else {}),
            }
            for each in content
        ]

    def document(self, content: Sequence[Entry]) -> bytes:
        return _text(self._lines(content))

    def reordered(self, content: Sequence[Entry]) -> bytes:
        return _text(turned(self._lines(content)))


def _text(lines: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


class TestStandard(StandardReader):
    kit = JsonLinesKit()


def test_the_documentation_shows_this_very_file() -> None:
    docs = Path(__file__).parents[2] / "docs" / "how-to"
    for name in ("write-a-reader.md", "write-a-reader.fr.md"):
        text = (docs / name).read_text(encoding="utf-8")
        assert '--8<-- "tests/harvesters/example_reader.py"' in text
