"""Somebody who asks the portal in this process over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import html


@dataclass(frozen=True)
class Caller:
    """Somebody with an API token, or nobody. Redirects are answers like others."""

    app: Any
    name: str = ""
    token: str = ""

    def get(self, url: str) -> Any:
        return self._client().get(url, headers=self._headers, follow_redirects=False)

    def post(self, url: str, data: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Post a form, as a page does."""
        sent = {**self._headers, **(headers or {})}
        return self._client().post(url, data=data or {}, headers=sent, follow_redirects=False)

    def page(self, url: str) -> Any:
        """Return a page that must be there, parsed."""
        answer = self.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return html.fromstring(answer.text)

    def action(self, action: str, language: str = "en", /, **data: Any) -> Any:
        """Call an action by POST and return its whole answer."""
        prefix = "" if language == "en" else f"/{language}"
        url = f"{prefix}/api/3/action/{action}"
        return self._client().post(url, json=data, headers=self._headers)

    def ask(self, action: str, /, **data: Any) -> Any:
        """Call an action and return its result; it must answer."""
        answer = self.action(action, **data)
        assert answer.status_code == 200, answer.text
        return answer.json["result"]

    def refused(self, action: str, language: str = "en", /, **data: Any) -> dict[str, Any]:
        """Call an action that must be refused; return its errors by field."""
        answer = self.action(action, language, **data)
        assert answer.status_code == 409, (answer.status_code, answer.text)
        errors = dict(answer.json["error"])
        assert errors.pop("__type") == "Validation Error"
        return errors

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": self.token, "Accept": "text/html"} if self.token else {}

    def _client(self) -> Any:
        return self.app.test_client(use_cookies=False)
