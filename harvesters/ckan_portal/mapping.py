"""One record of another CKAN → one record of ours.

Fields that a portal shares with us keep their meaning, whether a text's languages are an object
(``title_translated``), suffixes (``title_fr``) or extras. Internal fields are never read. Pure:
imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ckanext.ontario.harvest.reader import Record
from ckanext.ontario.harvesters.mapping import languages, texts, words
from ckanext.ontario.harvesters.mapping.draft import Draft
from ckanext.ontario.harvesters.mapping.folding import one_line
from ckanext.ontario.harvesters.mapping.languages import listed, text_of
from ckanext.ontario.harvesters.mapping.problems import Unusable

from . import files

Package = Mapping[str, Any]

LINES = ("short_description", "geographic_coverage", "maintainer", "maintainer_branch")
PROSE = ("exemption_rationale", "access_instructions")
CHOICES = (
    *("asset_type", "geographic_granularity", "contains_geographic_markers", "record_status"),
    *("exemption", "release_priority"),
)
DAYS = ("current_as_of", "date_created", "planned_release_date", "opened_date")
FREQUENCIES = ("update_frequency", "frequency", "accrual_periodicity")
"""Keys under which portals keep how often data is updated."""


def mapped(package: Package, number: int, pointer: str, language: str) -> Record:
    """Return a record.

    Args:
        package: as ``package_search`` gives it; it has an id.
        number: its position in the whole catalogue, from 1.
        pointer: where it is in its page.
        language: of texts that name none.
    """
    draft = Draft(number, pointer)
    said = {**_extras(package), **{k: v for k, v in package.items() if v not in (None, "", [])}}
    draft.title(languages.of_key(said, "title", language), "/title")
    notes = languages.of_key(said, "notes", language)
    draft.text("notes_translated", notes, "/notes", texts.prose, needed=True, markdown=True)
    _simple(draft, said, language)
    draft.keywords(keywords(said, language), "/keywords")
    draft.put("topics", topics(said))
    draft.period(text_of(said.get("date_range_start")), text_of(said.get("date_range_end")), "")
    _access(draft, said)
    draft.put("resources", files.resources(draft, said, language))
    organization = next((name for name in publisher_names(package) if name), None)
    return draft.record(str(package["id"]).strip(), organization)


def publisher_names(package: Package) -> list[str]:
    """Return what the record's organization is called: title, then name."""
    said = package.get("organization")
    if not isinstance(said, Mapping):
        return []
    organization = cast("Package", said)
    titles = languages.of_key(organization, "title", "en")
    return [
        one_line(name) for name in (*titles.values(), text_of(organization.get("name"))) if name
    ]


def _extras(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for said in listed(package.get("extras")):
        if isinstance(said, Mapping):
            extra = cast("Package", said)
            found[text_of(extra.get("key"))] = extra.get("value")
    return found


def _simple(draft: Draft, said: Package, language: str) -> None:
    for key in LINES:
        name = key if key == "maintainer_branch" else f"{key}_translated"
        draft.text(name, languages.of_key(said, key, language), f"/{key}")
    for key in PROSE:
        value = languages.of_key(said, key, language)
        draft.text(key, value, f"/{key}", texts.prose, markdown=True)
    for key in CHOICES:
        draft.choice(key, text_of(said.get(key)), f"/{key}")
    for key in DAYS:
        draft.day(key, text_of(said.get(key)), f"/{key}")
    key = next((each for each in FREQUENCIES if text_of(said.get(each))), FREQUENCIES[0])
    draft.choice("update_frequency", text_of(said.get(key)), f"/{key}")
    draft.put("url", draft.tried(texts.address, text_of(said.get("url")), "/url"))
    mail = text_of(said.get("maintainer_email"))
    draft.put("maintainer_email", draft.tried(texts.email, mail, "/maintainer_email"))
    draft.place(said.get("spatial"), "/spatial")


def keywords(said: Package, language: str) -> dict[str, list[str]]:
    """Return the keywords by language: ``keywords``, ``tags_translated``, suffixes, else tags."""
    for key in ("keywords", "tags_translated"):
        value = said.get(key)
        if isinstance(value, Mapping):
            given = cast("Package", value)
            found = {code: _words(given[tag]) for tag in given if (code := languages.code(tag))}
            if any(found.values()):
                return found
    suffixed = {code: _words(said.get(f"keywords_{code}")) for code in languages.LANGUAGES}
    if any(suffixed.values()):
        return suffixed
    return {language: _words(said.get("tags"))}


def _words(said: object) -> list[str]:
    found: list[str] = []
    for each in listed(said):
        tag = cast("Package", each) if isinstance(each, Mapping) else None
        text = text_of(tag.get("display_name") or tag.get("name")) if tag else text_of(each)
        found += [word for piece in text.split(",") if (word := piece.strip())]
    return found


def topics(said: Package) -> list[str]:
    """Return the topics: of the field, else of the groups whose words are ours."""
    known = words.choices("topics")
    given = listed(said.get("topics")) or listed(said.get("groups"))
    found: list[str] = []
    for each in given:
        group = cast("Package", each) if isinstance(each, Mapping) else {"name": each}
        names = (text_of(group.get(key)) for key in ("name", "title", "display_name"))
        found += [value for name in names if name and (value := known.find(name))][:1]
    return list(dict.fromkeys(found))


def _access(draft: Draft, said: Package) -> None:
    licence = _licence(said)
    level = text_of(said.get("access_level"))
    if not level and (said.get("isopen") is True or words.is_open(licence)):
        level = "open"
    draft.access(level, "/access_level", licence, "/license_id")
    if draft.values["access_level"] != "open":
        draft.values.pop("opened_date", None)


def _licence(said: Package) -> str:
    """Return the licence's id here, or what the portal calls it."""
    written = [text_of(said.get(key)) for key in ("license_id", "license_url", "license_title")]
    for text in _given(written):
        try:
            return words.licence(text)
        except Unusable:  # noqa: PERF203 -- three ways to name one licence
            continue
    return "other-open" if said.get("isopen") is True else next(_given(written), "")


def _given(written: list[str]) -> Iterator[str]:
    return (text for text in written if text)
