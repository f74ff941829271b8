"""The form of a source: what its kind asks for, filled in, and the configuration it comes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.harvest.fields import FORM, Field, FieldKind, filled
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.shared.bilingual import language_of, pick

_ENGINE = (
    Field(
        "guids",
        {
            "en": "A record that another source has too",
            "fr": "Une fiche qu’une autre source possède aussi",
        },
        FieldKind.CHOICE,
        choices={
            "separate": {
                "en": "take it as one of its own",
                "fr": "la prendre comme une fiche à part",
            },
            "refuse": {"en": "refuse it and report it", "fr": "la refuser et le signaler"},
        },
    ),
    Field(
        "publishers",
        {"en": "Records of other organizations", "fr": "Fiches d’autres organisations"},
        FieldKind.CHOICE,
        choices={
            "own": {"en": "refuse them and report them", "fr": "les refuser et le signaler"},
            "any": {
                "en": "write them as those organizations’",
                "fr": "les écrire comme celles de ces organisations",
            },
            "source": {
                "en": "write them as the source’s organization’s",
                "fr": "les écrire comme celles de l’organisation de la source",
            },
        },
        administrators=True,
    ),
    Field(
        "local_fields",
        {"en": "Fields that are the ministry’s", "fr": "Champs qui reviennent au ministère"},
        FieldKind.LIST,
        help={
            "en": "One field name on each line: the source fills it in new records only.",
            "fr": "Un nom de champ par ligne\u00a0: seules les fiches neuves le reçoivent.",
        },
    ),
    Field(
        "takeover",
        {
            "en": "Keep the ids and names that records have at the source",
            "fr": "Garder les identifiants et les noms que les fiches ont à la source",
        },
        FieldKind.YES_NO,
        administrators=True,
    ),
)
"""What the engine itself asks, whatever the kind."""


@dataclass(frozen=True)
class ShownField:
    """A field as the page draws it, in the reader's language."""

    input: str
    kind: str
    label: str
    help: str
    choices: list[dict[str, str]]
    required: bool
    value: str
    errors: list[str]


@dataclass(frozen=True)
class SourceForm:
    """Everything the page of a source's form needs to know of its kind."""

    kind: str
    """Empty while the kind is still to be chosen."""
    title: str
    description: str
    fields: list[ShownField]
    uploads: str
    """Endings that may be uploaded, as a file input's ``accept``; empty when there are none."""
    advanced: str
    """JSON of what the configuration holds beside the fields."""
    document: str
    """Address of the uploaded document, if the source has one."""


def fields_of(kind: str) -> list[Field]:
    """Return what the form of a kind asks for, in order; nothing for a kind that is not ours."""
    harvester = harvesters().get(kind)
    return [*harvester.fields, *_ENGINE] if harvester else []


def composed(data: Mapping[str, Any]) -> str | None:
    """Return the configuration that a sent form comes to, as JSON; ``None`` when it was no form.

    Raises:
        ValidationError: naming the fields that hold no value of theirs.
    """
    kind = str(data.get(FORM) or "")
    if not kind:
        return None
    fields = fields_of(kind)
    options, wrong = filled(fields, data)
    if wrong:
        raise tk.ValidationError({name: [_said(code)] for name, code in wrong.items()})
    text = str(data.get("config") or "").strip()
    try:
        advanced = json.loads(text or "{}")
    except ValueError:
        return text  # the source's validator says what is wrong with it
    if not isinstance(advanced, dict):
        return text
    asked = {field.name for field in fields if not field.administrators or _is_administrator()}
    kept = {key: value for key, value in advanced.items() if key not in asked}
    config = {**kept, **options}
    return json.dumps(config, sort_keys=True, ensure_ascii=False) if config else ""


def _said(code: str) -> str:
    return {
        "option_required": tk._("Missing value"),
        "option_choice": tk._("Choose one of the values offered."),
        "option_number": tk._("Write a whole number above 0."),
    }[code]


def _is_administrator() -> bool:
    return bool(tk.h.check_access("sysadmin"))


def shown(data: Mapping[str, Any], errors: Mapping[str, Any]) -> SourceForm:
    """Return the form of a source, empty, as it is stored, or as it was sent."""
    kinds = list(harvesters())
    kind = str(data.get("source_type") or (kinds[0] if len(kinds) == 1 else ""))
    harvester = harvesters().get(kind)
    sent = bool(data.get(FORM))
    stored = _object(data.get("config"))
    administrator = _is_administrator()
    fields = [f for f in fields_of(kind) if administrator or not f.administrators]
    drawn = [_drawn(field, data, stored, errors, sent=sent) for field in fields]
    advanced = str(data.get("config") or "") if sent else _beside(data.get("config"), fields)
    url = str(data.get("url") or "")
    return SourceForm(
        kind=kind,
        title=_text(harvester.title) if harvester else kind,
        description=_text(harvester.description) if harvester else "",
        fields=drawn,
        uploads=",".join(harvester.uploads) if harvester else "",
        advanced=advanced,
        document=url if url.startswith("upload:") else "",
    )


def _drawn(
    field: Field,
    data: Mapping[str, Any],
    stored: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    sent: bool,
) -> ShownField:
    value = str(data.get(field.input) or "") if sent else field.written(stored.get(field.name))
    return ShownField(
        input=field.input,
        kind=field.kind.value,
        label=_text(field.label),
        help=_text(field.help),
        choices=[{"value": name, "text": _text(text)} for name, text in field.choices.items()],
        required=field.required,
        value=value,
        errors=list(errors.get(field.input) or ()),
    )


def _beside(text: Any, fields: list[Field]) -> str:
    config = _object(text)
    if not config:
        return str(text or "")
    names = {field.name for field in fields}
    rest = {key: value for key, value in config.items() if key not in names}
    return json.dumps(rest, sort_keys=True, ensure_ascii=False) if rest else ""


def _object(text: Any) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(texts: Mapping[str, str]) -> str:
    return pick(texts, language_of(str(tk.h.lang()))) or ""
