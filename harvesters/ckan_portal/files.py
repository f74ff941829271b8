"""The resources of another CKAN's record → ours.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ckanext.ontario.harvesters.mapping import languages, texts, words
from ckanext.ontario.harvesters.mapping.draft import Draft, first_day
from ckanext.ontario.harvesters.mapping.languages import listed, text_of

Resource = Mapping[str, Any]

DAYS: Mapping[str, tuple[str, ...]] = {
    "data_last_updated": ("data_last_updated", "last_modified"),
    "publically_available_date": ("publically_available_date", "publicly_available_date"),
    "data_range_start": ("data_range_start",),
    "data_range_end": ("data_range_end",),
}
"""Our field → the keys under which a portal may keep it."""


def resources(draft: Draft, package: Resource, language: str) -> list[dict[str, Any]]:
    """Return the files that have an address, in order."""
    made: list[dict[str, Any]] = []
    for position, said in enumerate(listed(package.get("resources"))):
        if isinstance(said, Mapping):
            made += _resource(draft, cast("Resource", said), language, f"/resources/{position}")
    return made


def _resource(draft: Draft, said: Resource, language: str, where: str) -> Iterator[dict[str, Any]]:
    url = draft.tried(texts.address, text_of(said.get("url")), f"{where}/url")
    if not url:
        draft.warn("file_without_address", where)
        return
    form = words.file_format([text_of(said.get("format")), text_of(said.get("mimetype"))], url)
    kind = _kind(said)
    name = _text(draft, said, "name", language, where) or words.resource_name("data", form)
    made: dict[str, Any] = {"url": url, "type": kind, "format": form, "name_translated": name}
    made["description_translated"] = _text(draft, said, "description", language, where)
    made["language"] = languages.resource_language(_languages(said.get("language")))
    for field, keys in DAYS.items():
        text = next((found for key in keys if (found := text_of(said.get(key)))), "")
        made[field] = draft.tried(first_day, text, f"{where}/{keys[0]}")
    size = text_of(said.get("size"))
    made["size"] = int(size) if size.isdecimal() else None
    made["mimetype"], made["hash"] = text_of(said.get("mimetype")), text_of(said.get("hash"))
    made["id"] = _id(said)
    yield {key: value for key, value in made.items() if value not in (None, "", {})}


def _id(said: Resource) -> str:
    found = text_of(said.get("id"))
    return found if found.replace("-", "").isalnum() and found.isascii() else ""


def _kind(said: Resource) -> str:
    known = words.choices("type")
    found = (known.find(text_of(said.get(key))) for key in ("type", "resource_type"))
    return next((kind for kind in found if kind), "data")


def _languages(said: object) -> object:
    """Return the languages of our own single word, or of anything else as it is."""
    return ["en", "fr"] if said == "english_and_french" else said


def _text(draft: Draft, said: Resource, key: str, language: str, where: str) -> dict[str, str]:
    convert = texts.prose if key == "description" else texts.line
    written = languages.of_key(said, key, language)
    found = {
        code: draft.tried(convert, texts.plain(text), f"{where}/{key}")
        for code, text in written.items()
    }
    return {code: text for code, text in found.items() if text}
