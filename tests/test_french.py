"""Everything a person reads exists in French: gettext messages and the texts in YAML.

The same check runs as ``python tools/catalogue.py check``; here it is also shown to fail.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typography
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

import catalogue

ROOT = Path(__file__).parent.parent


def test_the_french_catalogue_is_complete() -> None:
    total, found = catalogue.problems()
    assert total > 0
    assert [str(problem) for problem in found] == []


# --- the check can fail ----------------------------------------------------------------------


def kinds(
    english: dict[Any, Any], french: dict[Any, Any], cognates: tuple[str, ...] = ()
) -> list[str]:
    """What the check says of ``french``, for a source holding the messages of ``english``."""
    source, target = Catalog(), Catalog(locale="fr")
    for message in english:
        source.add(message)
    for message, translation in french.items():
        target.add(message, translation)
    found = catalogue.gettext_problems(source, source, target, dict.fromkeys(cognates, "reason"))
    return [problem.kind for problem in found]


def test_a_complete_catalogue_has_no_problem() -> None:
    assert kinds({"Save": ""}, {"Save": "Enregistrer"}) == []


@pytest.mark.parametrize(
    ("english", "french", "kind"),
    [
        ("Save", {}, "missing"),
        ("Save", {"Save": ""}, "missing"),
        ("Save", {"Save": "Save"}, "copied"),
        ("Save", {"Save": "Enregistrer", "Cancel": "Annuler"}, "stale"),
        ("{n} rows", {"{n} rows": "des lignes"}, "placeholders differ"),
        ("%(n)s rows", {"%(n)s rows": "%(m)s lignes"}, "placeholders differ"),
        (("{n} row", "{n} rows"), {("{n} row", "{n} rows"): ("{n} ligne", "")}, "missing"),
        (("{n} row", "{n} rows"), {("{n} row", "{n} rows"): ("{n} row", "{n} lignes")}, "copied"),
        ("Name:", {"Name:": "Nom :"}, "typography"),
        (
            '<a href="/" title="Help">?</a>',
            {'<a href="/" title="Help">?</a>': '<a href="/" title="Help">aide</a>'},
            "attribute in English",
        ),
    ],
)
def test_each_kind_of_problem_is_found(english: Any, french: dict[Any, Any], kind: str) -> None:
    assert kinds({english: ""}, french) == [kind]


def test_a_fuzzy_message_is_a_problem() -> None:
    source, target = Catalog(), Catalog(locale="fr")
    source.add("Save")
    target.add("Save", "Sauver", flags=["fuzzy"])
    found = catalogue.gettext_problems(source, source, target, {})
    assert [problem.kind for problem in found] == ["fuzzy"]


def test_a_cognate_may_be_copied() -> None:
    assert kinds({"Licence": ""}, {"Licence": "Licence"}, cognates=("Licence",)) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"label": {"en": "Title", "fr": "Titre"}}, None),
        ({"label": {"en": "Title"}}, "missing"),
        ({"label": {"en": "Title", "fr": ""}}, "missing"),
        ({"label": {"en": "Title", "fr": "Title"}}, "copied"),
        ({"label": "Title"}, "one language"),
        ({"message": {"en": "Row {row}", "fr": "Ligne"}}, "placeholders differ"),
        ({"message": {"en": "Why?", "fr": "Pourquoi ?"}}, "typography"),
        ({"fields": [{"field_name": "a", "choices": [{"label": "Daily"}]}]}, "one language"),
    ],
)
def test_yaml_texts_are_checked(content: dict[str, Any], kind: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "a.yaml").write_text(catalogue.yaml.safe_dump(content), encoding="utf-8")
    found = [p.kind for p in catalogue.yaml_problems(catalogue.yaml_texts(tmp_path), {})]
    assert found == ([kind] if kind else [])


@pytest.mark.parametrize(
    "wrong",
    [
        "Nom : Anne",
        "Nom: Anne",
        "Nom\u202f: Anne",
        "{label}: {value}",
        "Pourquoi ?",
        "Un\u00a0; deux",
        "Voici\u202f!",
        "Dites « oui »",
        "Dites «oui»",
        "Dites “oui”",
        'Dites "oui"',
        "l'eau",
        "10 % des fiches",
        "10% des fiches",
    ],
)
def test_french_that_is_set_wrongly_is_seen(wrong: str) -> None:
    assert list(typography.faults(wrong))


@pytest.mark.parametrize(
    "right",
    [
        "Nom\u00a0: Anne",
        "Pourquoi? Parce que; voilà!",
        "Dites «\u00a0oui\u00a0» à l’eau, à 10\u00a0%.",
        "À 10:30, voyez https://a.ca/?q=a:b et `champ: valeur`",
        '<a title="l\'eau">l’eau</a> <code>"a": b</code>',
        "L’en-tête Content-Type: application/json",
        "%(count)s fiches, {n} %(of)s",
    ],
)
def test_french_that_is_set_well_is_left_alone(right: str) -> None:
    assert list(typography.faults(right)) == []
    assert typography.mended(right) == right


def test_spaces_are_mended_where_an_ordinary_one_stands() -> None:
    mended = typography.mended("Nom : « oui », «non» ? 10 %")
    assert mended == "Nom\u00a0: «\u00a0oui\u00a0», «\u00a0non\u00a0»? 10\u00a0%"
    assert list(typography.faults(mended)) == []


def test_whole_texts_in_french_are_checked(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "fr.md").write_text("# Un : deux", encoding="utf-8")
    assert [problem.kind for problem in catalogue.prose_problems(tmp_path)] == ["typography"]


def test_messages_are_extracted_from_python_templates_and_javascript(tmp_path: Path) -> None:
    files = {
        "harvesters/a/reader.py": 'tk._("from python")',
        "ckanext-ontario/ckanext/ontario/a/templates/a.html": "{% trans %}a page{% endtrans %}",
        "ckanext-ontario/ckanext/ontario/a/templates/mail.txt": "{{ _('from a mail') }}",
        "ckanext-ontario/ckanext/ontario/a/assets/a.js": 'this._("from a script")',
        "ckanext-ontario/ckanext/ontario/migration/a/env.py": '_("from a migration")',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "schemas").mkdir()
    found = {message.id for message in catalogue.extracted(tmp_path) if message.id}
    assert found == {"from python", "a page", "from a mail", "from a script"}


def test_the_files_on_disk_are_what_the_tool_writes() -> None:
    template = ROOT / catalogue.TEMPLATE
    assert template.read_bytes() == catalogue.rendered(catalogue.wanted())


# --- as readers meet it ----------------------------------------------------------------------


def test_the_compiled_catalogue_is_the_one_on_disk() -> None:
    written = catalogue._read(ROOT / catalogue.FRENCH, locale="fr")
    compiled = (ROOT / catalogue.FRENCH).with_suffix(".mo")
    assert compiled.exists(), "install the package: that compiles the catalogue"
    with compiled.open("rb") as file:
        read = read_mo(file)
    stale = [m.id for m in written if m.id and read.get(m.id, m.context) is None]
    assert stale == [], "install the package again: the catalogue has changed"


def test_a_page_and_an_error_are_in_the_readers_language(internal: Any) -> None:
    page = internal.get("/fr/user/login")
    assert "Passer au contenu principal" in page.text
    assert "Portail interne" in page.text
    assert "Skip to main content" in internal.get("/en/user/login").text
