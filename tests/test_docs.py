"""The documentation is complete, because it is held against the running portal.

Reference pages are generated from the source; these tests compare them with what CKAN has
registered, so that a thing the generator does not see is found here.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import ckan.plugins as p
import pytest
import reference
from ckan.common import config_declaration
from ckan.lib import helpers
from lxml import html

from ckanext.ontario.harvest.reader import Record
from ckanext.ontario.harvesters.inventory.reader import InventoryReader

ROOT = Path(__file__).parent.parent
OURS = "ckanext.ontario"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference.pages()


def headings(page: str) -> set[str]:
    """The names a page documents: the code in its second-level headings."""
    return {line.split("`")[1] for line in page.splitlines() if line.startswith("## `")}


def written(functions: list[Any]) -> list[str]:
    """Names of the functions whose docstring says nothing."""
    return [function.name for function in functions if len(function.doc) < len("Return it all.")]


# --- against the running portal --------------------------------------------------------------


def registered(interface: Any, method: str) -> dict[str, Any]:
    """What our plugins register: names and functions, the lock's wrappers of others left out."""
    return {
        name: function
        for plugin in p.PluginImplementations(interface)
        if type(plugin).__module__.startswith(OURS)
        for name, function in getattr(plugin, method)().items()
        if "<locals>" not in getattr(function, "__qualname__", "")
    }


def test_every_action_is_documented(internal: Any, pages: dict[str, str]) -> None:
    found = set(registered(p.IActions, "get_actions"))
    assert {"ontario_scheduler_show", "package_search"} <= found
    assert found - headings(pages["reference/actions.md"]) == set()


def test_every_auth_function_is_documented(internal: Any) -> None:
    found = set(registered(p.IAuthFunctions, "get_auth_functions"))
    assert "ontario_scheduler_show" in found
    assert found - {function.name for function in reference.functions("auth")} == set()


def test_every_helper_is_documented(internal: Any, pages: dict[str, str]) -> None:
    found = {n for n, f in helpers.helper_functions.items() if _module(f).startswith(OURS)}
    assert found - headings(pages["reference/helpers.md"]) == set()


def test_every_option_is_documented(internal: Any, pages: dict[str, str]) -> None:
    declared = {str(key) for key in config_declaration.iter_options(pattern=f"{OURS}.*")}
    assert declared
    assert declared - headings(pages["reference/options.md"]) == set()


def test_every_plugin_is_documented(internal: Any, pages: dict[str, str]) -> None:
    loaded = {
        name
        for name, plugin in p.core._PLUGINS_SERVICE.items()
        if type(plugin).__module__.startswith(OURS)
    }
    assert loaded - headings(pages["reference/plugins.md"]) == set()


def test_every_command_is_documented(internal: Any, pages: dict[str, str]) -> None:
    found = {
        f"ckan {command.name}"
        for plugin in p.PluginImplementations(p.IClick)
        if type(plugin).__module__.startswith(OURS)
        for command in plugin.get_commands()
    }
    assert found
    assert found - headings(pages["reference/commands.md"]) == set()


def _module(function: Any) -> str:
    """The module a registered function was written in, through CKAN's partials and wrappers."""
    while hasattr(function, "func"):
        function = function.func
    return getattr(function, "__module__", "") or ""


# --- what the pages say ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["action", "auth", "helpers"])
def test_functions_say_what_they_do(kind: str) -> None:
    assert written(reference.functions(kind)) == []


def test_plugins_say_what_they_are() -> None:
    assert [name for name, doc in reference.plugins().items() if not doc] == []


def test_options_say_what_they_do() -> None:
    bare = [key for key, option in reference.options().items() if not option.get("description")]
    assert bare == []


def test_options_read_in_the_source_are_declared() -> None:
    declared = set(reference.options())
    undeclared = {
        f"{path.relative_to(ROOT)}: {value}"
        for tree in reference.TREES
        for path in tree.rglob("*.py")
        for value in _strings(path)
        if value.startswith(f"{OURS}.") and value not in declared and _is_option(value)
    }
    assert undeclared == set()


