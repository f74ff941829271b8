"""Where on a form a problem is mended: anchors of inputs, and the summary of errors.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

Field = Mapping[str, Any]

BILINGUAL = frozenset({"bilingual", "keywords"})
"""Kinds of field with an input for each language."""

TWINS = {
    "title": "title_translated",
    "notes": "notes_translated",
    "maintainer": "maintainer_translated",
    "tags": "keywords",
    "tag_string": "keywords",
    "groups": "topics",
    "name": "name_translated",
    "description": "description_translated",
    "upload": "url",
    "url_type": "url",
}
"""Names under which CKAN reports errors → the field of the form they are about."""


@dataclass(frozen=True)
class Mistake:
    """One line of the summary of errors."""

    field: str
    """Name of the field; empty when the form has none of that name."""
    key: str
    """The name under which the error was reported."""
    message: str
    anchor: str
    """Id of the input to mend; empty when there is none."""


def anchor(field: Field, code: str) -> str:
    """Return the id of a field's input, or of its input in the language ``code``."""
    name = f"field-{field['field_name']}"
    return f"{name}-{code}" if field.get("kind") in BILINGUAL else name


def texts_in(errors: object) -> Iterator[str]:
    """Yield every message inside the errors of one field, however CKAN nested them."""
    if isinstance(errors, Mapping):
        nested = cast("Mapping[str, object]", errors)
        for name in sorted(nested):
            yield from texts_in(nested[name])
    elif isinstance(errors, list | tuple):
        for one in cast("Sequence[object]", errors):
            yield from texts_in(one)
    elif errors:
        yield str(errors)


def mistakes(
    errors: Mapping[str, object],
    fields: Mapping[str, Field],
    languages: Mapping[str, Sequence[str]],
) -> list[Mistake]:
    """Return the summary of a form's errors, in the order of the form.

    Args:
        errors: a validation error's, by field.
        fields: the form's fields by name, in its order.
        languages: error → the languages it is about, the reader's first.
    """
    found: dict[tuple[str, str], Mistake] = {}
    for key in errors:
        name = key if key in fields else TWINS.get(key, "")
        field = fields.get(name)
        for text in texts_in(errors[key]):
            target = _target(key, field, languages.get(text) or ("en",)) if field else ""
            mistake = Mistake(name if field else "", key, text, target)
            found.setdefault((mistake.field or key, text), mistake)
    order = list(fields)
    return sorted(found.values(), key=lambda one: _place(order, one.field))


def _target(key: str, field: Field, languages: Sequence[str]) -> str:
    if field["field_name"] == "url" and "upload_field" in field:
        return "field-upload" if key == "upload" else "field-url-link"
    return anchor(field, languages[0])


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
