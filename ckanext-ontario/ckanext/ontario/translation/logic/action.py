"""Actions with texts to translate: the queue, a record side by side, writing, looking at all."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.shared import clock
from ckanext.ontario.translation import fields, rows, stored
from ckanext.ontario.translation.logic import reading, saving

__all__ = [
    "ontario_translation_list",
    "ontario_translation_scan",
    "ontario_translation_show",
    "ontario_translation_update",
]

MOST_LISTED = 200
MOST_SCANNED = 1000


@tk.side_effect_free
def ontario_translation_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List texts of the records that the caller may edit, by the names of the records.

    Args:
        context: CKAN's, with the user.
        data_dict: ``organization`` (id or name of a ministry), ``state`` (``missing``: a language
            has no text; ``older``: one changed after the other; ``current``; without it what is
            missing or older), ``limit`` (20, at most 200), ``offset``.

    Returns:
        ``{"count", "counts": {"missing", "older"}, "results": [{"id", "name", "title", "file",
        "organization", "resource_id", "field", "label", "state", "language", "texts", "hashes",
        "changed"}]}``. ``resource_id`` is ``""`` for the record itself; ``file`` is the name of the
        file; ``language`` is the one to write (``""`` if none); ``texts``, ``hashes`` and
        ``changed`` (ISO 8601, UTC) are by language.

    Raises:
        ValidationError: when a parameter is not understood.
    """
    tk.check_access("ontario_translation_list", context, data_dict)
    asked = reading.state_of(data_dict.get("state"))
    limit = min(_number(data_dict, "limit", 20), MOST_LISTED)
    offset = _number(data_dict, "offset", 0)
    chosen = str(data_dict.get("organization") or "")
    own = [str(one["id"]) for one in reading.organizations(context, chosen)]
    counts = rows.counts(own)
    count = sum(counts.values()) if not asked else counts.get(asked)
    return {
        "count": rows.count(own, asked) if count is None else count,
        "counts": counts,
        "results": reading.listed(rows.page(own, asked, limit, offset)),
    }


@tk.side_effect_free
def ontario_translation_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the texts of a record and its files side by side.

    Args:
        context: CKAN's, with the user, who may edit the record.
        data_dict: ``id``, id or name of the record.

    Returns:
        ``{"id", "name", "title", "version", "files": {id: name}, "texts": [{"resource_id",
        "field", "label", "state", "language", "texts", "hashes", "changed"}]}``, in the order of
        the record's form; see ``ontario_translation_list``.

    Raises:
        ObjectNotFound: when there is no such dataset, or the caller may not know of it.
    """
    known = reading.editable(context, str(tk.get_or_bust(data_dict, "id")))
    tk.check_access("ontario_translation_show", context, {"id": known.id})
    files = known.record.get("resources") or []
    return {
        "id": known.id,
        "name": known.record["name"],
        "title": known.record.get("title_translated") or {},
        "version": known.record["metadata_modified"],
        "files": {one["id"]: one.get("name_translated") or {} for one in files},
        "texts": reading.shown(known),
    }


def ontario_translation_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write texts of a record, and say which are still right as they are.

    The record is saved once, as the user, by ``package_update``: what that refuses is refused.

    Args:
        context: CKAN's, with the user, who may edit the record.
        data_dict: ``id``; ``texts``, ``[{"resource_id", "field", "language", "text",
            "other_hash", "hash"}]``, with the hash of the other language as it was translated and
            (optional) of this language as it was found; ``confirmed``, ``[{"resource_id",
            "field", "hashes"}]``, with the hashes of what was read (optional); ``version``, the
            version they were made from (optional). ``resource_id`` may be left out for the record
            itself.

    Returns:
        ``{"id", "changed", "confirmed"}``: how many texts.

    Raises:
        ObjectNotFound: when there is no such dataset, or the caller may not know of it.
        ValidationError: by field (``file id/field`` for files), also when a text was changed by
            somebody else meanwhile; nothing was saved then.
    """
    known = reading.editable(context, str(tk.get_or_bust(data_dict, "id")))
    tk.check_access("ontario_translation_update", context, {"id": known.id})
    texts = saving.given(data_dict.get("texts"))
    seen = saving.confirmed(data_dict.get("confirmed"))
    problems = saving.problems(known, texts, seen)
    if problems:
        raise tk.ValidationError(cast("dict[str, Any]", problems))
    version = str(data_dict.get("version") or "")
    changed = saving.save(context, known, texts, seen, version)
    return {"id": known.id, "changed": changed, "confirmed": len(seen)}


def ontario_translation_scan(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Look at the texts of records that were there before, a batch at a time.

    Safe to repeat. The last batch also forgets records that are not there any more.

    Args:
        context: CKAN's, with an administrator.
        data_dict: ``after``, the id to go on from; ``limit`` (200, at most 1000).

    Returns:
        ``{"scanned", "changed", "after"}``: records looked at, rows that changed, and the id to go
        on from; ``""`` when none is left.
    """
    tk.check_access("ontario_translation_scan", context, data_dict)
    limit = min(max(_number(data_dict, "limit", 200), 1), MOST_SCANNED)
    ids = rows.next_records(str(data_dict.get("after") or ""), limit)
    texts = {one: fields.texts(record) for one, record in stored.read(ids).items()}
    changed = rows.remember(texts, clock.now())
    after = ids[-1] if len(ids) == limit else ""
    if not after:
        changed += rows.forget_absent()
    if not context.get("defer_commit"):
        model.Session.commit()
    return {"scanned": len(ids), "changed": changed, "after": after}


def _number(data_dict: DataDict, name: str, default: int) -> int:
    given = str(data_dict.get(name, default))
    if not (given.isascii() and given.isdecimal()):
        raise tk.ValidationError({name: [tk._("Must be a natural number")]})
    return int(given)
