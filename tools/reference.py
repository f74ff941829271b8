"""The reference pages, generated from the source so that they can't differ from it.

``pages()`` returns ``{path below docs/: Markdown}``. The documentation site adds them when it is
built (see ``mkdocs_hooks.py``) and ``tests/test_docs.py`` holds them against the running portal.
Nothing here starts CKAN: actions, helpers and plugins are read from the syntax tree, options,
fields and messages from YAML, and commands from click.

    python tools/reference.py   print every page
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import yaml
from reference_markdown import both, one_line, prose, table

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ckanext-ontario" / "ckanext" / "ontario"
TREES = (PACKAGE, ROOT / "harvesters", ROOT / "schemas")
CONSOLE = "ckanext.ontario.stack.cli"
LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class Function:
    """A public function of an action, auth or helper module."""

    name: str
    slice: str
    doc: str
    decorators: tuple[str, ...]

    @property
    def reads_only(self) -> bool:
        """Say whether CKAN also answers it by GET."""
        return any(name.endswith("side_effect_free") for name in self.decorators)

    @property
    def chained(self) -> bool:
        """Say whether it wraps a core function of the same name."""
        return any("chained" in name for name in self.decorators)


# --- reading the source ----------------------------------------------------------------------


def functions(kind: str) -> list[Function]:
    """Return the public functions of one kind, by name.

    Args:
        kind: ``helpers`` (of the modules of that name), or ``action`` or ``auth``: whatever takes
            a context and a data dict, told apart by the module's name.
    """
    found = [f for path in sorted(PACKAGE.rglob("*.py")) for f in _functions(path, kind)]
    return sorted(found, key=lambda f: (f.name, f.slice))


def _functions(path: Path, kind: str) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    exported = _exported(tree)
    parts = path.relative_to(PACKAGE).parts
    owner = parts[0] if len(parts) > 1 else "ontario"
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if _kind(node, path.stem) == kind and (exported is None or node.name in exported):
            decorators = tuple(ast.unparse(d) for d in node.decorator_list)
            yield Function(node.name, owner, ast.get_docstring(node) or "", decorators)


def _kind(node: ast.FunctionDef, module: str) -> str:
    names = [argument.arg for argument in node.args.args]
    if names[-2:] == ["context", "data_dict"]:
        return "auth" if module.startswith("auth") else "action"
    return module


def _exported(tree: ast.Module) -> set[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return None


def plugins() -> dict[str, str]:
    """Return each plugin's name and its class's docstring."""
    declared = entry_points(group="ckan.plugins")
    ours = sorted((e for e in declared if e.value.startswith("ckanext.ontario.")), key=str)
    return {entry.name: inspect.cleandoc(entry.load().__doc__ or "") for entry in ours}


def options() -> dict[str, dict[str, Any]]:
    """Return each configuration option's declaration, by key."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(PACKAGE.rglob("config_declaration.yaml")):
        declaration = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in declaration["groups"]:
            found.update({option["key"]: option for option in group["options"]})
    return dict(sorted(found.items()))


def commands() -> dict[str, click.Command]:
    """Return every command a person can type, by what they type."""
    found: dict[str, click.Command] = {}
    for path in sorted(PACKAGE.rglob("cli.py")):
        name = ".".join(["ckanext.ontario", *path.relative_to(PACKAGE).with_suffix("").parts])
        module = importlib.import_module(name)
        for exported in getattr(module, "__all__", ()):
            command = getattr(module, exported)
            if isinstance(command, click.Command):
                found.update(
                    _walk(command, "ontario" if name == CONSOLE else f"ckan {command.name}")
                )
    return dict(sorted(found.items()))


def _walk(command: click.Command, typed: str) -> Iterator[tuple[str, click.Command]]:
    yield typed, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _walk(child, f"{typed} {name}")


def schemas() -> dict[str, dict[str, Any]]:
    """Return each scheming schema, by its record type."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "schemas").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(content, Mapping) and ("dataset_fields" in content or "fields" in content):
            kinds = ("dataset_type", "organization_type", "group_type")
            name = next((content[kind] for kind in kinds if kind in content), path.stem)
            found[str(name)] = dict(content)
    return found


def messages() -> dict[str, dict[str, Any]]:
    """Return each harvest issue's message and suggestion, by code."""
    found: dict[str, dict[str, Any]] = {}
    for tree in TREES[:2]:
        for path in sorted(tree.rglob("messages.yaml")):
            found.update(yaml.safe_load(path.read_text(encoding="utf-8")))
    return dict(sorted(found.items()))


