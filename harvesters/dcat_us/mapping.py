"""One dataset of ``data.json`` → one record of ours.

Versions 1.1 and 3.0 have one mapping: what a key may hold differs, not what it means. Everything
may be ``null``. What has no place in our schema (``bureauCode``, ``programCode``, ``isPartOf`` and
so on) is passed over. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ckanext.ontario.harvest.reader import Issue, Record, Severity
from ckanext.ontario.harvesters.mapping import languages, places, texts, words
from ckanext.ontario.harvesters.mapping.draft import Draft
from ckanext.ontario.harvesters.mapping.folding import one_line
from ckanext.ontario.harvesters.mapping.languages import listed, text_of

from .distributions import REPEATED, resources

Item = Mapping[str, Any]


def mapped(value: Any, number: int, pointer: str, language: str) -> Record | Issue:
    """Return a dataset's record; only an issue when nothing says which record it is.

    Args:
        value: the dataset.
        number: its position in the document, from 1.
        pointer: where it is.
        language: of texts that name none, unless the dataset itself says.
    """
    if not isinstance(value, Mapping):
        return Issue(Severity.ERROR, "record_not_object", number, pointer)
    item = cast("Item", value)
    guid = identifier(item)
    if not guid:
        where = f"{pointer}/identifier"
        return Issue(Severity.ERROR, "record_without_identifier", number, where)
    said = languages.codes(item.get("language"))
    draft = Draft(number, pointer)
    _describe(draft, item, said[0] if len(said) == 1 else language)
    return draft.record(guid, publisher(item))


def identifier(item: Item) -> str:
    """Return what a dataset is known by: a text, or an object's address or notation."""
    said = item.get("identifier")
    if isinstance(said, Mapping):
        found = cast("Item", said)
        return next(
            (text for k in ("@id", "notation", "@value") if (text := text_of(found.get(k)))), ""
        )
    return text_of(said)


def publisher(item: Item) -> str | None:
    """Return the publisher's name as written."""
    for said in listed(item.get("publisher")):
        name = cast("Item", said).get("name") if isinstance(said, Mapping) else said
        found = one_line(next(iter(languages.texts(name, "en").values()), ""))
        if found:
            return found
    return None


def _describe(draft: Draft, item: Item, language: str) -> None:
    draft.title(languages.of_key(item, "title", language), "/title")
    description = languages.of_key(item, "description", language)
    draft.text("notes_translated", description, "/description", texts.prose, needed=True)
    draft.keywords(keywords(item, language), "/keyword")
    draft.put("topics", topics(item))
    page = next((text_of(each) for each in listed(item.get("landingPage"))), "")
    draft.put("url", draft.tried(texts.address, page, "/landingPage"))
    _contact(draft, item, language)
    _dates(draft, item)
    _place(draft, item, language)
    _access(draft, item, language)
    draft.put("resources", resources(draft, item, language))


def keywords(item: Item, language: str) -> dict[str, list[str]]:
    """Return the keywords by language; one text with commas is a list too."""
    found: dict[str, list[str]] = {}
    keys = (("keyword", language), ("keyword_en", "en"), ("keyword_fr", "fr"))
    for key, default in keys:
        for said in listed(item.get(key)):
            for code, text in languages.texts(said, default).items():
                found.setdefault(code, []).extend(filter(None, map(str.strip, text.split(","))))
    return found


def topics(item: Item) -> list[str]:
    """Return the themes that are topics of ours; others say nothing here."""
    known = words.choices("topics")
    found: list[str] = []
    for said in listed(item.get("theme")):
        text = cast("Item", said).get("prefLabel") if isinstance(said, Mapping) else said
        found += [
            value for each in languages.texts(text, "en").values() if (value := known.find(each))
        ]
    return list(dict.fromkeys(found))


def _contact(draft: Draft, item: Item, language: str) -> None:
    said = next(
        (each for each in listed(item.get("contactPoint")) if isinstance(each, Mapping)), None
    )
    if said is None:
        return
    contact = cast("Item", said)
    where = "/contactPoint"
    name = languages.of_key(contact, "fn", language)
    if "individual" in str(contact.get("@type")).casefold():
        draft.put(
            "custodian_name",
            draft.tried(texts.line, one_line(next(iter(name.values()), "")), where),
        )
        draft.warn("contact_is_person", where)
        return
    unit = languages.of_key(contact, "organization-name", language)
    draft.text("maintainer_translated", unit or name, f"{where}/fn")
    mail = text_of(next(iter(listed(contact.get("hasEmail"))), None))
    draft.put("maintainer_email", draft.tried(texts.email, mail, f"{where}/hasEmail"))


def _dates(draft: Draft, item: Item) -> None:
    draft.day("date_created", text_of(item.get("created")), "/created")
    for said in listed(item.get("temporal")):
        if isinstance(said, Mapping):
            period = cast("Item", said)
            start, end = (text_of(period.get(key)) for key in ("startDate", "endDate"))
        else:
            start, _, end = text_of(said).partition("/")
        if start or end:
            draft.period(start, end, "/temporal")
            break
    frequency, modified = text_of(item.get("accrualPeriodicity")), text_of(item.get("modified"))
    if not frequency and modified.startswith(REPEATED):
        draft.choice("update_frequency", modified, "/modified")
    else:
        draft.choice("update_frequency", frequency, "/accrualPeriodicity")


def _place(draft: Draft, item: Item, language: str) -> None:
    for said in listed(item.get("spatial")):
        if isinstance(said, Mapping):
            _location(draft, cast("Item", said), language)
        elif places.box(text_of(said)):
            draft.place(said, "/spatial")
        else:
            named = languages.texts(said, language)
            draft.text("geographic_coverage_translated", named, "/spatial")


def _location(draft: Draft, place: Item, language: str) -> None:
    if "type" in place:
        draft.place(place, "/spatial")
        return
    name = languages.texts(place.get("prefLabel") or place.get("name"), language)
    draft.text("geographic_coverage_translated", name, "/spatial/prefLabel")
    for key in ("bbox", "geometry"):
        draft.place(place.get(key), f"/spatial/{key}")


def _access(draft: Draft, item: Item, language: str) -> None:
    level = text_of(item.get("accessLevel")) or _code_of(item.get("accessRights"))
    licence = _code_of(item.get("license"))
    draft.access(level, "/accessLevel", licence, "/license")
    rights = languages.of_key(item, "rights", language)
    if draft.values["access_level"] == "restricted":
        draft.text("exemption_rationale", rights, "/rights", texts.prose)
    elif draft.values["access_level"] == "open":
        draft.day("opened_date", text_of(item.get("issued")), "/issued")


def _code_of(said: Any) -> str:
    """Return a text, or the address of the object that stands in its place."""
    first = next(iter(listed(said)), None)
    if isinstance(first, Mapping):
        found = cast("Item", first)
        return next(
            (text for k in ("@id", "uri", "url", "label") if (text := text_of(found.get(k)))), ""
        )
    return text_of(first)
