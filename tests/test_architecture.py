"""The rules of the house, read from the source: who imports whom, and how big things get.

A slice is a folder of ``ckanext/ontario`` (or of ``harvesters``); slices meet through actions,
signals and ``shared``. Inside one, views, commands and harvesters use logic, which uses the pure
domain and the model.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TREES = {
    "ckanext.ontario": ROOT / "ckanext-ontario" / "ckanext" / "ontario",
    "ckanext.ontario.harvesters": ROOT / "harvesters",
    "ckanext.ontario.schemas": ROOT / "schemas",
}
PREFIX = "ckanext.ontario"

PURE_MARK = "Pure: imports neither CKAN nor SQLAlchemy"
"""A module whose docstring says so is held to it; every ``domain`` module is, said or not."""

IMPURE = (
    "ckan",
    "ckanext.scheming",
    "ckanext.harvest",
    "sqlalchemy",
    "flask",
    "alembic",
    "requests",
)

MAX_LINES = 300
MAX_FUNCTION_LINES = 40
LONGER_MODULES: dict[str, str] = {}
"""Modules that are longer, each with the reason why that reads better."""


@dataclass(frozen=True)
class Module:
    """One source file and what it imports."""

    name: str
    path: Path

    @property
    def slice(self) -> str:
        """The slice it belongs to; modules directly in ``ckanext.ontario`` are the root's."""
        parts = self.name.removeprefix(PREFIX).strip(".").split(".")
        if parts[0] == "harvesters":
            return ".".join(parts[:2])
        if parts[0] == "migration" and len(parts) > 1:
            return parts[1].removeprefix("ontario_")
        inside = len(parts) > 1 or self.path.name == "__init__.py"
        return (parts[0] or "root") if inside else "root"

    @property
    def role(self) -> str:
        """The part inside its slice: ``domain``, ``model``, ``logic``, ``views`` and so on."""
        parts = self.name.removeprefix(f"{PREFIX}.").split(".")
        skip = 2 if parts[0] in {"harvesters", "migration"} else 1
        if self.slice == "root":
            return parts[0]
        return parts[skip] if len(parts) > skip else "__init__"

    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return _parsed(self.path)

    def imports(self) -> Iterator[str]:
        """Every module it imports, also inside functions, as an absolute name."""
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree()):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parent = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*parent, *([base] if base else [])])
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def modules() -> dict[str, Module]:
    """Every module of the three trees, by name."""
    found: dict[str, Module] = {}
    for prefix, tree in TREES.items():
        for path in sorted(tree.rglob("*.py")):
            parts = path.relative_to(tree).with_suffix("").parts
            if parts[-1] == "__init__":
                parts = parts[:-1]
            name = ".".join([prefix, *parts])
            found[name] = Module(name, path)
    return found


def ours(module: Module) -> Iterator[Module]:
    """The modules of this project that ``module`` imports."""
    seen: set[str] = set()
    for name in module.imports():
        target = name if name in modules() else None
        if target and target not in seen and target != module.name:
            seen.add(target)
            yield modules()[target]


def ids(module: Module) -> str:
    return module.name.removeprefix(f"{PREFIX}.")


EVERY = [m for name, m in modules().items() if ".versions." not in name]
PURE = [
    m
    for m in EVERY
    if m.role == "domain" or PURE_MARK in " ".join((ast.get_docstring(m.tree()) or "").split())
]
FRAMEWORKS = {"harvest", "harvesters.mapping", "harvesters.dcat_us"}
"""Slices that each folder of ``harvesters`` builds on: the contract (reader, download), what the
words of a document mean, and what a dataset of DCAT is, however it is written."""


def test_the_source_is_found() -> None:
    assert {"shared", "scheduler", "root"} <= {m.slice for m in EVERY} | {"root"}
    assert PURE


@pytest.mark.parametrize("module", PURE, ids=ids)
def test_pure_modules_import_only_pure_things(module: Module) -> None:
    impure = [
        name
        for name in module.imports()
        if any(name == top or name.startswith(f"{top}.") for top in IMPURE)
    ]
    mixed = [target.name for target in ours(module) if target not in PURE and not _empty(target)]
    assert impure + mixed == []


def _empty(module: Module) -> bool:
    """Say whether a module holds nothing but its docstring (a package's ``__init__``)."""
    return all(isinstance(node, ast.Expr | ast.ImportFrom) for node in module.tree().body) and not [
        name for name in module.imports() if not name.startswith("__future__")
    ]


@pytest.mark.parametrize("module", EVERY, ids=ids)
def test_slices_do_not_import_each_other(module: Module) -> None:
    foreign = [t.name for t in ours(module) if not _may_use(module, t)]
    assert foreign == []


def _may_use(module: Module, target: Module) -> bool:
    if target.slice in {module.slice, "shared"} or _empty(target):
        return True
    return module.slice.startswith("harvesters") and target.slice in FRAMEWORKS


FORBIDDEN = {
    "domain": {"model", "logic", "views", "cli", "helpers", "plugin", "config"},
    "model": {"logic", "views", "cli", "helpers", "plugin"},
    "logic": {"views", "cli", "helpers", "plugin"},
    "views": {"model", "cli", "plugin"},
    "helpers": {"model", "cli", "views", "plugin"},
    "cli": {"model", "views", "helpers", "plugin"},
    "config": {"model", "logic", "views", "cli", "helpers", "plugin"},
}
"""What each part of a slice must not import: nothing above it, and no queries in views."""


@pytest.mark.parametrize("module", EVERY, ids=ids)
def test_parts_of_a_slice_import_downwards(module: Module) -> None:
    upwards = [
        target.name
        for target in ours(module)
        if target.slice == module.slice and target.role in FORBIDDEN.get(module.role, set())
    ]
    assert upwards == []


@pytest.mark.parametrize("module", EVERY, ids=ids)
def test_no_module_is_a_drawer_of_odds_and_ends(module: Module) -> None:
    assert module.name.rpartition(".")[2] not in {"utils", "util", "common", "misc"}


@pytest.mark.parametrize("module", EVERY, ids=ids)
def test_modules_stay_short(module: Module) -> None:
    lines = len(module.path.read_text(encoding="utf-8").splitlines())
    if module.name in LONGER_MODULES:
        assert lines > MAX_LINES, "it is short again: take it off the list"
    else:
        assert lines <= MAX_LINES


@pytest.mark.parametrize("module", EVERY, ids=ids)
def test_functions_stay_short(module: Module) -> None:
    long = [
        f"{node.name}: {_length(node)} lines"
        for node in ast.walk(module.tree())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _length(node) > MAX_FUNCTION_LINES
    ]
    assert long == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body, its docstring not counted."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize(
    "module", [m for m in EVERY if m.role in {"cli", "views", "helpers"}], ids=ids
)
def test_what_a_blanket_reads_declares_all(module: Module) -> None:
    # A blanket without __all__ silently skips a click group and exports what was imported.
    if module.path.stem in {"cli", "views", "helpers"}:
        names = [
            target.id
            for node in module.tree().body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        ]
        assert "__all__" in names
