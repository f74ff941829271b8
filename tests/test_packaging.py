"""The wheel holds everything, and both the wheel and an editable install work beside others."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import textwrap
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TREES = {
    "config/": "ckanext/ontario/config/",
    "ckanext-ontario/ckanext/": "ckanext/",
    "harvesters/": "ckanext/ontario/harvesters/",
    "schemas/": "ckanext/ontario/schemas/",
}
VENDORED = "ckanext-ontario/ckanext/ontario/public/vendor/probe.css"
"""Front-end packages are fetched, not in git; a probe shows that fetched files travel too."""

NEIGHBOUR_STUB = """
try:
    import pkg_resources
    pkg_resources.declare_namespace(__name__)
except ImportError:
    import pkgutil
    __path__ = pkgutil.extend_path(__path__, __name__)
"""
"""What nearly every CKAN extension has as its ``ckanext/__init__.py``."""


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command; its output when it fails is the test's message."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source as git knows it: nothing built, cached or fetched."""
    target = tmp_path_factory.mktemp("export")
    listed = run("git", "ls-files", "-z", "-co", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    assert not (target / "build").exists()
    (target / VENDORED).parent.mkdir(parents=True, exist_ok=True)
    (target / VENDORED).write_text("/* a fetched file */", encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def wheel(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, export),
    )
    (built,) = folder.glob("*.whl")
    return built


def expected(export: Path) -> set[str]:
    """Where each file of the three trees belongs in the wheel.

    Not the namespace's own ``__init__.py``: every extension would install it over the others'.
    """
    places: set[str] = set()
    for tree, mount in TREES.items():
        for path in (export / tree).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                places.add(mount + path.relative_to(export / tree).as_posix())
    return places - {"ckanext/__init__.py"}


def test_the_wheel_holds_every_file_of_the_source_and_no_other(wheel: Path, export: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.endswith("/")}
    code = {name for name in held if ".dist-info/" not in name and not name.endswith("nspkg.pth")}
    assert expected(export) - code == set()
    assert code - expected(export) == set()
    assert "ckanext/ontario/py.typed" in held
    assert "ckanext/ontario/public/vendor/probe.css" in held


def test_the_wheel_holds_the_compiled_catalogue(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    catalogues = {name for name in names if name.endswith(".po")}
    assert catalogues
    assert {name.removesuffix(".po") + ".mo" for name in catalogues} <= names


# --- installed -------------------------------------------------------------------------------


def fresh_venv(folder: Path) -> Path:
    """A new environment with this one's libraries, but nothing of this project.

    Libraries are linked one by one, so that their path files count as in a real environment and
    what a test installs stays in the new one.
    """
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    (site,) = (folder / "lib").glob("python*/site-packages")
    libraries = Path(sysconfig.get_paths()["purelib"])
    (site / "ckanext").mkdir()
    for path in [*libraries.iterdir(), *(libraries / "ckanext").iterdir()]:
        if "ontario" not in path.name and path.name not in {"ckanext", "__pycache__"}:
            (site / path.relative_to(libraries)).symlink_to(path)
    return folder / "bin" / "python"


def install(python: Path, *arguments: str | Path) -> None:
    """Install without the network and without touching this environment."""
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", "--quiet")
    run(*(sys.executable, "-m", "pip", "--python", python, "install", *options, *arguments))


def neighbour(folder: Path) -> Path:
    """A minimal CKAN extension, as its template makes them."""
    package = folder / "ckanext" / "neighbour"
    package.mkdir(parents=True)
    (folder / "ckanext" / "__init__.py").write_text(NEIGHBOUR_STUB, encoding="utf-8")
    (package / "__init__.py").write_text("HERE = True\n", encoding="utf-8")
    (folder / "setup.py").write_text(
        textwrap.dedent(
            """
            from setuptools import find_packages, setup

            setup(
                name="ckanext-neighbour",
                version="1",
                packages=find_packages(),
                namespace_packages=["ckanext"],
            )
            """
        ),
        encoding="utf-8",
    )
    return folder


PROBE = """
import importlib, json, pkgutil, sys
from importlib.metadata import entry_points
from importlib.resources import files

import ckanext.harvest, ckanext.scheming, ckanext.ontario
neighbour = len(sys.argv) > 1 and importlib.import_module("ckanext.neighbour").HERE

places = {}
todo = ["ckanext.ontario", "ckanext.ontario.harvesters", "ckanext.ontario.schemas"]
starts_a_portal = "ckanext.ontario.stack.wsgi"
while todo:
    name = todo.pop()
    module = importlib.import_module(name)
    places[name] = module.__file__
    for info in pkgutil.iter_modules(getattr(module, "__path__", [])):
        child = f"{name}.{info.name}"
        if child not in {*places, starts_a_portal} and ".migration" not in child:
            todo.append(child)
plugins = {
    e.name: bool(e.load())
    for e in entry_points(group="ckan.plugins")
    if e.value.startswith("ckanext.ontario")
}
data = [p.name for p in files("ckanext.ontario.schemas").iterdir() if p.name.endswith(".yaml")]
print(json.dumps({"places": places, "plugins": plugins, "data": data, "neighbour": neighbour}))
"""


def test_the_wheel_installs_and_imports_beside_other_extensions(
    wheel: Path, tmp_path: Path
) -> None:
    python = fresh_venv(tmp_path / "venv")
    install(python, wheel)
    install(python, "--editable", neighbour(tmp_path / "neighbour"))
    found = json.loads(run(python, "-c", PROBE, "neighbour", cwd=tmp_path))
    outside = [p for p in found["places"].values() if p and not p.startswith(str(tmp_path))]
    assert outside == []
    assert found["neighbour"]
    assert found["plugins"]
    assert found["data"]
    assert "ontario" in run(tmp_path / "venv" / "bin" / "ontario", "--help")


def test_an_editable_install_works_beside_another_editable_extension(
    export: Path, tmp_path: Path
) -> None:
    source = shutil.copytree(export, tmp_path / "source")
    python = fresh_venv(tmp_path / "venv")
    install(python, "--editable", neighbour(tmp_path / "neighbour"))
    install(python, "--editable", source)
    found = json.loads(run(python, "-c", PROBE, "neighbour", cwd=tmp_path))
    outside = [p for p in found["places"].values() if p and not p.startswith(str(source))]
    assert outside == []
    assert found["neighbour"]
    assert found["data"]
    compiled = list(source.rglob("*.mo"))
    assert compiled, "an editable install compiles the catalogue in place"
