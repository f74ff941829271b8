"""Calling actions as people do: with their rights, one request after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from flask import Flask

Row = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """The portal on which the story is played."""

    app: Flask

    def call(self, user: str, action: str, /, **data: Any) -> Any:
        """Call an action as somebody, in a request of its own."""
        with self._request():
            return tk.get_action(action)(Context(user=user), data)

    def itself(self, action: str, /, **data: Any) -> Any:
        """Call an action as the portal itself."""
        with self._request():
            site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
            return tk.get_action(action)(Context(user=site_user["name"], ignore_auth=True), data)

    @contextmanager
    def _request(self) -> Iterator[None]:
        with self.app.test_request_context(base_url=str(tk.config["ckan.site_url"])):
            try:
                yield
            finally:
                model.Session.remove()
