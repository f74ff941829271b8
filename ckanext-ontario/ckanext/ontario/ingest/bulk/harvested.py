"""The harvest objects of many records, asked for once; ckanext-harvest's hook asks for each."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import ckan.plugins as p

from ckanext.ontario.ingest.bulk.rebuilt import rebuilt

PLUGIN = "harvest"


class Anything:
    """Stands for tables, columns and statements whose answers are in memory."""

    def __getattr__(self, _name: str) -> Any:
        return self

    def __getitem__(self, _key: Any) -> Any:
        return self

    def __call__(self, *_arguments: Any) -> Any:
        """Be called like anything."""
        return self

    def __eq__(self, _other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Harvested:
    """ckanext-harvest's hook of the index, as installed, on harvest objects from memory."""

    name = PLUGIN

    def __init__(self, package_ids: Collection[str]) -> None:
        """Read the current harvest objects of these records, with their sources."""
        self.plugin: Any = p.get_plugin(PLUGIN)
        hook = type(self.plugin).before_dataset_index
        objects = hook.__globals__["HarvestObject"]
        query = hook.__globals__["model"].Session.query(objects)
        rows = (
            query.filter(objects.package_id.in_(list(package_ids)), objects.current.is_(True))
            .order_by(objects.import_finished)
            .all()
        )
        self.objects = {row.package_id: row for row in rows}
        """The latest of each: later ones take the place of earlier ones."""
        self.asked = ""
        session = SimpleNamespace(query=lambda _entity: _Answer(self))
        replaced = {"model": SimpleNamespace(Session=session), "HarvestObject": Anything()}
        self.hook = rebuilt(hook, replaced)

    def before_dataset_index(self, document: dict[str, Any]) -> dict[str, Any]:
        """Do what the hook does."""
        self.asked = document["id"]
        return self.hook(self.plugin, document)


class _Answer:
    def __init__(self, harvested: Harvested) -> None:
        self.harvested = harvested

    def filter(self, *_criteria: Any) -> _Answer:
        return self

    def order_by(self, *_criteria: Any) -> _Answer:
        return self

    def first(self) -> Any:
        return self.harvested.objects.get(self.harvested.asked)
