"""What a translator sends: read, compared with what is there now, and saved as the user."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search import SearchIndexError
from ckan.types import Context

from ckanext.ontario.shared import clock
from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.translation import fields, records, rows, stored
from ckanext.ontario.translation.domain import Key, Place, Texts, digest, normal, other
from ckanext.ontario.translation.logic.reading import NO_TEXT, Known

EXPECTED = "ontario_expected_version"
"""Key of a save that names the version it was made from (editing compares it)."""

TAGS = {"keywords": "tags"}
"""What core keeps of a field of ours: sent along unchanged it would contradict the change."""

MOST = 1000
"""Texts of one call."""

Errors = dict[str, list[str]]


@dataclass(frozen=True)
class Given:
    """One text as it was sent."""

    place: Place
    language: str
    text: str
    other_hash: str
    """Of the other language as the translator saw it."""
    own_hash: str | None
    """Of this language as the translator found it; ``None`` when they don't say."""


def given(sent: object) -> list[Given]:
    """Read texts.

    Raises:
        ValidationError: on ``texts``, when they are not understood.
    """
    found: list[Given] = []
    for one in _items(sent, "texts"):
        language, text = one.get("language"), one.get("text")
        if language not in LANGUAGES or not isinstance(text, str) or "other_hash" not in one:
            said = tk._("Each text needs “field”, “language” (en or fr), “text” and “other_hash”.")
            raise tk.ValidationError({"texts": [said]})
        own = one.get("hash")
        found.append(
            Given(
                _place(one, "texts"), str(language), normal(text), str(one["other_hash"] or ""),
                None if own is None else str(own),
            )
        )  # fmt: skip
    return found


def confirmed(sent: object) -> dict[Place, dict[str, str]]:
    """Read the texts that are still right, each with the hashes of what was seen.

    Raises:
        ValidationError: on ``confirmed``, when they are not understood.
    """
    found: dict[Place, dict[str, str]] = {}
    for one in _items(sent, "confirmed"):
        hashes = one.get("hashes")
        seen = cast("Mapping[str, Any]", hashes) if isinstance(hashes, Mapping) else {}
        found[_place(one, "confirmed")] = {
            code: str(seen[code] or "") for code in LANGUAGES if code in seen
        }
    return found


def _items(sent: object, name: str) -> list[Mapping[str, Any]]:
    if sent in (None, "", []):
        return []
    items = cast("list[Any]", sent) if isinstance(sent, list) else []
    objects = all(isinstance(one, Mapping) for one in items)
    if not items or len(items) > MOST or not objects:
        said = tk._("Send a list of at most {number} objects.").format(number=MOST)
        raise tk.ValidationError({name: [said]})
    return items


def _place(one: Mapping[str, Any], name: str) -> Place:
    place = Place(str(one.get("resource_id") or ""), str(one.get("field") or ""))
    if place.field not in fields.bilingual(fields.level_of(place)):
        said = tk._("“{name}” is no field in two languages.").format(name=place.name[:100])
        raise tk.ValidationError({name: [said]})
    return place


def problems(
    known: Known, texts: Iterable[Given], seen: Mapping[Place, Mapping[str, str]]
) -> Errors:
    """Return what speaks against saving, by the name of each text."""
    files = {"", *(str(one["id"]) for one in known.record.get("resources") or [])}
    found: Errors = {}
    for one in texts:
        said = _unknown_file(one.place, files) or _changed(known, one)
        if said:
            found.setdefault(one.place.name, []).append(said)
    for place, hashes in seen.items():
        both = known.texts.get(place, NO_TEXT)
        stale = next((code for code in hashes if digest(both[code]) != hashes[code]), "")
        if place.resource_id not in files:
            found.setdefault(place.name, []).append(_unknown_file(place, files))
        elif not all(both.values()):
            said = tk._("“{field}” has no text in one of the languages. Write it first.")
            found.setdefault(place.name, []).append(said.format(field=fields.named(place)))
        elif stale:
            found.setdefault(place.name, []).append(changed_meanwhile(place, stale))
    return found


def _unknown_file(place: Place, files: Collection[str]) -> str:
    return "" if place.resource_id in files else tk._("This record has no such file.")


