"""Bilingual values as they arrive, as they are kept, and what is wrong with them.

A bilingual value is kept as ``{"en": …, "fr": …}`` with only the languages that have a text, so
that a reader's language is either there or visibly not. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from ckanext.ontario.shared.bilingual import LANGUAGES

Text = dict[str, str]
"""Language → text, without empty ones."""

Words = dict[str, list[str]]
"""Language → list of keywords, without empty ones."""

TAG_MIN, TAG_MAX = 2, 100
"""Characters of a tag; CKAN's own limits."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"[\w \-.'’&/()]+")
_MARKUP = re.compile(r"<[/!]?[a-zA-Z-][^>]*>?|&(?:#\w{2,8}|[a-zA-Z]{2,8});|\[[^\]]*\]\([^)]*\)")


class Refused(ValueError):
    """A value can't be kept; ``code`` names a rule, ``params`` fill its message."""

    def __init__(self, code: str, **params: Any) -> None:
        """Keep the rule's code and what fills its message."""
        super().__init__(code)
        self.code = code
        self.params = params


def clean(text: str) -> str:
    """Return ``text`` composed (é as one sign), stripped, with plain line ends, no controls."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", lines)).strip()


def by_language(value: object) -> dict[str, Any]:
    """Return the bilingual object that ``value`` is, or that its text says as JSON.

    Raises:
        Refused: when it is no object, or names a language that is not ours.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as err:
            raise Refused("bilingual-form") from err
    if not isinstance(value, Mapping):
        raise Refused("bilingual-form")
    given = cast("Mapping[str, Any]", value)
    unknown = [str(code) for code in given if code not in LANGUAGES]
    if unknown:
        raise Refused("language-unknown", languages=", ".join(unknown))
    return dict(given)


def text(value: object) -> Text:
    """Return a bilingual text from what a program or a form gave.

    Languages that were given empty are there, as ``""``: they are to be cleared. Languages that
    were not given are absent: they stay what they are (see :func:`merged`).

    Raises:
        Refused: when it is not one text for each language.
    """
    found: Text = {}
    for code, one in by_language(value).items():
        if one is not None and not isinstance(one, str):
            raise Refused("bilingual-form")
        found[code] = clean(one or "")
    return found


def words(value: object) -> Words:
    """Return bilingual keywords; a text (from a form) is a list separated by commas.

    Raises:
        Refused: when it is not one list of words for each language.
    """
    return {code: _word_list(one) for code, one in by_language(value).items()}


def _word_list(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        value = re.split("[,;\n]", value)
    if not isinstance(value, list | tuple):
        raise Refused("keywords-form")
    listed = cast("Iterable[object]", value)
    if not all(isinstance(word, str) for word in listed):
        raise Refused("keywords-form")
    return distinct(clean(cast(str, word)) for word in listed)


def distinct(found: Iterable[str]) -> list[str]:
    """Return what is not empty, each once whatever its case, in order."""
    kept: dict[str, str] = {}
    for word in found:
        if word:
            kept.setdefault(word.casefold(), word)
    return list(kept.values())


def merged(given: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``given`` over ``stored``: a language that is not given is never lost.

    A language given empty is cleared, and so absent from the result.
    """
    return {code: value for code in LANGUAGES if (value := given.get(code, stored.get(code, None)))}


def stored_object(value: object) -> dict[str, Any]:
    """Return the bilingual object kept as JSON text or as an object; empty when there is none."""
    try:
        return by_language(value) if value else {}
    except Refused:
        return {}


def dumped(value: object) -> str:
    """Return JSON as it is kept: letters as letters, so that search finds them."""
    return json.dumps(value, ensure_ascii=False)


def has_markup(value: str) -> bool:
    """Say whether a text holds HTML tags, entities or Markdown links."""
    return bool(_MARKUP.search(value))


def tag_problems(tags: Iterable[str]) -> Iterator[Refused]:
    """Yield what is wrong with each tag: its length, its signs, its spaces."""
    for tag in tags:
        if not TAG_MIN <= len(tag) <= TAG_MAX:
            yield Refused("tag-length", tag=tag, least=TAG_MIN, most=TAG_MAX)
        elif not _TAG.fullmatch(tag) or "  " in tag:
            yield Refused("tag-signs", tag=tag)


def text_problems(
    value: str, *, max_length: int = 0, max_bytes: int = 0, plain: bool = False
) -> Iterator[Refused]:
    """Yield what is wrong with one text; a limit of 0 is none.

    Args:
        value: the text.
        max_length: characters it may have.
        max_bytes: bytes it may have, in UTF-8.
        plain: whether markup is refused.
    """
    if max_length and len(value) > max_length:
        yield Refused("text-length", most=max_length, length=len(value))
    if max_bytes and (length := len(value.encode())) > max_bytes:
        yield Refused("text-bytes", most=max_bytes, length=length)
    if plain and has_markup(value):
        yield Refused("text-markup")
