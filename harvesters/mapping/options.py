"""The options that readers of catalogues share.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from ckanext.ontario.harvest.reader import Issue, Severity

from .folding import folded
from .languages import LANGUAGES

FILENAME = "filename"
"""What the document was called; the engine adds it."""

Check = Callable[[Any], bool]


def is_names(value: Any) -> bool:
    """Say whether a value is a list of names."""
    return isinstance(value, list) and all(
        isinstance(name, str) and name.strip() for name in cast("list[Any]", value)
    )


def is_language(value: Any) -> bool:
    """Say whether a value is one of the catalogue's languages."""
    return value in LANGUAGES


def is_flag(value: Any) -> bool:
    """Say whether a value is true or false."""
    return isinstance(value, bool)


LANGUAGE: Mapping[str, Check] = {"language": is_language}
"""The language of texts that name none."""
PUBLISHERS: Mapping[str, Check] = {"only_publishers": is_names}
"""Publishers whose records are taken; all others are passed over."""


def wrong(options: Mapping[str, Any], known: Mapping[str, Check]) -> Iterator[Issue]:
    """Yield what is wrong with a source's options."""
    names = ", ".join(sorted(known))
    for key, value in options.items():
        if key == FILENAME:
            continue
        if key not in known:
            yield Issue(Severity.FATAL, "option_unknown", params={"key": key, "keys": names})
        elif not known[key](value):
            params = {"key": key, "value": str(value)[:100]}
            yield Issue(Severity.FATAL, "option_unusable", params=params)


def language(options: Mapping[str, Any]) -> str:
    """Return the language of texts that name none."""
    return str(options.get("language") or LANGUAGES[0])


class Publishers:
    """Which publishers' records a source takes, and how many of others it met."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        wanted: list[str] = options.get("only_publishers") or []
        self._wanted = {folded(name) for name in wanted}
        self.passed_over = 0

    def take(self, *names: str | None) -> bool:
        """Say whether a record of the publisher called ``names`` is wanted."""
        if not self._wanted or any(folded(name) in self._wanted for name in names if name):
            return True
        self.passed_over += 1
        return False

    def issues(self) -> Iterator[Issue]:
        """Yield what is to be said at the end of the document."""
        if self.passed_over:
            params = {"count": self.passed_over}
            yield Issue(Severity.WARNING, "publishers_passed_over", params=params)
