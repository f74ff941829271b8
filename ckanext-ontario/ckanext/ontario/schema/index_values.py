"""How values of a record are read for the index: texts by language, and instants.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timezone
from typing import cast
from zoneinfo import ZoneInfo

TORONTO = ZoneInfo("America/Toronto")

MAX_STRING_BYTES = 32_766
"""Solr refuses a document with a longer value in an unanalysed field."""

_ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def instant(value: object) -> str:
    """Return an ISO date or date-time as Solr writes instants; without a zone it is Toronto's.

    Raises:
        ValueError: when it is neither.
    """
    text = str(value).strip()
    try:
        if ":" in text:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        else:
            moment = datetime.combine(date.fromisoformat(text), time())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=TORONTO)
        return f"{aware.astimezone(timezone.utc).replace(tzinfo=None).isoformat('T', 'seconds')}Z"
    except OverflowError as err:
        raise ValueError(text) from err


def instant_or_none(value: object) -> str | None:
    """Return :func:`instant`, or ``None`` for what is no date."""
    try:
        return instant(value)
    except ValueError:
        return None


def texts_of(value: object, language: str) -> list[str]:
    """Return the texts a value holds for readers of ``language``.

    A bilingual object gives its own language's; plain text and lists of it belong to both.
    """
    value = parsed(value)
    if isinstance(value, Mapping):
        return texts_of(cast("Mapping[str, object]", value).get(language), language)
    if isinstance(value, list | tuple):
        return [text for item in cast("list[object]", value) for text in texts_of(item, language)]
    text = clean(value) if isinstance(value, str) else ""
    return [text] if text else []


def parsed(value: object) -> object:
    """Return the object that a text of JSON holds; anything else as it is."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def clean(text: str) -> str:
    """Return ``text`` composed (é as one sign), stripped, without what XML can't carry."""
    return unicodedata.normalize("NFC", _ILLEGAL_IN_XML.sub("", text)).strip()


def distinct(texts: Iterable[str]) -> list[str]:
    """Return the texts that are not empty, each once, in their order."""
    return list(dict.fromkeys(text for text in texts if text))


def is_plain(value: object) -> bool:
    """Say whether Solr can take ``value``: one value, or a list of such."""
    if isinstance(value, list | tuple):
        return not any(isinstance(item, dict | list) for item in cast("list[object]", value))
    return not isinstance(value, dict)


def fits(value: object) -> bool:
    """Say whether ``value`` may stand in an unanalysed field."""
    return not isinstance(value, str) or len(value.encode(errors="replace")) <= MAX_STRING_BYTES
