"""A form asks the database the same number of questions, however much there is to show."""

from __future__ import annotations

from typing import Any

from ckan import model
from tests.editing.form_people import make_people

from factories import call, make_dataset, make_organization
from statements import statements


def asked(editor: Any, url: str) -> list[str]:
    editor.page(url)  # caches of the process are filled
    model.Session.remove()
    with statements() as seen:
        editor.page(url)
    return seen


def test_forms_cost_the_same_with_many_files_and_ministries(
    clean_module: None, internal: Any
) -> None:
    people = make_people(internal)
    file = {"url": "https://example.com/a.csv", "name_translated": {"en": "A", "fr": "B"}}
    few = make_dataset(people.editor.name, people.ministry, resources=[file])
    many = make_dataset(people.editor.name, people.ministry, resources=[file] * 8)
    before = {
        page: len(asked(people.editor, page.format(few["name"])))
        for page in ("/dataset/new", "/dataset/edit/{}", "/dataset/{}/resource/new")
    }
    for _ in range(4):
        editor = {"name": people.editor.name, "capacity": "editor"}
        make_organization(users=[editor])
    call("organization_list")
    after = {page: len(asked(people.editor, page.format(many["name"]))) for page in before}
    assert after == before