def _strings(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def _is_option(value: str) -> bool:
    """Say whether a dotted name is no module of ours, and so an option."""
    if not re.fullmatch(r"[a-z_.]+[a-z]", value):
        return False
    try:
        return importlib.util.find_spec(value) is None
    except ModuleNotFoundError:
        return True


def test_every_command_gives_an_example() -> None:
    lacking = [
        typed
        for typed, command in reference.commands().items()
        if "example" not in (command.help or "").lower()
        and "example" not in (command.epilog or "").lower()
    ]
    assert lacking == []


def test_every_page_has_content(pages: dict[str, str]) -> None:
    assert [path for path, text in pages.items() if text.count("\n") < 5] == []


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs" / "adr" / "index.md").read_text(encoding="utf-8")
    records = [path.name for path in (ROOT / "docs" / "adr").glob("0*.md")]
    assert records
    assert [name for name in records if name not in index] == []


def test_the_site_builds_and_links_to_nothing_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert _fetched(tmp_path) == set()


def _fetched(site: Path) -> set[str]:
    """Addresses of other hosts that a page loads scripts, styles, fonts or pictures from."""
    found: set[str] = set()
    for page in site.rglob("*.html"):
        tree = html.parse(str(page)).getroot()
        found.update(tree.xpath("//script/@src | //img/@src | //link[@rel!='canonical']/@href"))
    return {address for address in found if "//" in address}


def test_pictures_are_small_described_and_in_both_languages() -> None:
    images = ROOT / "docs" / "images"
    names = {
        language: {path.name for path in (images / language).iterdir()} for language in ("en", "fr")
    }
    assert names["en"] == names["fr"]
    assert 0 < len(names["en"]) <= 8
    assert [path for path in images.rglob("*.webp") if path.stat().st_size > 120_000] == []
    shown = re.compile(r"!\[([^\]]*)\]\(\.\./images/(en|fr)/([^)]+)\)")
    used: dict[str, set[str]] = {"en": set(), "fr": set()}
    for page in (ROOT / "docs" / "how-to").glob("*.md"):
        for words, language, name in shown.findall(page.read_text(encoding="utf-8")):
            assert len(words) > len("A picture of a page."), page
            assert language == ("fr" if page.name.endswith(".fr.md") else "en"), page
            used[language].add(name)
    assert used == names


# --- what the pages promise ------------------------------------------------------------------


def test_the_tutorials_inventory_is_read_as_it_says(tmp_path: Path) -> None:
    tutorial = (ROOT / "docs" / "tutorial" / "first-inventory.md").read_text(encoding="utf-8")
    found = re.search(r"```text\n(Public Title.*?)```", tutorial, re.DOTALL)
    assert found
    path = tmp_path / "my-inventory.csv"
    path.write_text(found[1], encoding="utf-8")
    first, second, third = InventoryReader().read(path, {})
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert isinstance(third, Record)
    assert not first.refused
    assert not second.refused
    assert {record.dataset["access_level"] for record in (first, second)} == {"open"}
    assert {record.dataset["opened_date"] for record in (first, second)} == {"2017-12-22"}
    assert third.refused
    assert [(issue.row, issue.column) for issue in third.issues] == [(4, "Access Level")]

    path.write_text(found[1].replace("Secret", "Restricted"), encoding="utf-8")
    *_, mended = InventoryReader().read(path, {})
    assert isinstance(mended, Record)
    assert not mended.refused


def test_tests_that_pages_name_exist() -> None:
    written = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
    known = {
        f"/{path.relative_to(ROOT)}": set(written.findall(path.read_text(encoding="utf-8")))
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    named = re.compile(r"`([\w/]*test_\w+\.py)?(?:::)?(test_\w+)?`")
    missing: set[str] = set()
    for page in (ROOT / "docs").rglob("*.md"):
        for file, function in named.findall(page.read_text(encoding="utf-8")):
            where = [tests for path, tests in known.items() if path.endswith(file and f"/{file}")]
            if not any(function in {*tests, ""} for tests in where):
                missing.add(f"{page.name}: {file} {function}")
    assert missing == set()


def test_commands_that_pages_name_exist() -> None:
    known = set(reference.commands())
    typed = re.compile(r"(?:\.venv/bin/)?ontario ckan (?:internal|public) (ontario-[a-z]+ [a-z]+)")
    console = re.compile(r"\.venv/bin/(ontario [a-z-]+)")
    missing: set[str] = set()
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = path.read_text(encoding="utf-8")
        named = {f"ckan {command}" for command in typed.findall(text)} | set(console.findall(text))
        missing |= {f"{path.name}: {command}" for command in named - known}
    assert missing == set()
