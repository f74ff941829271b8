"""``package_show`` and ``index_package`` for records that were read together.

CKAN's functions run as installed; where they would ask the database they are given what
:mod:`~.stored` read, and validation follows the plans of :mod:`~.plans`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from types import SimpleNamespace
from typing import Any, cast

import ckan.plugins as p
from ckan import model
from ckan.lib import dictization
from ckan.lib import plugins as lib_plugins
from ckan.lib.dictization import model_dictize
from ckan.lib.search import index as core
from ckan.logic import validators
from ckan.logic.action import get
from ckan.types import Context

from ckanext.ontario.ingest.bulk import extras, harvested, stored
from ckanext.ontario.ingest.bulk.harvested import Anything
from ckanext.ontario.ingest.bulk.plans import Plans
from ckanext.ontario.ingest.bulk.rebuilt import module_copy, rebuilt
from ckanext.ontario.shared import batches, sharing


def _nothing(_key: Any, _data: Any, _errors: Any, _context: Any) -> None:
    """Stand where a validator stands that only finds errors, at some cost."""


def _same(value: Any, _context: Any) -> Any:
    """The same, for one that returns the value as it is."""
    return value


PLANS = Plans(
    {
        **extras.REPLACED,
        validators.duplicate_extras_key: _nothing,
        validators.extras_valid_json: _same,
        validators.package_name_validator: _nothing,
    },
    shows=True,
)
"""Plans for showing, whose errors CKAN throws away; kept in the process."""

_ANYTHING = Anything()


class _Table(Anything):
    def __init__(self, part: str) -> None:
        self.part = part


class _Packages:
    """Stands where CKAN's ``Package`` stands, and finds those that were read."""

    def __init__(self, get: Callable[..., Any]) -> None:
        self.get = get

    def __getattr__(self, name: str) -> Any:
        return getattr(model.Package, name)


class _Model:
    """Stands where CKAN's ``model`` stands; tables name the part of a record they hold."""

    resource_table = _Table("resources")
    tag_table = _ANYTHING
    package_tag_table = _Table("tags")
    package_extra_table = _Table("extras")
    member_table = _Table("groups")
    group_table = _Table("organization")
    package_relationship_table = _Table("relationships")

    def __init__(self, records: dict[str, stored.Stored]) -> None:
        self.records = records
        self.Package = _Packages(self._package)

    def __getattr__(self, name: str) -> Any:
        return getattr(model, name)

    def _package(self, reference: str, **_named: Any) -> Any:
        known = self.records.get(reference)
        return known.package if known else model.Package.get(reference)


class _Groups:
    """CKAN's dictionaries of groups, made once for all the records of a group."""

    def __init__(self, dictize: Any) -> None:
        self.dictize = dictize
        self.known: dict[tuple[str, str], dict[str, Any]] = {}

    def __call__(self, rows: list[Any], context: Context, **options: Any) -> list[dict[str, Any]]:
        for row in rows:
            if (row.id, row.capacity) not in self.known:
                [self.known[row.id, row.capacity]] = self.dictize([row], context, **options)
        found = [dict(self.known[row.id, row.capacity]) for row in rows]
        return sorted(found, key=self.dictize.__defaults__[0])


class _Plugins:
    """CKAN's ``plugins``, which finds out once which plugins have an interface."""

    def __init__(self) -> None:
        self.found: dict[Any, list[Any]] = {}

    def PluginImplementations(self, interface: Any) -> list[Any]:  # noqa: N802 -- CKAN's name
        if interface not in self.found:
            self.found[interface] = list(p.PluginImplementations(interface))
        return self.found[interface]

    def __getattr__(self, name: str) -> Any:
        return getattr(p, name)


class Sink:
    """Stands where CKAN would have a connection to Solr, and keeps what is sent."""

    url = ""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []

    def add(self, docs: list[dict[str, Any]], **_commit: Any) -> None:
        """Keep documents."""
        self.documents.extend(docs)


