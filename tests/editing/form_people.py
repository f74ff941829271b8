"""People around one ministry's records, who open and post its forms with an API token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import html

from factories import call, make_organization, make_user


@dataclass(frozen=True)
class Person:
    """Somebody with a token, or nobody."""

    app: Any
    name: str = ""
    token: str = ""

    def get(self, url: str) -> Any:
        return self._client().get(url, headers=self._headers, follow_redirects=False)

    def post(self, url: str, data: dict[str, Any]) -> Any:
        return self._client().post(url, data=data, headers=self._headers, follow_redirects=False)

    def page(self, url: str) -> Any:
        """Return a page that must be there, parsed."""
        answer = self.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return html.fromstring(answer.text)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": self.token, "Accept": "text/html"} if self.token else {}

    def _client(self) -> Any:
        return self.app.test_client(use_cookies=False)


@dataclass(frozen=True)
class People:
    """A ministry's editor and member, another ministry's editor, and nobody."""

    ministry: dict[str, Any]
    other_ministry: dict[str, Any]
    editor: Person
    member: Person
    other: Person
    nobody: Person


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
    return People(ministry, theirs, editor, member, other, Person(app))


def _person(app: Any) -> Person:
    user = make_user()
    token = call("api_token_create", user=user["name"], name="tests")["token"]
    return Person(app, user["name"], token)


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
