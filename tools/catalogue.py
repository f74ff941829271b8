"""The French catalogue: extract messages, bring it up to date, and refuse it when incomplete.

    python tools/catalogue.py extract   write the template (.pot) from the source
    python tools/catalogue.py update    extract, and merge the template into the French catalogue
    python tools/catalogue.py check     say what is missing, fuzzy, copied or stale; exit 1 if any

Gettext messages come from Python, templates and JavaScript, and from CKAN and other extensions
where readers see a message that nobody else gives in French; texts that live in YAML (labels, help,
rule messages, seed data) carry both languages there and are checked here too, as is how French is
set. Building or installing the package compiles the catalogue (see ``setup.py``).
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import ckan
import extensions
import typography
import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("ckanext-ontario/ckanext/ontario")
TREES = (PACKAGE, Path("harvesters"), Path("schemas"))
DOMAIN = "ckanext-ontario"
TEMPLATE = PACKAGE / "i18n" / f"{DOMAIN}.pot"
FRENCH = PACKAGE / "i18n" / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"
COGNATES = Path("tools/cognates.yaml")
CKANS = Path(ckan.__file__).parent / "i18n"

METHODS = [
    ("**/migration/**", "ignore"),
    ("**/public/vendor/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "ckan.lib.extract:extract_ckan"),
    ("**/templates/**.txt", "ckan.lib.extract:extract_ckan"),
    ("**/templates/**.xml", "ckan.lib.extract:extract_ckan"),
    ("**/assets/**.js", "javascript"),
]
KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "this._": None, "this.ngettext": (1, 2)}
"""Babel's, and what CKAN's JavaScript modules call."""

HEADERS: dict[str, Any] = {
    "project": DOMAIN,
    "version": "1",
    "charset": "utf-8",
    "fuzzy": False,
    "creation_date": datetime(2026, 1, 1, tzinfo=timezone.utc),  # these files are no diary
    "revision_date": datetime(2026, 1, 1, tzinfo=timezone.utc),
    "header_comment": f"# Messages of {DOMAIN}. `make catalogue` keeps this file up to date.\n#",
    "last_translator": DOMAIN,
    "language_team": DOMAIN,
    "msgid_bugs_address": "see README.md",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
TRANSLATED_KEYS = {"label", "help_text", "form_placeholder", "message", "suggestion"}
"""YAML keys whose text a person reads, so that a bare English string there is a defect."""

AS_ANSWERED = f"{PACKAGE.as_posix()}/api/tables/errors.yaml"
"""Quotes what programs are answered, CKAN's own words and field names included."""


@dataclass(frozen=True)
class Problem:
    """One thing that keeps the catalogue from being complete."""

    kind: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.text}"


# --- gettext ---------------------------------------------------------------------------------