class Reader(core.PackageSearchIndex):
    """Shows records that were read together, and builds their search documents."""

    def __init__(self, records: dict[str, stored.Stored]) -> None:
        """Take what :func:`~.stored.read` returned; see :func:`reading`."""
        super().__init__()
        self.records = records
        self.removed = False
        self._sink = Sink()
        self._relationships: Iterator[Any] = iter(())
        self._model = _Model(records)
        self._shown = self._package_show()
        self._index = self._index_package()

    def shown(self, package_id: str, *, validate: bool = True) -> dict[str, Any]:
        """Return what ``package_show`` returns for the portal itself, past the index."""
        one = self.records[package_id]
        self._current = one
        self._relationships = iter((one.as_subject, one.as_object))
        context: Any = Context(ignore_auth=True, user="", use_cache=False, validate=validate)
        context["model"] = self._model
        return self._shown(context, {"id": package_id})

    def document(self, package_id: str) -> dict[str, Any] | None:
        """Return a record's search document, or ``None`` when it must not be in the index."""
        if package_id not in self.records:
            return None
        self._sink.documents.clear()
        self.removed = False
        self._index(self, self.shown(package_id, validate=False), defer_commit=True)
        return None if self.removed else self._sink.documents[-1]

    def labels(self, package_id: str) -> list[str]:
        """Return a record's permission labels."""
        package: Any = self.records[package_id].package
        return lib_plugins.get_permission_labels().get_dataset_labels(package)

    def delete_package(self, pkg_dict: dict[str, Any]) -> None:  # noqa: ARG002 -- CKAN's signature
        """Take note that CKAN would take the record out of the index."""
        self.removed = True

    def _package_show(self) -> Any:
        lean = module_copy(dictization, {"Row": (tuple, stored.StoredPackage)})
        dictize = module_copy(
            model_dictize,
            {"d": SimpleNamespace(**lean), "select": _ANYTHING, "_execute": self._rows},
        )
        dictize["group_list_dictize"] = _Groups(dictize["group_list_dictize"])
        replaced = {
            "model_dictize": SimpleNamespace(package_dictize=dictize["package_dictize"]),
            "_check_access": lambda *_asked: True,
            "lib_plugins": self._plugins(),
            "plugins": _Plugins(),
        }
        return rebuilt(get.package_show, replaced)

    def _index_package(self) -> Any:
        hooks: list[Any] = list(p.PluginImplementations(p.IPackageController))
        if p.plugin_loaded(harvested.PLUGIN):
            known = harvested.Harvested(self.records)
            hooks = [known if one.name == harvested.PLUGIN else one for one in hooks]
        replaced = {
            "make_connection": lambda: self._sink,
            "lib_plugins": self._plugins(),
            "model": self._model,
            "PluginImplementations": lambda _interface: hooks,
        }
        return rebuilt(core.PackageSearchIndex.index_package, replaced)

    @staticmethod
    def _plugins() -> Any:
        form = SimpleNamespace(show_package_schema=lambda: _ANYTHING)

        def validate(
            _form: Any, context: Context, data: dict[str, Any], _schema: Any, action: str
        ) -> Any:
            plugin = lib_plugins.lookup_package_plugin(data.get("type"))
            return PLANS.validate(plugin, context, data, None, action)

        return SimpleNamespace(
            lookup_package_plugin=lambda _type=None: form,
            plugin_validate=validate,
            get_permission_labels=lib_plugins.get_permission_labels,
        )

    def _rows(self, _query: Any, table: Any, _context: Any) -> Any:
        if table.part == "relationships":
            return next(self._relationships)
        return getattr(self._current, cast(str, table.part))


@contextlib.contextmanager
def reading(package_ids: Collection[str]) -> Iterator[Reader]:
    """Read these records, and what hooks need of them, together."""
    with sharing.asked_together(package_ids), batches.reading(package_ids):
        yield Reader(stored.read(package_ids))
