"""Organizations and topics as pages name them: one statement, whatever their number."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, pick

_EXTRAS = (
    "title_translated",
    "description_translated",
    "acronym",
    "former_names",
    "category",
    "jurisdiction",
)

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Listed:
    """An active organization or topic, its texts by language."""

    name: str
    titles: Texts
    descriptions: Texts = field(default_factory=dict[str, str])
    acronym: str = ""
    former_names: tuple[str, ...] = ()
    category: str = ""
    jurisdiction: str = ""


def listed(kind: str, names: Iterable[str] | None = None) -> list[Listed]:
    """Return the active organizations or topics, all or those of the given names.

    Args:
        kind: ``organization`` or ``group``.
        names: the wanted names.
    """
    query = (
        sa.select(model.Group.name, model.Group.title, model.GroupExtra.key, model.GroupExtra.value)
        .select_from(model.Group)
        .outerjoin(
            model.GroupExtra,
            sa.and_(
                model.GroupExtra.group_id == model.Group.id,
                model.GroupExtra.state == "active",
                model.GroupExtra.key.in_(_EXTRAS),
            ),
        )
        .where(model.Group.type == kind, model.Group.state == "active")
    )
    if names is not None:
        query = query.where(model.Group.name.in_(list(names)))
    titles: dict[str, str] = {}
    extras: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name, title, key, value in model.Session.execute(query):
        titles[name] = title or name
        if key:
            extras[name][key] = value
    return [_listed(name, title, extras[name]) for name, title in titles.items()]


def titles(kind: str, names: Iterable[str], language: str) -> dict[str, str]:
    """Return the titles of those organizations or topics for a reader; asks only when needed."""
    wanted = list(names)
    found = listed(kind, wanted) if wanted else []
    return {one.name: pick(one.titles, language) or one.name for one in found}


def _listed(name: str, title: str, extras: Mapping[str, str]) -> Listed:
    former = _parsed(extras.get("former_names"))
    return Listed(
        name=name,
        titles=_texts(extras.get("title_translated")) or {DEFAULT_LANGUAGE: title},
        descriptions=_texts(extras.get("description_translated")),
        acronym=extras.get("acronym") or "",
        former_names=tuple(map(str, former)) if isinstance(former, list) else (),
        category=extras.get("category") or "",
        jurisdiction=extras.get("jurisdiction") or "",
    )


def _texts(value: str | None) -> dict[str, str]:
    parsed = _parsed(value)
    return {code: str(text) for code, text in parsed.items()} if isinstance(parsed, dict) else {}


def _parsed(value: str | None) -> Any:
    try:
        return json.loads(value or "null")
    except ValueError:
        return None
