"""People and records on the running internal portal, made through its API, for the workflow."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import requests
from tests.e2e.portals import PASSWORD, Portals
from tests.factories import dataset_values

MINISTRY = "mecp"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class World:
    """The internal portal and tokens of its people."""

    url: str
    tokens: dict[str, str]

    def ask(self, who: str, action: str, **data: Any) -> Any:
        """Call an action as somebody."""
        headers = {"Authorization": self.tokens[who]}
        answer = requests.post(
            f"{self.url}/api/3/action/{action}", json=data, headers=headers, timeout=60
        )
        assert answer.ok, answer.text
        return answer.json()["result"]

    def dataset(self, **values: Any) -> dict[str, Any]:
        """Make a complete record as its editor."""
        number = next(_numbers)
        return self.ask(
            "editor", "package_create",
            **dataset_values(
                name=f"e2e-publication-{number}", owner_org=MINISTRY,
                colby_notes="Ask Colby before the next update.", **values,
            ),
        )  # fmt: skip

    def submitted(self, **values: Any) -> dict[str, Any]:
        """Make a record and submit it."""
        record = self.dataset(**values)
        self.ask("editor", "ontario_release_submit", id=record["id"])
        return record

    def live(self, **values: Any) -> dict[str, Any]:
        """Make a record and release it."""
        record = self.submitted(**values)
        seen = self.ask("director", "ontario_release_preview", id=record["id"])["content_hash"]
        points = ("legal", "privacy", "security", "accessibility", "issues_plan")
        self.ask(
            "director", "ontario_release_approve", id=record["id"], content_hash=seen,
            checklist=dict.fromkeys(points, True),
        )  # fmt: skip
        return record


def make(server: Any, portals: Portals) -> World:
    """Put a delegate and a Deputy Minister beside the first users."""
    tokens = {name: server.token(name) for name in ("admin", "director", "editor")}
    world = World(portals.internal, tokens)
    for name in ("delegate", "deputy"):
        world.ask(
            "admin", "user_create", name=name, fullname=name.capitalize(), password=PASSWORD,
            email=f"{name}@ontario.ca",
        )  # fmt: skip
        world.ask("admin", "organization_member_create", id=MINISTRY, username=name, role="member")
    world.ask(
        "admin", "ontario_delegation_create", user="deputy", role="deputy_minister",
        organization=MINISTRY,
    )  # fmt: skip
    return world
