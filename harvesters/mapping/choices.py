"""The words people write for a closed list of values.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .folding import folded
from .problems import Unusable

_HALVES = re.compile(r"\s*(?:/|\||\n)\s*")


@dataclass(frozen=True)
class Choices:
    """A field's values, what each is called, and every way to write one."""

    labels: Mapping[str, Mapping[str, str]]
    """Value → ``{"en": label, "fr": label}``."""
    written: Mapping[str, str]
    """Folded text → value."""

    def value(self, text: str) -> str:
        """Return the value that ``text`` stands for.

        Raises:
            Unusable: ``choice_unknown``, with the allowed labels and the nearest one.
        """
        found = self.find(text)
        if found is None:
            raise Unusable("choice_unknown", value=text, **self._advice(text))
        return found

    def find(self, text: str) -> str | None:
        """Return the value that ``text`` stands for, or ``None``."""
        found = self.written.get(folded(text))
        return found if found is not None else self._in_both_languages(text)

    def _in_both_languages(self, text: str) -> str | None:
        """Return the value of ``Open / Ouvert``: one value, said twice."""
        values = {self.written.get(folded(half)) for half in _HALVES.split(text)}
        return values.pop() if len(values) == 1 else None

    def _advice(self, text: str) -> dict[str, Any]:
        near = self.written[_nearest(folded(text), list(self.written))]
        return {
            "nearest": dict(self.labels[near]),
            "allowed": {
                language: ", ".join(label[language] for label in self.labels.values())
                for language in ("en", "fr")
            },
        }


def _nearest(text: str, known: list[str]) -> str:
    """Return the entry of ``known`` that is spelled most like ``text``."""
    return difflib.get_close_matches(text, known, n=1, cutoff=0.0)[0]
