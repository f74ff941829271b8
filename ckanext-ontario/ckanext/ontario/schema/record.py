"""Before a record's fields are validated: one spelling, one shape, both languages kept.

Runs as scheming's ``before_validators``. Forms post ``field-en`` and ``field-fr``, programs send
objects, plain CKAN clients send ``title``, ``notes`` and ``tags``: afterwards each bilingual field
holds one object, merged over what was stored, and agrees with its plain twin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckan.types import Context

from ckanext.ontario.schema import synchrony, texts
from ckanext.ontario.schema.flat import (
    FlatData,
    FlatErrors,
    Level,
    numbers_of,
    resource_levels,
)
from ckanext.ontario.schema.stored import Before, BeforeRecord
from ckanext.ontario.schema.texts import Refused
from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, LANGUAGES

Fields = Iterable[Mapping[str, Any]]

BILINGUAL_KINDS = {"bilingual": texts.text, "keywords": texts.words}
"""Kind of field → how its value is read."""

FORM_KEYS = frozenset({"save", "pkg_name", "cancel", "return_to", "ontario_guard"})
"""What CKAN's and our forms post besides fields; names that begin with ``_`` are CKAN's too."""

NOTHING: Mapping[str, str] = dict.fromkeys(LANGUAGES, "")
"""A bilingual value that clears both languages."""

EMPTY: list[Any] = []
"""CKAN puts an empty list among what the schema does not know, whatever its name."""


def prepare(
    schema: Mapping[str, Any], data: FlatData, errors: FlatErrors, context: Context
) -> None:
    """Bring a record, flattened, into the one shape the validators and the store expect."""
    before = BeforeRecord(context)
    is_dataset = "dataset_fields" in schema
    fields = schema["dataset_fields" if is_dataset else "fields"]
    record = Level(data, errors)
    _refuse_extras(data, errors)
    _prepare_level(record, fields, before.itself)
    if is_dataset:
        _agree(record, synchrony.DATASET_TWINS, before.itself)
        _agree_on_tags(record, before)
        _agree_on_topics(record, before)
        for level in resource_levels(data, errors):
            stored = before.resource(level.get("id"))
            _prepare_level(level, schema["resource_fields"], stored)
            _agree(level, synchrony.RESOURCE_TWINS, stored)
            _refuse_unknown(level, schema.get("resource_read_only_keys", ()))
    else:
        _agree(record, synchrony.GROUP_TWINS, before.itself)
    _refuse_unknown(record, schema.get("read_only_keys", ()))
    _refuse_misplaced(record, schema.get("read_only_keys", ()), fields)


def _prepare_level(level: Level, fields: Fields, stored: Before) -> None:
    for field in fields:
        _respell(level, field)
        read = BILINGUAL_KINDS.get(str(field.get("kind")))
        if read:
            _gather(level, field["field_name"])
            if level.has(field["field_name"]):
                _normalise(level, field["field_name"], read, stored)


def _respell(level: Level, field: Mapping[str, Any]) -> None:
    """Move the value of another spelling to the field's own name."""
    name = field["field_name"]
    for other in field.get("also_accepts", ()):
        if other not in level.unknown:
            continue
        value = level.unknown.pop(other)
        if field.get("kind") in BILINGUAL_KINDS and isinstance(value, str):
            value = {DEFAULT_LANGUAGE: value} if value.strip()[:1] != "{" else value
        if level.has(name) and level.get(name) != value:
            level.refuse(name, Refused("spellings-disagree", other=other, field=name))
        else:
            level.set(name, value)


def _gather(level: Level, name: str) -> None:
    """Make one object of a form's ``name-en`` and ``name-fr``."""
    typed = {
        code: level.unknown.pop(f"{name}-{code}")
        for code in LANGUAGES
        if f"{name}-{code}" in level.unknown
    }
    if typed:
        level.set(name, typed)


def _normalise(level: Level, name: str, read: Any, stored: Before) -> None:
    value = level.get(name)
    try:
        given = read(value if value not in (None, "") else NOTHING)
    except Refused as refused:
        level.refuse(name, refused)
        return
    level.set(name, texts.merged(given, stored.bilingual(name)))


def _agree(level: Level, twins: Iterable[synchrony.Twins], stored: Before) -> None:
    for pair in twins:
        if level.failed(pair.bilingual) or not _is_plain(level, pair.plain):
            continue
        plain, given = level.get(pair.plain), level.get(pair.bilingual)
        if isinstance(plain, str):
            plain = texts.clean(plain)
        old = _stored(stored, pair)
        if plain is None and given is None and not old[1]:
            continue
        try:
            value = synchrony.agreed(plain, given, *old)
        except synchrony.Disagreement:
            _disagree(level, pair)
            continue
        level.set(pair.bilingual, value)
        level.set(pair.plain, synchrony.plain_of(value) or "")


