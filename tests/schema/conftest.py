"""Callers of the portal, as a ministry's editor and as a program, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from factories import call, make_organization, make_user


@dataclass(frozen=True)
class Caller:
    """Somebody with an API token, who calls actions and posts forms."""

    app: Any
    name: str
    token: str
    organization: dict[str, Any]

    def get(self, url: str) -> Any:
        return self._client().get(url, headers=self._headers, follow_redirects=False)

    def post(self, url: str, data: dict[str, Any]) -> Any:
        """Post a form, as a page does."""
        return self._client().post(url, data=data, headers=self._headers, follow_redirects=False)

    def action(self, action: str, language: str = "en", **data: Any) -> Any:
        """Call an action and return its whole answer."""
        prefix = "" if language == "en" else f"/{language}"
        url = f"{prefix}/api/3/action/{action}"
        return self._client().post(url, json=data, headers=self._headers)

    def ask(self, action: str, **data: Any) -> Any:
        """Call an action and return its result; it must answer."""
        answer = self.action(action, **data)
        assert answer.status_code == 200, answer.text
        return answer.json["result"]

    def refused(self, action: str, language: str = "en", **data: Any) -> dict[str, Any]:
        """Call an action that must be refused; return its errors by field."""
        answer = self.action(action, language, **data)
        assert answer.status_code == 409, (answer.status_code, answer.text)
        errors = dict(answer.json["error"])
        assert errors.pop("__type") == "Validation Error"
        return errors

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": self.token}

    def _client(self) -> Any:
        return self.app.test_client(use_cookies=False)


def make_caller(app: Any, capacity: str = "editor", *, sysadmin: bool = False) -> Caller:
    """An editor of a new ministry."""
    user = make_user(sysadmin=sysadmin)
    organization = make_organization(users=[{"name": user["name"], "capacity": capacity}])
    token = call("api_token_create", user=user["name"], name="tests")["token"]
    return Caller(app, user["name"], token, organization)


@pytest.fixture(scope="module")
def editor(clean_module: None, internal: Any) -> Caller:
    """An editor of a ministry of their own; records of other tests of the module may be there."""
    return make_caller(internal)


@pytest.fixture(scope="module")
def administrator(clean_module: None, internal: Any) -> Caller:
    """A system administrator."""
    return make_caller(internal, sysadmin=True)
