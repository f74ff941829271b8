"""Distributions and documents of a dataset in ``data.json`` → resources.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ckanext.ontario.harvesters.mapping import languages, texts, words
from ckanext.ontario.harvesters.mapping.draft import Draft, first_day
from ckanext.ontario.harvesters.mapping.languages import listed, text_of

Item = Mapping[str, Any]
REPEATED = "R/"
"""How a date begins that is none: ``modified`` may say how often instead of when."""


def resources(draft: Draft, item: Item, language: str) -> list[dict[str, Any]]:
    """Return a resource for each distribution with an address, then for each document."""
    made: list[dict[str, Any]] = []
    for position, said in enumerate(listed(item.get("distribution"))):
        where = f"/distribution/{position}"
        if isinstance(said, Mapping):
            made += _data(draft, cast("Item", said), item, language, where)
    described = next(iter(listed(item.get("describedBy"))), None)
    made += _document(draft, described, "data_dictionary", "/describedBy")
    for position, said in enumerate(listed(item.get("references"))):
        made += _document(draft, said, "technical_document", f"/references/{position}")
    return list({one["url"]: one for one in reversed(made)}.values())[::-1]


def _data(
    draft: Draft, said: Item, item: Item, language: str, where: str
) -> Iterator[dict[str, Any]]:
    url, service = _address(draft, said, where)
    if not url:
        draft.warn("file_without_address", where)
        return
    form = words.file_format(
        [*_codes(said.get("format")), *_codes(said.get("mediaType"))], url
    ) or ("API" if service else "")
    resource: dict[str, Any] = {"url": url, "type": "data"}
    resource |= {"format": form} if form else {}
    resource["name_translated"] = _text(
        draft, languages.of_key(said, "title", language), f"{where}/title"
    ) or words.resource_name("data", form)
    description = languages.of_key(said, "description", language)
    if prose := _text(draft, description, f"{where}/description", prose=True):
        resource["description_translated"] = prose
    spoken = languages.resource_language(said.get("language") or item.get("language"))
    resource |= {"language": spoken} if spoken else {}
    modified = text_of(said.get("modified")) or text_of(item.get("modified"))
    if modified and not modified.startswith(REPEATED):
        day = draft.tried(first_day, modified, f"{where}/modified")
        resource |= {"data_last_updated": day} if day else {}
    if (size := text_of(said.get("byteSize"))).isdecimal():
        resource["size"] = int(size)
    yield resource


def _address(draft: Draft, said: Item, where: str) -> tuple[str, bool]:
    """Return a distribution's address, and whether it is a service's."""
    for key in ("downloadURL", "accessURL"):
        url = draft.tried(texts.address, _url(said.get(key)), f"{where}/{key}")
        if url:
            return url, False
    for service in listed(said.get("accessService")):
        endpoint = (
            cast("Item", service).get("endpointURL") if isinstance(service, Mapping) else None
        )
        url = draft.tried(texts.address, _url(endpoint), f"{where}/accessService")
        if url:
            return url, True
    return "", False


def _document(draft: Draft, said: object, kind: str, where: str) -> Iterator[dict[str, Any]]:
    url = draft.tried(texts.address, _url(said), where)
    if url:
        form = words.file_format([], url)
        known = {"format": form} if form else {}
        yield {
            "url": url,
            **known,
            "type": kind,
            "name_translated": words.resource_name(kind, form),
        }


def _url(said: object) -> str:
    """Return an address: a text, the first of a list, or an object's own."""
    first = next(iter(listed(said)), None)
    if isinstance(first, Mapping):
        found = cast("Item", first)
        first = found.get("accessURL") or found.get("downloadURL") or found.get("@id")
        return text_of(next(iter(listed(first)), None))
    return text_of(first)


def _codes(said: object) -> list[str]:
    return [
        text_of(cast("Item", each).get("@id") if isinstance(each, Mapping) else each)
        for each in listed(said)
    ]


def _text(
    draft: Draft, said: Mapping[str, str], where: str, *, prose: bool = False
) -> dict[str, str]:
    convert = texts.prose if prose else texts.line
    found = {code: draft.tried(convert, texts.plain(text), where) for code, text in said.items()}
    return {code: text for code, text in found.items() if text}
