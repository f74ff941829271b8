"""Both portals as real servers with records, and those who call them.

Records are made through the API by a system administrator (outside, where no caller writes, by the
portal's own commands) and deleted when the run ends, so that other tests of the same servers find
them as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from tests.catalogue.filling import fill

import factories
from sharing import share_all

HOW_MANY = 12
TOPIC = "environment-and-natural-resources"
PASSWORD = "correct-horse-battery-9"


@dataclass(frozen=True)
class Caller:
    """Somebody who calls a portal over HTTP, with a token or without."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **more: Any) -> requests.Response:
        """Ask for an address."""
        return self._send("GET", path, **more)

    def post(self, path: str, **more: Any) -> requests.Response:
        """Post to an address."""
        return self._send("POST", path, **more)

    def action(self, name: str, /, **data: Any) -> requests.Response:
        """Call an action by POST."""
        return self.post(f"/api/3/action/{name}", json=data)

    def ask(self, name: str, /, **data: Any) -> Any:
        """Call an action by POST and return its result; fail unless it answers."""
        answer = self.action(name, **data)
        assert answer.status_code == 200, (name, answer.status_code, answer.text)
        return answer.json()["result"]

    def _send(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        address = f"{self.url}{path}"
        return requests.request(
            method, address, headers=headers, timeout=60, allow_redirects=False, **more
        )


def administrator(server: Any) -> Caller:
    """Make a system administrator by the command line; everybody else is made through the API."""
    name = "api-chief"
    server.ckan("user", "add", name, f"email={name}@ontario.ca", f"password={PASSWORD}")
    server.ckan("sysadmin", "add", name)
    return Caller(server.url, {"Authorization": server.token(name)})


def new_caller(chief: Caller, name: str) -> Caller:
    """Make an account and return it as a caller."""
    chief.ask("user_create", name=name, email=f"{name}@ontario.ca", password=PASSWORD)
    made = chief.ask("api_token_create", user=name, name="tests")
    return Caller(chief.url, {"Authorization": made["token"]})


def filled_by_itself(server: Any, anonymous: Caller, prefix: str) -> tuple[Any, list[Any]]:
    """Fill the public portal as ``filled`` does, but by its own commands: no caller may."""
    name = f"{prefix}-ministry"
    title = {"en": "Ministry of Programs", "fr": "Ministère des programmes"}
    first: list[tuple[str, dict[str, Any]]] = [
        ("organization_create", {"name": name, "title_translated": title, "category": "ministry"})
    ]
    if TOPIC not in anonymous.ask("group_list"):
        title = {"en": "Environment", "fr": "Environnement"}
        first.append(("group_create", {"name": TOPIC, "title_translated": title}))
    records = [
        factories.dataset_values(name=f"{prefix}-dataset-{number:02}", owner_org=name)
        for number in range(HOW_MANY)
    ]
    made = fill(server, *first, *(("package_create", record) for record in records))
    return made[0], made[-HOW_MANY:]


def filled(chief: Caller, prefix: str, **organization: Any) -> tuple[Any, list[Any]]:
    """Make an organization, the topic the factories use, and records."""
    ministry = chief.ask(
        "organization_create",
        name=f"{prefix}-ministry",
        title_translated={"en": "Ministry of Programs", "fr": "Ministère des programmes"},
        jurisdiction="provincial",
        category="ministry",
        **organization,
    )
    if TOPIC not in chief.ask("group_list"):
        title = {"en": "Environment", "fr": "Environnement"}
        chief.ask("group_create", name=TOPIC, title_translated=title)
    made = [
        chief.ask(
            "package_create",
            **factories.dataset_values(
                name=f"{prefix}-dataset-{number:02}", owner_org=ministry["id"]
            ),
        )
        for number in range(HOW_MANY)
    ]
    return ministry, made


@pytest.fixture(scope="session")
def public(public_server: Any) -> Iterator[Any]:
    """The public portal with records: ``anonymous``, ``citizen``, ``chief``, ``datasets``."""
    chief = administrator(public_server)
    anonymous = Caller(public_server.url)
    ministry, datasets = filled_by_itself(public_server, anonymous, "api-public")
    yield SimpleNamespace(
        server=public_server,
        url=public_server.url,
        anonymous=anonymous,
        citizen=new_caller(chief, "api-citizen"),
        chief=chief,
        ministry=ministry,
        datasets=datasets,
    )
    fill(
        public_server,
        *(("package_delete", {"id": dataset["id"]}) for dataset in datasets),
        ("organization_delete", {"id": ministry["id"]}),
    )


@pytest.fixture(scope="session")
def internal_site(internal_server: Any) -> Iterator[Any]:
    """The internal portal with records and people: ``member``, ``owner``, ``other``, ``nobody``."""
    chief = administrator(internal_server)
    people = {name: new_caller(chief, f"api-{name}") for name in _ROLES}
    users = [{"name": f"api-{name}", "capacity": role} for name, role in _ROLES.items() if role]
    ministry, datasets = filled(chief, "api-internal", users=users)
    share_all(internal_server)
    elsewhere = chief.ask(
        "organization_create",
        name="api-elsewhere",
        title_translated={"en": "Ministry of Elsewhere", "fr": "Ministère d’ailleurs"},
        jurisdiction="provincial",
        category="ministry",
        users=[{"name": "api-other", "capacity": "editor"}],
    )
    yield SimpleNamespace(
        server=internal_server,
        url=internal_server.url,
        nobody=Caller(internal_server.url),
        chief=chief,
        ministry=ministry,
        datasets=datasets,
        **people,
    )
    _clear(chief, datasets, ministry, elsewhere)


_ROLES = {"member": "member", "owner": "editor", "other": ""}


def _clear(chief: Caller, datasets: list[Any], *organizations: Any) -> None:
    for dataset in datasets:
        chief.action("package_delete", id=dataset["id"])
    for organization in organizations:
        chief.action("organization_delete", id=organization["id"])
