"""A table of texts that is brought back: each record is saved once, and each row gets an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search import SearchIndexError
from ckan.types import Context

from ckanext.ontario.shared.bilingual import LANGUAGES, language_of
from ckanext.ontario.translation import fields, sheet
from ckanext.ontario.translation.domain import Place, other
from ckanext.ontario.translation.logic.reading import NO_TEXT
from ckanext.ontario.translation.logic.saving import changed_meanwhile
from ckanext.ontario.translation.sheet import Line, Wanted

MOST_RECORDS = 200
"""Records of one table that are saved while the reader waits."""

APPLIED, UNCHANGED, REFUSED = "applied", "unchanged", "refused"

Asked = list[tuple[Line, Wanted]]


@dataclass(frozen=True)
class Outcome:
    """What became of a row."""

    number: int
    name: str
    field: str
    status: str
    """``applied``, ``unchanged`` or ``refused``."""
    message: str = ""
    """Why it was refused and what to do, in the reader's language."""


def bring(context: Context, content: bytes) -> list[Outcome]:
    """Write the texts of a table, as the user; what is refused leaves the rest alone.

    Args:
        context: CKAN's, with the user.
        content: the table.

    Returns:
        What became of each row, in the order of the table.

    Raises:
        ValidationError: on ``document``, when it is no such table; nothing was written.
    """
    try:
        lines = sheet.read(content)
    except sheet.Unreadable as err:
        raise tk.ValidationError({"document": [unreadable(err)]}) from err
    records: dict[str, list[Line]] = {}
    for one in lines:
        records.setdefault(one.name, []).append(one)
    found: list[Outcome] = []
    saved = 0
    for rows in records.values():
        outcomes = _refused(rows, _too_many()) if saved >= MOST_RECORDS else _record(context, rows)
        saved += any(one.status == APPLIED for one in outcomes)
        found += outcomes
    return sorted(found, key=lambda one: one.number)


def unreadable(err: sheet.Unreadable) -> str:
    """Return what is wrong with a table, and what to do."""
    language = language_of(str(tk.h.lang()))
    headers = ", ".join(f"“{sheet.HEADERS[name][language]}”" for name in err.names)
    said = {
        "empty": tk._("The file is empty. Choose the one that you downloaded here."),
        "large": tk._("The file is too large: at most {rows} rows, {size} MB. Send it in parts."),
        "encoding": tk._("The file is not in UTF-8. Save it as “CSV UTF-8” and send it again."),
        "headers": tk._("These columns are not there: {names}. Keep the first row as it was."),
        "broken": tk._("The file can’t be read as CSV. Save it as “CSV UTF-8” and send it again."),
    }[err.code]
    size = sheet.MOST_BYTES // 1_000_000
    return said.format(rows=sheet.MOST_ROWS, size=size, names=headers)


def _too_many() -> str:
    said = tk._("Only {number} records are changed at a time. Send the same file again.")
    return said.format(number=MOST_RECORDS)


def _record(context: Context, lines: list[Line]) -> list[Outcome]:
    """Write the rows of one record."""
    try:
        shown = tk.get_action("ontario_translation_show")(
            tk.fresh_context(context), {"id": lines[0].name}
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return _refused(lines, tk._("There is no such record, or you may not edit it."))
    current = {Place(one["resource_id"], one["field"]): one["texts"] for one in shown["texts"]}
    found: dict[int, Outcome] = {}
    asked: Asked = []
    for one in lines:
        known = _is_field(one.place, shown["files"])
        wanted = sheet.wanted(one, current.get(one.place, NO_TEXT)) if known else Wanted()
        message = _message(one, wanted) if known else _no_field(one.place)
        if message:
            found[one.number] = _outcome(one, REFUSED, message)
        elif not wanted.language:
            found[one.number] = _outcome(one, UNCHANGED)
        elif any(before.place == one.place for before, _wanted in asked):
            said = tk._("This text is in the file twice. Keep one of the rows.")
            found[one.number] = _outcome(one, REFUSED, said)
        else:
            asked.append((one, wanted))
    refused = _save(context, str(shown["id"]), asked)
    for one, _wanted in asked:
        message = refused.get(one.number, "")
        found[one.number] = _outcome(one, REFUSED if message else APPLIED, message)
    return list(found.values())


def _is_field(place: Place, files: Mapping[str, Any]) -> bool:
    there = not place.resource_id or place.resource_id in files
    return there and place.field in fields.bilingual(fields.level_of(place))


def _no_field(place: Place) -> str:
    said = tk._("The record has no text “{name}”. Leave “File” and “Field” as they were.")
    return said.format(name=place.name[:100])


def _message(brought: Line, wanted: Wanted) -> str:
    """Return why a row can't be done, ``""`` when it can."""
    if wanted.problem == "source":
        return changed_meanwhile(brought.place, other(wanted.language))
    if wanted.problem == "text":
        return changed_meanwhile(brought.place, wanted.language)
    return {
        "": "",
        "mark": tk._("The mark of the row was changed. Download the table again."),
        "both": tk._("Both languages were changed. Change one, or both on the record’s page."),
        "emptied": tk._("An empty cell deletes nothing. Delete the text on the record’s page."),
    }[wanted.problem]


def _save(context: Context, package_id: str, asked: Asked) -> dict[int, str]:
    """Save the rows of a record at once, without those that are refused; say which and why."""
    refused: dict[int, str] = {}
    left = list(asked)
    while left:
        texts = [_text(one, wanted) for one, wanted in left]
        try:
            tk.get_action("ontario_translation_update")(
                tk.fresh_context(context), {"id": package_id, "texts": texts}
            )
        except tk.ValidationError as err:
            errors = cast("Mapping[str, Any]", err.error_dict)
            named = {
                one.number: in_words(errors[one.place.name])
                for one, _wanted in left
                if one.place.name in errors
            }
            whole = " ".join(f"{name}: {in_words(said)}" for name, said in errors.items())
            refused |= named or {one.number: whole for one, _wanted in left}
        except (tk.ObjectNotFound, tk.NotAuthorized):
            said = tk._("There is no such record, or you may not edit it.")
            refused |= {one.number: said for one, _wanted in left}
        except SearchIndexError:
            model.Session.rollback()
            said = tk._("The search index does not answer. Try again later.")
            refused |= {one.number: said for one, _wanted in left}
        else:
            break
        left = [(one, wanted) for one, wanted in left if one.number not in refused]
    return refused


def _text(one: Line, wanted: Wanted) -> dict[str, Any]:
    hashes = dict(zip(LANGUAGES, sheet.hashes_in(one.mark), strict=True))
    return {
        "resource_id": one.place.resource_id,
        "field": one.place.field,
        "language": wanted.language,
        "text": wanted.text,
        "hash": hashes[wanted.language],
        "other_hash": hashes[other(wanted.language)],
    }


def in_words(said: object) -> str:
    """Return what CKAN says of a field as one text."""
    if isinstance(said, list):
        return " ".join(str(one) for one in cast("list[object]", said))
    return str(said)


def _refused(lines: Iterable[Line], message: str) -> list[Outcome]:
    return [_outcome(one, REFUSED, message) for one in lines]


def _outcome(one: Line, status: str, message: str = "") -> Outcome:
    return Outcome(one.number, one.name, one.place.name, status, message)
