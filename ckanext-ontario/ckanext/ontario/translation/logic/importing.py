"""A table of texts that is brought back: each record is saved once, and each row gets an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.shared.bilingual import pick
from ckanext.ontario.translation import fields, rows, sheet, stored
from ckanext.ontario.translation.domain import Place, Texts, other
from ckanext.ontario.translation.logic.reading import AT_ONCE, NO_TEXT, organizations
from ckanext.ontario.translation.logic.saving import changed_meanwhile
from ckanext.ontario.translation.sheet import Line, Wanted

MOST_RECORDS = 100
"""Records of one table that are saved while the reader waits."""

APPLIED, UNCHANGED, REFUSED, LEFT = "applied", "unchanged", "refused", "left"

Asked = list[tuple[Line, Wanted]]


@dataclass(frozen=True)
class Outcome:
    """What became of a row."""

    number: int
    name: str
    """Of the record, as the row has it."""
    label: str
    """Of the field, in the reader's language."""
    file: str
    """What the file is called, ``""`` for the record itself."""
    status: str
    """``applied``, ``unchanged``, ``refused`` or ``left`` (for the next time)."""
    message: str = ""
    """Why it was refused and what to do, in the reader's language."""


class _Record:
    """The rows of one record, and what becomes of them."""

    def __init__(self, stored_record: Mapping[str, Any] | None) -> None:
        record = stored_record or {}
        self.id = str(record.get("id") or "")
        self.texts: Mapping[Place, Texts] = fields.texts(record)
        self.files: dict[str, Texts] = {
            str(one["id"]): one.get("name_translated") or {} for one in record.get("resources", ())
        }

    def outcome(self, line: Line, status: str, message: str = "") -> Outcome:
        identifier = line.place.resource_id
        file = pick(self.files.get(identifier), fields.reader()) or identifier
        return Outcome(line.number, line.name, fields.named(line.place), file, status, message)

    def has(self, place: Place) -> bool:
        there = not place.resource_id or place.resource_id in self.files
        return there and place.field in fields.bilingual(fields.level_of(place))