def _stored(stored: Before, pair: synchrony.Twins) -> tuple[str, dict[str, Any]]:
    plain = texts.clean(stored.plain(pair.plain) or "")
    bilingual = stored.bilingual(pair.bilingual)
    return plain, bilingual or ({DEFAULT_LANGUAGE: plain} if plain else {})


def _is_plain(level: Level, name: str) -> bool:
    value = level.get(name)
    if value is None or isinstance(value, str):
        return True
    level.refuse(name, Refused("text-form"))
    return False


def _disagree(level: Level, pair: synchrony.Twins) -> None:
    refused = Refused("fields-disagree", plain=pair.plain, bilingual=pair.bilingual)
    level.refuse(pair.plain, refused)
    level.refuse(pair.bilingual, refused)


def _disagree_on_list(record: Level, pair: synchrony.Twins) -> None:
    """As :func:`_disagree`; CKAN has no place for an error of a whole list but its items."""
    refused = Refused("fields-disagree", plain=pair.plain, bilingual=pair.bilingual)
    record.refuse(pair.bilingual, refused)
    for number in numbers_of(record.data, pair.plain)[:1]:
        Level(record.data, record.errors, (pair.plain, number)).refuse("name", refused)


def _agree_on_tags(record: Level, before: BeforeRecord) -> None:
    """Keep CKAN's tags and the keywords the same; the tags themselves are set at the end."""
    pair = synchrony.Twins("tags", "keywords")
    if record.failed(pair.bilingual):
        return
    plain, given = _plain_tags(record), record.get(pair.bilingual)
    if plain is None:
        return
    stored = before.itself.bilingual(pair.bilingual)
    if not stored and before.tags:
        stored = {DEFAULT_LANGUAGE: before.tags}
    same = synchrony.same_words
    if given is not None and same(plain, synchrony.plain_of(given)):
        return
    try:
        value = synchrony.agreed(plain, given, before.tags, stored, same)
    except synchrony.Disagreement:
        _disagree_on_list(record, pair)
        return
    record.set(pair.bilingual, value)


def _plain_tags(record: Level) -> list[str] | None:
    """Return the tags a plain client sent, ``None`` when it sent none."""
    numbers = numbers_of(record.data, "tags")
    names = [record.data.get(("tags", number, "name")) for number in numbers]
    typed = record.get("tag_string")
    if isinstance(typed, str) and typed.strip():
        names += typed.split(",")
        record.set("tag_string", "")
    elif not numbers and "tags" not in record.unknown:
        return None
    return texts.distinct(texts.clean(name) for name in names if isinstance(name, str))


def _agree_on_topics(record: Level, before: BeforeRecord) -> None:
    """Take topics from CKAN's groups when a plain client changed only those."""
    numbers = numbers_of(record.data, "groups")
    if not numbers:
        return
    names = [record.data.get(("groups", number, "name")) for number in numbers]
    groups = {name for name in names if isinstance(name, str) and name}
    old, given = before.itself.items("topics"), record.get("topics")
    if not groups or groups in (set(old), _as_set(given)):
        return
    if given is not None and _as_set(given) != set(old):
        _disagree_on_list(record, synchrony.Twins("groups", "topics"))
        return
    record.set("topics", sorted(groups))


def _as_set(value: object) -> set[str]:
    return {str(item) for item in value} if isinstance(value, list) else {str(value or "")} - {""}


def _refuse_extras(data: FlatData, errors: FlatErrors) -> None:
    for number in numbers_of(data, "extras"):
        level = Level(data, errors, ("extras", number))
        if not level.get("deleted"):
            level.refuse("key", Refused("extras-refused"))


def _refuse_unknown(level: Level, read_only: Iterable[str]) -> None:
    allowed = FORM_KEYS | set(read_only)
    for name in sorted(level.unknown):
        known = name in allowed or name.startswith("_") or level.unknown[name] == EMPTY
        if not known:
            level.refuse(name, Refused("field-unknown"))


def _refuse_misplaced(record: Level, read_only: Iterable[str], fields: Fields) -> None:
    """Name the fields of lists of objects where none belong; CKAN would only say ``__junk``."""
    known = {field["field_name"] for field in fields}
    junk = record.data.pop(("__junk",), None) or {}
    for name in sorted({str(path[0]) for path in junk} - set(read_only)):
        record.refuse(name, Refused("value-form" if name in known else "field-unknown"))