def extracted(root: Path = ROOT) -> Catalog:
    """Return the messages of the source below ``root``, with the files that use them."""
    catalogue = Catalog(domain=DOMAIN, **HEADERS)
    for tree in TREES:
        found = extract_from_dir(
            root / tree,
            method_map=METHODS,
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for name, _line, message, comments, context in found:
            place = [((tree / name).as_posix(), None)]
            catalogue.add(message, None, place, auto_comments=comments, context=context)
    return catalogue


def wanted(root: Path = ROOT) -> Catalog:
    """Return the messages that need French here: the source's, and others' that have none."""
    catalogue = extracted(root)
    for place, messages in (
        ("ckan", of_ckan_without_french()),
        ("extensions", of_extensions_without_french()),
    ):
        for message in messages:
            if catalogue.get(message.id, message.context) is None:
                catalogue.add(message.id, None, [(place, None)], context=message.context)
    return catalogue


@cache
def of_ckan_without_french() -> tuple[Message, ...]:
    """Return the messages that the installed CKAN's own French catalogue leaves in English."""
    with (CKANS / "ckan.pot").open("rb") as template:
        all_of_them = read_po(template)
    french = _french_of_ckan()
    return tuple(m for m in all_of_them if m.id and not _is_in(french, m))


@cache
def of_extensions_without_french() -> tuple[Message, ...]:
    """Return what other extensions can show here and neither they nor CKAN say in French."""
    french = _french_of_ckan()
    found = Catalog()
    for _extension, message, context in extensions.messages(KEYWORDS):
        found.add(message, None, context=context)
    return tuple(m for m in found if m.id and not _is_in(french, m))


@cache
def _french_of_ckan() -> Catalog:
    with (CKANS / "fr" / "LC_MESSAGES" / "ckan.mo").open("rb") as compiled:
        return read_mo(compiled)


def _is_in(french: Catalog, message: Message) -> bool:
    found = french.get(message.id, message.context)
    texts = found.string if found else ""
    return all(texts) if isinstance(texts, (list, tuple)) else bool(texts)


def identity(message: Message) -> tuple[str, ...]:
    """Return what makes a message itself: context, singular and plural."""
    parts = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    return (message.context or "", *parts)


def gettext_problems(
    source: Catalog, template: Catalog, french: Catalog, cognates: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what is wrong with ``french`` and ``template``, given the messages of the source."""
    wanted = {identity(m) for m in source if m.id}
    for name, catalogue in (("template", template), ("French catalogue", french)):
        have = {identity(m) for m in catalogue if m.id}
        for key in sorted(wanted - have):
            yield Problem("missing", name, key[1])
        for key in sorted(have - wanted):
            yield Problem("stale", name, key[1])
    for message in french:
        if message.id and identity(message) in wanted:
            yield from _message_problems(message, cognates)


def _message_problems(message: Message, cognates: Mapping[str, str]) -> Iterator[Problem]:
    english = identity(message)[1:]
    french = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    if message.fuzzy:
        yield Problem("fuzzy", "French catalogue", english[0])
    if not all(french) or (len(english) > 1 and len(french) < len(english)):
        yield Problem("missing", "French catalogue", english[0])
        return
    for text in sorted(set(french) & set(english) - set(cognates)):
        yield Problem("copied", "French catalogue", text)
    for text in french:
        if _placeholders(text) != _placeholders(english[-1]):
            yield Problem("placeholders differ", "French catalogue", english[-1])
        for fault in typography.faults(text):
            yield Problem("typography", "French catalogue", fault)
        for words in typography.left_in_english(english[-1], text):
            yield Problem("attribute in English", "French catalogue", words)


def _placeholders(text: str) -> set[str]:
    """Return the placeholders of a text; ``{x_en}`` and ``{x_fr}`` are one, in two languages."""
    return {re.sub(r"_(en|fr)\}$", "}", found) for found in PLACEHOLDER.findall(text)}


# --- YAML ------------------------------------------------------------------------------------


def yaml_texts(root: Path = ROOT) -> Iterator[tuple[str, Any]]:
    """Yield ``(file and path inside it, value)`` for every bilingual text in the YAML files.

    A value is a ``{"en": …, "fr": …}`` mapping, or whatever else stands where one belongs.
    """
    for tree in TREES:
        for path in sorted((root / tree).rglob("*.yaml")):
            if path.name == "config_declaration.yaml":
                continue
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            yield from _texts(content, path.relative_to(root).as_posix())


def _texts(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if value and set(value) <= {"en", "fr"}:
            yield where, value
            return
        for key, item in value.items():
            here = f"{where}:{key}"
            if key in TRANSLATED_KEYS and isinstance(item, str):
                yield here, item
            else:
                yield from _texts(item, here)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            name = item.get("field_name") if isinstance(item, Mapping) else None
            yield from _texts(item, f"{where}:{name or number}")


def yaml_problems(
    texts: Iterable[tuple[str, Any]], cognates: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield the texts that lack a language or are the same in both without a reason."""
    for where, value in texts:
        if not isinstance(value, Mapping):
            yield Problem("one language", where, str(value))
            continue
        english, french = value.get("en"), value.get("fr")
        if not english or not french:
            yield Problem("missing", where, str(english or french))
        elif isinstance(english, str) and english == french and english not in cognates:
            yield Problem("copied", where, english)
        elif isinstance(english, str) and _placeholders(english) != _placeholders(str(french)):
            yield Problem("placeholders differ", where, english)
        elif isinstance(french, str) and not where.startswith(AS_ANSWERED):
            for fault in typography.faults(french):
                yield Problem("typography", where, fault)


# --- whole texts -----------------------------------------------------------------------------


def prose_problems(root: Path = ROOT) -> Iterator[Problem]:
    """Yield what is wrong with the French texts that are files of their own, ``fr.md``."""
    for tree in TREES:
        for path in sorted((root / tree).rglob("fr.md")):
            name = path.relative_to(root).as_posix()
            for fault in typography.faults(path.read_text(encoding="utf-8")):
                yield Problem("typography", name, fault)


# --- the whole -------------------------------------------------------------------------------


def problems(root: Path = ROOT) -> tuple[int, list[Problem]]:
    """Return how many messages there are in all, and everything that is wrong with them."""
    cognates = _cognates(root)
    source, french = wanted(root), _read(root / FRENCH, locale="fr")
    texts = list(yaml_texts(root))
    found = [
        *gettext_problems(source, _read(root / TEMPLATE), french, cognates),
        *yaml_problems(texts, cognates),
        *prose_problems(root),
        *_unused_cognates(french, texts, cognates),
    ]
    return len(source) + len(texts), found


def _unused_cognates(
    french: Catalog, texts: Iterable[tuple[str, Any]], cognates: Mapping[str, str]
) -> Iterator[Problem]:
    same = {m.id for m in french if isinstance(m.id, str) and m.id == m.string}
    same |= {v["en"] for _, v in texts if isinstance(v, Mapping) and _is_same(v)}
    for text in sorted(set(cognates) - same):
        yield Problem("cognate not needed", COGNATES.as_posix(), text)


def _is_same(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("en"), str) and value.get("en") == value.get("fr")


def _cognates(root: Path) -> dict[str, str]:
    """Return the texts that are rightly the same in both languages, each with its reason."""
    groups = yaml.safe_load((root / COGNATES).read_text(encoding="utf-8")) or {}
    return {text: reason for reason, listed in groups.items() for text in listed}


def _read(path: Path, locale: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain=DOMAIN)


def rendered(catalogue: Catalog) -> bytes:
    """Return the file's text, without line numbers: it changes when messages do."""
    target = io.BytesIO()
    write_po(
        target, catalogue, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True
    )
    return target.getvalue()


def _write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(rendered(catalogue))


def extract(root: Path = ROOT) -> Catalog:
    """Write the template and return it."""
    catalogue = wanted(root)
    _write(root / TEMPLATE, catalogue)
    return catalogue


def update(root: Path = ROOT) -> Catalog:
    """Extract, merge into the French catalogue without guessing, and return that.

    Spaces that French wants otherwise are mended on the way.
    """
    template = extract(root)
    path = root / FRENCH
    french = Catalog(locale="fr", domain=DOMAIN, **HEADERS)
    for message in _read(path, locale="fr") if path.exists() else ():
        if message.id:
            message.string = _set_well(message.string)
            french[message.id] = message
    french.update(template, no_fuzzy_matching=True)
    _write(path, french)
    return french


def _set_well(texts: Any) -> Any:
    if isinstance(texts, (list, tuple)):
        return tuple(typography.mended(text) for text in texts)
    return typography.mended(texts)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the process's exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("extract", "update", "check"))
    command = parser.parse_args(arguments).command
    if command == "extract":
        print(f"{len(extract())} messages in {TEMPLATE}")
        return 0
    if command == "update":
        print(f"{len(update())} messages in {FRENCH}")
    total, found = problems()
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{total} messages, {len(found)} problems")
    return 1 if found and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