def bring(context: Context, content: bytes) -> list[Outcome]:
    """Write the texts of a table, as the user; what is refused leaves the rest alone.

    Rows that ask for nothing cost nothing, so that a whole table may come back with a few new
    texts. The same table again goes on where this one ended.

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
    found: list[Outcome] = []
    asked: dict[str, Asked] = {}
    for line in lines:
        wanted = sheet.wanted(line)
        if wanted.problem or not wanted.language:
            found.append(_answer(_Record(None), line, wanted))
        else:
            asked.setdefault(line.name, []).append((line, wanted))
    own = [str(one["id"]) for one in organizations(context)] if asked else []
    tried = 0
    names = list(asked)
    for start in range(0, len(names), AT_ONCE):
        for name, record in _read(names[start : start + AT_ONCE], own).items():
            outcomes, wanting = _sorted_out(record, asked[name])
            found += outcomes
            if tried >= MOST_RECORDS:
                found += [record.outcome(line, LEFT) for line, _wanted in wanting]
            elif wanting:
                tried += 1
                found += _saved(context, record, wanting)
    return sorted(found, key=lambda one: one.number)


def unreadable(err: sheet.Unreadable) -> str:
    """Return what is wrong with a table, and what to do."""
    headers = ", ".join(f"“{sheet.HEADERS[name][fields.reader()]}”" for name in err.names)
    said = {
        "empty": tk._("The file is empty. Choose the one that you downloaded here."),
        "large": tk._("The file is too large: at most {rows} rows, {size} MB. Send it in parts."),
        "encoding": tk._("The file is not in UTF-8. Save it as “CSV UTF-8” and send it again."),
        "headers": tk._("These columns are not there: {names}. Keep the first row as it was."),
        "broken": tk._("The file can’t be read as CSV. Save it as “CSV UTF-8” and send it again."),
    }[err.code]
    size = sheet.MOST_BYTES // 1_000_000
    return said.format(rows=sheet.MOST_ROWS, size=size, names=headers)


def _read(names: Collection[str], own: Sequence[str]) -> dict[str, _Record]:
    """Return records by name, all read together; one that the reader may not edit is empty."""
    ids = rows.ids_of(names, own)
    records = stored.read(ids.values())
    return {name: _Record(records.get(ids.get(name, ""))) for name in names}


def _sorted_out(record: _Record, asked: Asked) -> tuple[list[Outcome], Asked]:
    """Return the answers to rows that can be given at once, and the rows that are to be saved."""
    found: list[Outcome] = []
    left: dict[Place, tuple[Line, Wanted]] = {}
    for line, wanted in asked:
        now = sheet.compared(line, wanted, record.texts.get(line.place, NO_TEXT))
        if not record.id:
            found.append(record.outcome(line, REFUSED, _no_record()))
        elif not record.has(line.place):
            found.append(record.outcome(line, REFUSED, _no_field(line.place)))
        elif now.problem or not now.language:
            found.append(_answer(record, line, now))
        elif line.place in left:
            said = tk._("This text is in the file twice. Keep one of the rows.")
            found.append(record.outcome(line, REFUSED, said))
        else:
            left[line.place] = line, now
    return found, list(left.values())


def _no_record() -> str:
    return tk._("There is no such record, or you may not edit it.")


def _no_field(place: Place) -> str:
    said = tk._("The record has no text “{name}”. Leave “File” and “Field” as they were.")
    return said.format(name=place.name[:100])


def _answer(record: _Record, line: Line, wanted: Wanted) -> Outcome:
    """Return what becomes of a row that changes nothing or can't be done."""
    if not wanted.problem:
        return record.outcome(line, UNCHANGED)
    if wanted.problem in {"source", "text"}:
        source = wanted.problem == "source"
        changed = other(wanted.language) if source else wanted.language
        return record.outcome(line, REFUSED, changed_meanwhile(line.place, changed))
    said = {
        "mark": tk._("The mark of the row was changed. Download the table again."),
        "both": tk._("Both languages were changed. Change one, or both on the record’s page."),
        "emptied": tk._("An empty cell deletes nothing. Delete the text on the record’s page."),
    }[wanted.problem]
    return record.outcome(line, REFUSED, said)


def _saved(context: Context, record: _Record, asked: Asked) -> Iterable[Outcome]:
    """Save the rows of a record at once, without those that are refused."""
    left = list(asked)
    while left:
        texts = [_text(line, wanted) for line, wanted in left]
        try:
            tk.get_action("ontario_translation_update")(
                tk.fresh_context(context), {"id": record.id, "texts": texts}
            )
        except tk.ValidationError as err:
            refused = _by_row(cast("Mapping[str, Any]", err.error_dict), left)
        except (tk.ObjectNotFound, tk.NotAuthorized):
            refused = {line.number: _no_record() for line, _wanted in left}
        else:
            yield from (record.outcome(line, APPLIED) for line, _wanted in left)
            return
        for line, _wanted in left:
            if line.number in refused:
                yield record.outcome(line, REFUSED, refused[line.number])
        left = [(line, wanted) for line, wanted in left if line.number not in refused]


def _by_row(errors: Mapping[str, Any], asked: Asked) -> dict[int, str]:
    """Return why rows are refused; what names none of their texts refuses all of them."""
    named = {
        line.number: in_words(errors[line.place.name])
        for line, _wanted in asked
        if line.place.name in errors
    }
    whole = " ".join(fields.labelled(name, in_words(said)) for name, said in errors.items())
    return named or {line.number: whole for line, _wanted in asked}


def _text(line: Line, wanted: Wanted) -> dict[str, Any]:
    hashes = sheet.hashes_in(line.mark)
    return {
        "resource_id": line.place.resource_id,
        "field": line.place.field,
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