def _changed(known: Known, one: Given) -> str:
    both = known.texts.get(one.place, NO_TEXT)
    if digest(both[other(one.language)]) != one.other_hash:
        return changed_meanwhile(one.place, other(one.language))
    written = one.own_hash is not None and digest(both[one.language]) != one.own_hash
    if written and both[one.language] != one.text:
        return changed_meanwhile(one.place, one.language)
    return ""


def changed_meanwhile(place: Place, language: str) -> str:
    """Return the message that a text changed after the translator read it."""
    said = (
        tk._("The English of “{field}” changed after you read it. Look at it, then translate.")
        if language == "en"
        else tk._("The French of “{field}” changed after you read it. Look at it, then translate.")
    )
    return said.format(field=fields.named(place))


def save(
    context: Context, known: Known, texts: Iterable[Given], agreed: Iterable[Place], version: str
) -> int:
    """Write texts by ``package_update``, as the user, and note which are right as they are.

    Commits, unless the context says otherwise.

    Args:
        context: CKAN's, with the user.
        known: the record as it is now.
        texts: what to write.
        agreed: texts that are right as they are.
        version: the version the texts were made from; ``""`` for the one that is there.

    Returns:
        How many texts were written.

    Raises:
        ValidationError: by the names of texts; nothing was saved then.
    """
    both = known.texts
    fresh = [one for one in texts if both.get(one.place, NO_TEXT)[one.language] != one.text]
    places = {*agreed, *(one.place for one in fresh)}
    keys = {Key(known.id, place) for place in places}
    if not fresh:
        _agree(context, known, keys)
        return 0
    dataset = _changed_record(known.record, fresh)
    dataset[EXPECTED] = version or str(known.record["metadata_modified"])
    try:
        with records.agreeing(keys):
            tk.get_action("package_update")(tk.fresh_context(context), dataset)
    except tk.ValidationError as err:
        _undo(context)
        raise tk.ValidationError(_by_text(err, known.record)) from err
    except SearchIndexError as err:  # the record is indexed before it is committed
        _undo(context)
        said = tk._("The search index does not answer. Try again later.")
        raise tk.ValidationError({"texts": [said]}) from err
    return len(fresh)


def _agree(context: Context, known: Known, keys: Collection[Key]) -> None:
    """Note that texts are right as they are, unless somebody is changing them."""
    rows.lock(known.id)
    now = fields.texts(stored.read([known.id]).get(known.id, {}))
    changed = [key.place for key in keys if now.get(key.place) != known.texts.get(key.place)]
    if changed:
        _undo(context)
        said = {one.name: [changed_meanwhile(one, _differs(known, one, now))] for one in changed}
        raise tk.ValidationError(cast("dict[str, Any]", said))
    rows.remember({known.id: now}, clock.now(), keys)
    if not context.get("defer_commit"):
        model.Session.commit()


def _differs(known: Known, place: Place, now: Mapping[Place, Texts]) -> str:
    before, after = known.texts.get(place, NO_TEXT), now.get(place, NO_TEXT)
    return next(code for code in LANGUAGES if before[code] != after[code])


def _undo(context: Context) -> None:
    if not context.get("defer_commit"):
        model.Session.rollback()


def _changed_record(record: Mapping[str, Any], fresh: Iterable[Given]) -> dict[str, Any]:
    """Return the whole record with texts written into it."""
    dataset = dict(record)
    files = {str(one["id"]): dict(one) for one in record.get("resources") or []}
    dataset["resources"] = list(files.values())
    for one in fresh:
        level = files[one.place.resource_id] if one.place.resource_id else dataset
        old = level.get(one.place.field)
        level[one.place.field] = {
            **(old if isinstance(old, Mapping) else {}),
            one.language: one.text,
        }
        dataset.pop(TAGS.get(one.place.field, ""), None)
    return dataset


def _by_text(err: tk.ValidationError, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return errors by the names of texts; those of files stand in a list, in the files' order."""
    found = dict(cast("Mapping[str, Any]", err.error_dict))
    listed = found.pop("resources", None)
    if not isinstance(listed, list):
        return {**found, **({"resources": listed} if listed else {})}
    ids = [str(one["id"]) for one in record.get("resources") or []]
    for resource_id, errors in zip(ids, cast("list[Any]", listed), strict=False):
        if isinstance(errors, Mapping):
            inner = cast("Mapping[str, Any]", errors)
            found |= {Place(resource_id, str(name)).name: said for name, said in inner.items()}
    return found
