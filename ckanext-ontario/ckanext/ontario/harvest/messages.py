"""Issues in words: codes of the engine and of the readers, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ckanext.ontario.shared.bilingual import LANGUAGES, pick

TEXT = "_text"
"""Parameter that carries a finished text, where another slice has already said it."""

_OWN = Path(__file__).with_name("messages.yaml")

Texts = Mapping[str, Mapping[str, Mapping[str, str]]]


class _Params(dict[str, Any]):
    """Parameters; one that is missing shows its name instead of failing the report."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


@lru_cache(maxsize=16)
def catalogue(files: tuple[Path, ...] = ()) -> Texts:
    """Return the messages of the engine and of ``files``, by code.

    Raises:
        ValueError: when two files explain one code, which only one of them can mean.
    """
    texts: dict[str, Any] = {}
    for path in (_OWN, *files):
        more = yaml.safe_load(path.read_text(encoding="utf-8"))
        if both := sorted(texts.keys() & more.keys()):
            raise ValueError(f"{path.name} explains again: {', '.join(both)}")
        texts.update(more)
    return texts


def render(
    code: str, params: Mapping[str, Any], language: str, files: Iterable[Path] = ()
) -> dict[str, str]:
    """Return ``{"message", "suggestion"}`` for an issue."""
    said = params.get(TEXT) or catalogue(tuple(files)).get(code) or {}
    values = _Params({key: _value(value, language) for key, value in params.items() if key != TEXT})
    result: dict[str, str] = {}
    for part in ("message", "suggestion"):
        text = pick(said.get(part), language) or (code if part == "message" else "")
        result[part] = _held(text if TEXT in params else text.format_map(values))
    return result


def _held(text: str) -> str:
    """Return a text whose French quotation marks stay on the line of what they quote."""
    return text.replace("« ", "«\u00a0").replace(" »", "\u00a0»")


def bilingual(
    code: str, params: Mapping[str, Any], files: Iterable[Path] = ()
) -> dict[str, dict[str, str]]:
    """Return ``{"message": {"en", "fr"}, "suggestion": {"en", "fr"}}`` for an issue."""
    files = tuple(files)
    said = {language: render(code, params, language, files) for language in LANGUAGES}
    return {
        part: {language: said[language][part] for language in LANGUAGES}
        for part in ("message", "suggestion")
    }


def codes_saying(text: str, files: Iterable[Path] = ()) -> list[str]:
    """Return the codes whose message or suggestion holds a text, in whichever language."""
    wanted = text.casefold()
    return [
        code
        for code, said in catalogue(tuple(files)).items()
        if any(wanted in words.casefold() for part in said.values() for words in part.values())
    ]


def _value(value: Any, language: str) -> Any:
    if isinstance(value, Mapping) and value.keys() <= set(LANGUAGES):
        return pick(value, language) or ""
    return value
