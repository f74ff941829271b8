"""People of two ministries, over HTTP: everybody an endpoint must tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from factories import call, make_organization, make_user


@dataclass(frozen=True)
class Caller:
    """Somebody with an API token, or nobody."""

    app: Any
    name: str = ""
    token: str = ""

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": self.token, "Accept": "text/html"} if self.token else {}

    def get(self, url: str) -> Any:
        client = self.app.test_client(use_cookies=False)
        return client.get(url, headers=self._headers, follow_redirects=False)

    def post(self, url: str, data: Any = None) -> Any:
        client = self.app.test_client(use_cookies=False)
        return client.post(url, data=data or {}, headers=self._headers, follow_redirects=False)

    def action(self, name: str, language: str = "en", /, **data: Any) -> Any:
        prefix = "" if language == "en" else f"/{language}"
        client = self.app.test_client(use_cookies=False)
        return client.post(f"{prefix}/api/3/action/{name}", json=data, headers=self._headers)

    def ask(self, name: str, /, **data: Any) -> Any:
        answer = self.action(name, **data)
        assert answer.status_code == 200, answer.text
        return answer.json["result"]


@dataclass(frozen=True)
class People:
    """The ministry that owns the records, another one, and who belongs to them."""

    ministry: dict[str, Any]
    other: dict[str, Any]
    owner: Caller
    colleague: Caller
    member: Caller
    outsider: Caller
    nobody: Caller


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    """The same people for a module."""
    names = {role: make_user(fullname=role.title())["name"]
             for role in ("owner", "colleague", "member", "outsider")}  # fmt: skip
    ministry = make_organization(
        users=[
            {"name": names["owner"], "capacity": "editor"},
            {"name": names["colleague"], "capacity": "editor"},
            {"name": names["member"], "capacity": "member"},
        ]
    )
    other = make_organization(users=[{"name": names["outsider"], "capacity": "editor"}])
    callers = {
        role: Caller(internal, name, call("api_token_create", user=name, name="tests")["token"])
        for role, name in names.items()
    }
    return People(ministry, other, nobody=Caller(internal), **callers)
