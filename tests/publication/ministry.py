"""A ministry with everyone the workflow knows, for tests."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from werkzeug.datastructures import FileStorage

import factories
from ckanext.ontario.publication.model import ROLE
from ckanext.ontario.shared import clock
from factories import call

CHECKLIST = dict.fromkeys(("legal", "privacy", "security", "accessibility", "issues_plan"), True)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Ministry:
    """Names of its people; each is also the log-in name."""

    id: str
    name: str
    editor: str
    second_editor: str
    director: str
    second_director: str
    member: str
    delegate: str
    deputy: str

    def dataset(self, user: str | None = None, **values: Any) -> dict[str, Any]:
        """Make a complete record as its editor."""
        organization = {"id": self.id}
        return factories.make_dataset(user or self.editor, organization, shared=False, **values)

    def submitted(self, **values: Any) -> dict[str, Any]:
        """Make a record and submit it."""
        record = self.dataset(**values)
        call("ontario_release_submit", self.editor, id=record["id"])
        return record

    def approve(self, record_id: str, user: str | None = None, **more: Any) -> Any:
        """Approve what the preview shows."""
        who = user or self.director
        seen = call("ontario_release_preview", who, id=record_id)["content_hash"]
        values = {"content_hash": seen, "checklist": CHECKLIST, **more}
        return call("ontario_release_approve", who, id=record_id, **values)

    def live(self, **values: Any) -> dict[str, Any]:
        """Make a record and release it."""
        record = self.submitted(**values)
        self.approve(record["id"])
        return record


def make_ministry() -> Ministry:
    """Make a ministry and its people, by CKAN's own actions."""
    number = next(_numbers)
    people = {
        who: factories.make_user(name=f"{who}-{number}")["name"]
        for who in ("editor", "other-editor", "director", "other-director", "member", "delegate",
                    "deputy")
    }  # fmt: skip
    capacity = {"editor": "editor", "other-editor": "editor", "director": "admin",
                "other-director": "admin"}  # fmt: skip
    users = [
        {"name": name, "capacity": capacity.get(who, "member")} for who, name in people.items()
    ]
    organization = factories.make_organization(users=users)
    made = Ministry(
        organization["id"],
        organization["name"],
        people["editor"],
        people["other-editor"],
        people["director"],
        people["other-director"],
        people["member"],
        people["delegate"],
        people["deputy"],
    )
    give("delegate", made.delegate, made.id, by=made.director)
    give("deputy_minister", made.deputy, made.id)
    return made


def give(role: str, user: str, organization: str | None, by: str = "", **values: Any) -> str:
    """Put a role on record as it would be after the fact."""
    identifier = make_uuid()
    now = clock.now()
    giver = model.User.get(by).id if by else "site"
    row = {"valid_from": now - timedelta(days=1), "valid_until": now + timedelta(days=30), **values}
    model.Session.execute(
        sa.insert(ROLE).values(
            id=identifier, role=role, user_id=model.User.get(user).id,
            organization_id=organization, given_by=giver, given_at=now, **row,
        )
    )  # fmt: skip
    model.Session.commit()
    return identifier


def csv(text: str, name: str = "levels.csv") -> FileStorage:
    """Return a file as a form sends it."""
    return FileStorage(BytesIO(text.encode()), filename=name)


def with_file(
    ministry: Ministry, text: str = "lake,level\nHuron,176\n", **values: Any
) -> dict[str, Any]:
    """Make a record whose only resource is an uploaded file."""
    record = ministry.dataset(resources=[], planned_release_date="2031-01-01", **values)
    call(
        "resource_create",
        ministry.editor,
        package_id=record["id"],
        upload=csv(text),
        url="levels.csv",
        format="CSV",
        name_translated={"en": "Levels", "fr": "Niveaux"},
    )
    return call("package_show", id=record["id"])
