"""What validators ask the database about each record, asked once for a batch.

CKAN's validators run as they are: the session and the model in their context are stand-ins that
answer from memory, and ask the database for what nobody foresaw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.logic import validators
from sqlalchemy.orm.exc import NoResultFound

from ckanext.ontario.ingest.bulk import extras, stored
from ckanext.ontario.ingest.bulk.harvested import Anything

_LOOKUPS = "ontario_ingest_lookups"
_ANYTHING = Anything()


class Lookups:
    """Answers for the records of one batch."""

    def __init__(self, datasets: Sequence[Mapping[str, Any]]) -> None:
        """Ask for the names and ids that these records mention."""
        self.names = {str(one["name"]) for one in datasets if one.get("name")}
        self.ids = {str(one["id"]) for one in datasets if one.get("id")}
        self.packages: dict[str, tuple[str, str]] = {}
        """Id → ``(name, state)``."""
        package = stored.PACKAGE
        query = sa.select(package.c.id, package.c.name, package.c.state).where(
            sa.or_(package.c.name.in_(self.names), package.c.id.in_(self.ids))
        )
        for row in model.Session.execute(query):
            self.packages[row.id] = (row.name, row.state)
        self.by_name = {name: key for key, (name, _state) in self.packages.items()}
        self.resource_ids = set(_resource_ids(datasets))
        resource = stored.RESOURCE
        columns = (resource.c.id, resource.c.package_id, resource.c.state)
        rows = model.Session.execute(
            sa.select(*columns).where(resource.c.id.in_(self.resource_ids))
        )
        self.resources = {row.id: (row.package_id, row.state) for row in rows}

    def context(self, memory: Memory) -> dict[str, Any]:
        """Return what the context of a validation holds besides CKAN's."""
        return {"model": memory, _LOOKUPS: self}

    def take(self, package_id: str, name: str, resources: Iterable[Mapping[str, Any]]) -> None:
        """Take note of a record that is about to be written."""
        self.packages[package_id] = (name, "active")
        self.by_name[name] = package_id
        self.resources |= {str(one["id"]): (package_id, "active") for one in resources}

    def is_taken(self, name: str, package_id: Any) -> bool:
        """Say whether another record has the name."""
        other = self.by_name.get(name)
        return other is not None and other != package_id and self.packages[other][1] != "deleted"


def _resource_ids(datasets: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for one in datasets:
        resources: Any = one.get("resources")
        for resource in resources if isinstance(resources, list) else ():
            if isinstance(resource, Mapping) and resource.get("id"):
                yield str(resource["id"])


class Memory:
    """Stands where CKAN's ``model`` stands: users and groups are looked up once."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.User = SimpleNamespace(get=_once(model.User.get))
        self.Group = SimpleNamespace(get=_once(model.Group.get))

    def __getattr__(self, name: str) -> Any:
        return getattr(model, name)


def _once(find: Callable[[Any], Any]) -> Callable[[Any], Any]:
    found: dict[Any, Any] = {}

    def get(reference: Any) -> Any:
        if reference not in found:
            found[reference] = find(reference)
        return found[reference]

    return get


class _Answer:
    """Stands for a session and its query, and returns an answer that is known."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def query(self, *_asked: Any) -> _Answer:
        return self

    filter = exists = query

    def scalar(self) -> Any:
        return self.answer

    def get(self, _key: Any) -> Any:
        return self.answer

    def one(self) -> Any:
        if self.answer is None:
            raise NoResultFound
        return self.answer


def _told(context: Any, answer: Any) -> Any:
    return {**context, "model": _ANYTHING, "session": _Answer(answer)}


def _name_is_free(key: Any, data: Any, errors: Any, context: Any) -> None:
    lookups: Lookups | None = context.get(_LOOKUPS)
    if lookups is not None and data[key] in lookups.names:
        package = context.get("package")
        own = package.id if package else data.get((*key[:-1], "id"))
        context = _told(context, lookups.is_taken(data[key], own))
    validators.package_name_validator(key, data, errors, context)


def _id_is_new(value: Any, context: Any) -> Any:
    lookups: Lookups | None = context.get(_LOOKUPS)
    if lookups is not None and value in lookups.ids:
        context = _told(context, value in lookups.packages)
    return validators.package_id_does_not_exist(value, context)


def _resource_is_own(key: Any, data: Any, errors: Any, context: Any) -> None:
    lookups: Lookups | None = context.get(_LOOKUPS)
    if lookups is not None and data[key] in lookups.resource_ids:
        package_id, state = lookups.resources.get(data[key], (None, "deleted"))
        context = _told(context, [package_id] if state != "deleted" else None)
    validators.resource_id_does_not_exist(key, data, errors, context)


REPLACED: dict[Any, Any] = {
    **extras.REPLACED,
    validators.package_name_validator: _name_is_free,
    validators.package_id_does_not_exist: _id_is_new,
    validators.resource_id_does_not_exist: _resource_is_own,
}
"""CKAN's validators → those that run them on what is known."""
