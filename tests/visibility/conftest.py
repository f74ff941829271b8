"""People and records of the internal portal, and clients that call it as each of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from ckan import model
from ckan.lib import search
from ckan.tests import factories
from ckan.tests.helpers import call_action

from factories import share


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the portal over HTTP, with an API token or without."""

    app: Any
    headers: dict[str, str]

    def get(self, url: str, **query: Any) -> Any:
        return self._call("get", url, **({"query_string": query} if query else {}))

    def post(self, url: str, json: Any = None) -> Any:
        return self._call("post", url, json=json)

    def action(self, name: str, /, **data: Any) -> Any:
        """Call an action by POST and return its answer (status and JSON)."""
        return self.post(f"/api/3/action/{name}", json=data)

    def ask(self, name: str, /, **data: Any) -> Any:
        """Call an action by POST and return its result; fail unless it answers."""
        answer = self.action(name, **data)
        assert answer.status_code == 200, (name, answer.status_code, answer.text)
        return answer.json["result"]

    def _call(self, method: str, url: str, **kwargs: Any) -> Any:
        client = self.app.test_client(use_cookies=False)
        return getattr(client, method)(url, headers=self.headers, follow_redirects=False, **kwargs)


def caller(app: Any, user: dict[str, Any]) -> Caller:
    """A caller with a fresh API token of a user."""
    token = call_action("api_token_create", user=user["name"], name="tests")["token"]
    return Caller(app, {"Authorization": token})


def make_people(app: Any) -> Any:
    """Two ministries, their people, and people of none."""
    member, editor, director, other = (factories.User() for _ in range(4))
    health = factories.Organization(
        name="health",
        users=[
            {"name": member["name"], "capacity": "member"},
            {"name": editor["name"], "capacity": "editor"},
            {"name": director["name"], "capacity": "admin"},
        ],
    )
    energy = factories.Organization(
        name="energy", users=[{"name": other["name"], "capacity": "editor"}]
    )
    return SimpleNamespace(
        health=health,
        energy=energy,
        member=caller(app, member),
        editor=caller(app, editor),
        director=caller(app, director),
        other=caller(app, other),
        outsider=caller(app, factories.User()),
        sysadmin=caller(app, factories.Sysadmin()),
        users=SimpleNamespace(member=member, editor=editor, director=director, other=other),
    )


def make_record(
    people: Any, name: str, audience: str | None = None, named: str = "", **fields: Any
) -> Any:
    """Add a record of the health ministry, as its editor would."""
    title = f"Title of {name}"
    record = people.editor.ask(
        "package_create",
        name=name,
        owner_org=people.health["id"],
        title=title,
        title_translated={"en": title, "fr": f"Titre de {name}"},
        access_level="under_review",
        **fields,
    )
    package = model.Package.get(record["id"])
    if audience:
        package.extras["audience"] = audience
    if named:
        package.extras["audience_ministries"] = named
    share(record["id"])
    model.Session.commit()
    search.rebuild(record["id"])
    return record


@pytest.fixture
def as_user(internal: Any) -> Callable[[dict[str, Any]], Caller]:
    """Return a function that makes a caller of a user."""
    return functools.partial(caller, internal)


@pytest.fixture
def anonymous(internal: Any) -> Caller:
    """A caller with nothing to show."""
    return Caller(internal, {})


@pytest.fixture
def people(internal: Any, clean: None) -> Any:
    """Two ministries, their people, and people of none."""
    return make_people(internal)


@pytest.fixture
def add_record(people: Any) -> Callable[..., dict[str, Any]]:
    """Return a function that adds a record of the health ministry."""
    return functools.partial(make_record, people)


@pytest.fixture(scope="module")
def settled(internal: Any, clean_module: None) -> Any:
    """People and two records for tests that only read: one for staff, one hidden."""
    people = make_people(internal)
    make_record(people, "wells", tags=[{"name": "seen"}])
    hidden = "canary-hidden"
    make_record(people, hidden, "ministry", tags=[{"name": hidden}])
    return people