# --- writing the pages -----------------------------------------------------------------------


def _actions_page() -> str:
    intro = (
        "# Actions\n\nCall them as `POST /api/3/action/<name>` with a JSON body; those marked GET "
        "also answer `GET` with query parameters. Errors are CKAN's own. What each portal allows "
        "is on the page [access](access.md)."
    )
    auth = {f.name: f for f in functions("auth")}
    parts = [intro]
    for name, found in groupby(functions("action"), key=lambda f: f.name):
        same = list(found)
        marks = ["GET"] if all(f.reads_only for f in same) else []
        marks += ["extends core"] if any(f.chained for f in same) else []
        parts.append(f"## `{name}`" + (f" ({', '.join(marks)})" if marks else ""))
        parts.extend(prose(f.doc) for f in same)
        who = auth.get(name)
        if who and who.doc:
            parts.append(f"*Access:* {who.doc.splitlines()[0]}")
    return "\n\n".join(parts)


def _access_page() -> str:
    intro = (
        "# Access\n\nEvery action of each portal is in one table. What is in none is refused over "
        "HTTP."
    )
    parts = [intro]
    for portal in ("internal", "public"):
        path = PACKAGE / "visibility" / "policy" / f"{portal}.yaml"
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        parts.append(f"## The {portal} portal")
        for decision, names in table.items():
            parts.append(f"### {decision}\n\n{', '.join(f'`{name}`' for name in sorted(names))}")
    return "\n\n".join(parts)


def _helpers_page() -> str:
    intro = "# Template helpers\n\nIn a template: `h.<name>(…)`."
    return "\n\n".join([intro, *(f"## `{h.name}`\n\n{prose(h.doc)}" for h in functions("helpers"))])


def _plugins_page() -> str:
    intro = "# Plugins\n\nNamed in `ckan.plugins`; the order is that of `config/*.ini`."
    return "\n\n".join([intro, *(f"## `{n}`\n\n{prose(doc)}" for n, doc in plugins().items())])


def _options_page() -> str:
    parts = ["# Configuration options\n\nSet in a portal's ini file, beside CKAN's own."]
    for key, option in options().items():
        facts = [
            f"*Default:* `{option.get('default', '')!s}`" if "default" in option else "*Required.*"
        ]
        if "example" in option:
            facts.append(f"*Example:* `{option['example']}`")
        text = option.get("description", "").strip()
        parts.append("\n\n".join([f"## `{key}`", text, *facts]))
    return "\n\n".join(parts)


def _commands_page() -> str:
    intro = (
        "# Commands\n\n`ontario` runs the whole stack; `ckan -c INI …` works on one portal. Each "
        "command prints this text with `--help`."
    )
    parts = [intro]
    for typed, command in commands().items():
        context = click.Context(command, info_name=typed, max_content_width=88)
        parts.append(f"## `{typed}`\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(parts)


def _fields_page() -> str:
    intro = (
        "# Fields\n\nEvery field of every record type, as the forms, the API, harvesting and "
        "publication use it. *Public* fields are copied to the public portal with a release; "
        "*internal* fields never leave the internal portal."
    )
    parts = [intro]
    for name, schema in schemas().items():
        for key in ("dataset_fields", "resource_fields", "fields"):
            if key in schema:
                title = {"resource_fields": f"{name}: resources"}.get(key, name)
                parts.append(f"## {title}\n\n{_field_table(schema[key])}")
                parts.extend(_choice_tables(schema[key]))
    return "\n\n".join(parts)


def _field_table(fields: list[dict[str, Any]]) -> str:
    head = ("Field", "English", "French", "Seen", "Changes go out", "What it holds")
    rows = [
        (
            f"`{field['field_name']}`",
            *both(field.get("label")),
            str(field.get("visibility", "")),
            {"content": "by approval", "refresh": "by refresh"}.get(field.get("approval", ""), ""),
            both(field.get("help_text"))[0],
        )
        for field in fields
        if "field_name" in field
    ]
    return table(head, rows)


def _choice_tables(fields: list[dict[str, Any]]) -> Iterator[str]:
    for field in fields:
        if field.get("choices"):
            rows = [(f"`{c['value']}`", *both(c.get("label"))) for c in field["choices"]]
            yield f"### Values of `{field['field_name']}`\n\n" + table(
                ("Value", "English", "French"), rows
            )


def _messages_page() -> str:
    intro = (
        "# Harvest messages\n\nWhat a harvest report may say of a document or a row, and what to "
        "do about it."
    )
    parts = [intro]
    for code, texts in messages().items():
        rows = [
            (language, texts["message"][language], texts["suggestion"][language])
            for language in LANGUAGES
        ]
        parts.append(f"## `{code}`\n\n" + table(("", "Message", "What to do"), rows))
    return "\n\n".join(parts)


def _search_page() -> str:
    path = ROOT / "config" / "solr" / "fields.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    intro = (
        "# Search fields\n\nSolr fields that the catalogue adds to CKAN's own. They may be used in "
        "`fq`, `sort` and `facet.field` of `package_search`."
    )
    rows = [
        (
            f"`{name}`",
            f"`{field['type']}`",
            "yes" if field.get("multiValued") else "",
            one_line(str(field.get("doc", ""))),
        )
        for name, field in content["fields"].items()
    ]
    return f"{intro}\n\n{table(('Field', 'Type', 'Many values', 'What it holds'), rows)}"


