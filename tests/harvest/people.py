"""Callers over HTTP: the owner's editor and Director, another ministry's editor, anyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ckan.tests import factories
from ckan.tests.helpers import call_action


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

    def post(self, url: str, data: Any = None, headers: dict[str, str] | None = None) -> Any:
        client = self.app.test_client(use_cookies=False)
        sent = {**self._headers, **(headers or {})}
        return client.post(url, data=data or {}, headers=sent, follow_redirects=False)

    def action(self, name: str, /, **data: Any) -> Any:
        client = self.app.test_client(use_cookies=False)
        return client.post(f"/api/3/action/{name}", json=data, headers=self._headers)


def member(app: Any, organization: str | None, capacity: str = "editor") -> Caller:
    """Somebody with this role in an organization."""
    user = factories.User()
    if organization:
        call_action(
            "organization_member_create",
            {"user": call_action("get_site_user")["name"]},
            id=organization,
            username=user["name"],
            role=capacity,
        )
    return caller(app, user["name"])


def caller(app: Any, name: str) -> Caller:
    """Somebody with a fresh token."""
    token = call_action("api_token_create", user=name, name="tests")["token"]
    return Caller(app, name, token)
