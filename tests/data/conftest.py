"""A record with uploaded files, and everybody who may ask for them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from ckan import model
from ckan.tests.helpers import call_action
from tests import factories


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the portal over HTTP, with an API token or without."""

    app: Any
    headers: dict[str, str]

    def action(self, name: str, /, **data: Any) -> Any:
        return self._client().post(f"/api/3/action/{name}", json=data, headers=self.headers)

    def ask(self, name: str, /, **data: Any) -> Any:
        answer = self.action(name, **data)
        assert answer.status_code == 200, (name, answer.status_code, answer.text)
        return answer.json["result"]

    def upload(self, action: str, name: str, body: bytes, /, **data: Any) -> Any:
        sent = {key: v if isinstance(v, str) else json.dumps(v) for key, v in data.items()}
        sent["upload"] = (io.BytesIO(body), name)  # type: ignore[assignment]
        return self._client().post(f"/api/3/action/{action}", data=sent, headers=self.headers)

    def get(self, url: str) -> Any:
        return self._client().get(url, headers=self.headers, follow_redirects=False)

    def post(self, url: str, **data: Any) -> Any:
        return self._client().post(url, data=data, headers=self.headers, follow_redirects=False)

    def _client(self) -> Any:
        return self.app.test_client(use_cookies=False)


def caller(app: Any, user: dict[str, Any]) -> Caller:
    """A caller with a fresh API token of a user."""
    token = call_action("api_token_create", user=user["name"], name="tests")["token"]
    return Caller(app, {"Authorization": token})


ROWS = [
    {"lake": "Simcoe", "level": "219.15", "day": "2020-01-02"},
    {"lake": "Nipissing", "level": "195.9", "day": "2021-03-04"},
    {"lake": "Érié", "level": "12345.5", "day": None},
]


@pytest.fixture(scope="module")
def lakes(internal: Any, clean_module: None) -> Any:
    """A record with an uploaded CSV, its table, and people of two ministries."""
    member, editor, other = (factories.make_user() for _ in range(3))
    ours = factories.make_organization(
        users=[
            {"name": member["name"], "capacity": "member"},
            {"name": editor["name"], "capacity": "editor"},
        ]
    )
    factories.make_organization(users=[{"name": other["name"], "capacity": "editor"}])
    record = factories.make_dataset(
        None, ours, name="lakes", resources=[], access_level="under_review"
    )
    # Otherwise all staff may read it.
    package = model.Package.get(record["id"])
    assert package is not None
    package.extras["audience"] = "ministry"
    model.repo.commit()
    people = SimpleNamespace(
        member=caller(internal, member),
        editor=caller(internal, editor),
        other=caller(internal, other),
        anonymous=Caller(internal, {}),
        sysadmin=caller(internal, factories.make_user(sysadmin=True)),
    )
    made = people.editor.upload(
        "resource_create",
        "levels.csv",
        b"lake,level,day\nSimcoe,219.15,2020-01-02\n",
        package_id=record["id"],
        type="data",
        format="CSV",
        name_translated={"en": "Levels", "fr": "Niveaux"},
    )
    assert made.status_code == 200, made.text
    resource = made.json["result"]
    call_action(
        "datastore_create",
        context={"ignore_auth": True},
        resource_id=resource["id"],
        force=True,
        fields=[
            {"id": "lake", "type": "text"},
            {"id": "level", "type": "numeric"},
            {"id": "day", "type": "date"},
        ],
        records=ROWS,
    )
    return SimpleNamespace(record=record, resource=resource, **vars(people))