def _rules_page() -> str:
    path = ROOT / "schemas" / "rules.yaml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))
    intro = (
        "# Rules\n\nOne table feeds validation, the publish check, hints on forms and this page."
    )
    publish = (
        "## To publish\n\nA draft may break these. An *error* keeps a record from being submitted; "
        "a *warning* does not."
    )
    always = [(f"`{rule['code']}`", *both(rule["message"])) for rule in rules["always"]]
    parts = [
        intro,
        "## Always\n\nA form, a row or a call that breaks one of these is refused.",
        table(("Code", "English", "French"), always),
        publish,
    ]
    for rule in rules["publish"]:
        rows = [
            (language, rule["message"][language], rule["suggestion"][language])
            for language in LANGUAGES
        ]
        title = f"### `{rule['code']}`: {rule['level']} at `{rule['field']}`"
        parts.append(f"{title}\n\n" + table(("", "Message", "What to do"), rows))
    return "\n\n".join(parts)


def _errors_page() -> str:
    path = PACKAGE / "api" / "tables" / "errors.yaml"
    errors = yaml.safe_load(path.read_text(encoding="utf-8"))
    intro = (
        "# Errors\n\nWhat a call of the API may answer. Tell errors apart by `__type` and the "
        "status; messages are in the language of the address, else of `Accept-Language`. Each "
        "example below is made on a running portal by the tests."
    )
    parts = [intro]
    for error in errors.values():
        rows = [(code, error["when"][code], error["remedy"][code]) for code in LANGUAGES]
        parts.append(f"## {error['status']} `{error['type']}`: {error['when']['en']}")
        parts.append(table(("", "When", "What to do"), rows))
        parts.extend(_error_body(error, code) for code in LANGUAGES if error.get("message"))
    return "\n\n".join(parts)


def _error_body(error: dict[str, Any], language: str) -> str:
    message = error["message"][language]
    name, _, rest = message.partition(": ")
    named = error["type"] == "Validation Error"
    said: dict[str, Any] = {name: [rest]} if named else {"message": message}
    body = {"success": False, "error": {"__type": error["type"], **said}}
    return f"```json\n{json.dumps(body, ensure_ascii=False, indent=2)}\n```"


PAGES: dict[str, Callable[[], str]] = {
    "reference/actions.md": _actions_page,
    "reference/access.md": _access_page,
    "reference/options.md": _options_page,
    "reference/commands.md": _commands_page,
    "reference/plugins.md": _plugins_page,
    "reference/helpers.md": _helpers_page,
    "reference/fields.md": _fields_page,
    "reference/rules.md": _rules_page,
    "reference/messages.md": _messages_page,
    "reference/search.md": _search_page,
    "reference/errors.md": _errors_page,
}


def pages() -> dict[str, str]:
    """Return every reference page, by its path below ``docs/``."""
    return {path: f"{write()}\n" for path, write in PAGES.items()}


if __name__ == "__main__":
    for page in pages().values():
        sys.stdout.write(page)
