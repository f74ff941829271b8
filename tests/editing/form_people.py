"""People around one ministry's records, who open and post its forms with an API token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from callers import Caller
from factories import call, make_organization, make_user


@dataclass(frozen=True)
class People:
    """A ministry's editor and member, another ministry's editor, and nobody."""

    ministry: dict[str, Any]
    other_ministry: dict[str, Any]
    editor: Caller
    member: Caller
    other: Caller
    nobody: Caller


def make_people(app: Any) -> People:
    """Make two ministries with people."""
    editor, member, other = (_person(app) for _ in range(3))
    ministry = make_organization(
        users=[
            {"name": editor.name, "capacity": "editor"},
            {"name": member.name, "capacity": "member"},
        ]
    )
    theirs = make_organization(users=[{"name": other.name, "capacity": "editor"}])
    return People(ministry, theirs, editor, member, other, Caller(app))


def _person(app: Any) -> Caller:
    user = make_user()
    token = call("api_token_create", user=user["name"], name="tests")["token"]
    return Caller(app, user["name"], token)


def form_of(page: Any) -> Any:
    """Return the form of a dataset or a file on a page."""
    (form,) = page.xpath("//form[@id='dataset-edit' or @id='resource-edit']")
    return form


def filled(form: Any) -> dict[str, Any]:
    """What a browser would post of a form as it stands, without the button."""
    sent: dict[str, Any] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return sent


def summary(page: Any) -> dict[str, str]:
    """Return the summary of errors: text of each line → id of the input it leads to."""
    (box,) = page.xpath("//*[@id='form-errors']")
    return {
        " ".join(line.text_content().split()): (line.xpath(".//a/@href") or ["#"])[0][1:]
        for line in box.xpath(".//li")
    }
