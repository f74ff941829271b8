"""The planted world of the public portal, and the process that plants it.

CKAN keeps one site per process, so this runs as ``python -m tests.leaks.outside`` with the public
portal's ini and prints what it made. Nobody could plant this over HTTP: that is tested too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pylibmagic  # noqa: F401 -- before CKAN, which imports magic
import requests
from ckan import logic, model
from ckan.lib import search
from ckan.tests.helpers import call_action
from tests import factories
from tests.leaks.walking import NOTHING, Answer, Role, Subject, table
from tests.leaks.words import table as drawable
from tests.leaks.words import texts

from ckanext.ontario.publication import config
from ckanext.ontario.publication.transfer import received, receiving, wire
from ckanext.ontario.shared import clock
from ckanext.ontario.stack.application import flask_of, load

ROOT = Path(__file__).parent.parent.parent
TOPIC = "environment-and-natural-resources"
GONE = ("withdrawn", "removed")
"""What releases took away: nobody finds anything of it, administrators neither."""

UNSHOWN = ("private", "draft", "deleted")

HIDDEN: dict[str, tuple[str, ...]] = {
    "anonymous": (*UNSHOWN, *GONE),
    "suspended": (*UNSHOWN, *GONE),
    "citizen": (*UNSHOWN, *GONE),
    "service user": (*UNSHOWN, *GONE),
    "Director": GONE,
    "system administrator": GONE,
}
"""What each role may not know outside. Core's labels give members of an organization what it has
that is not public; on this portal organizations have no members, here one was written in. The
service user delivers releases; what there is to be read it reads like a citizen."""

INSIDE = ("zqinside", "colby_notes", "custodian_name", "existence_withheld", "retention_schedule")
"""The word of internal fields, written past everything that keeps them out, and names that only
they have: for nobody."""


def planted(server: Any) -> Any:
    """Plant the world through a process of its own and return what it made."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.leaks.outside"],
        env={**os.environ, "CKAN_INI": str(server.ini), "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    made = json.loads(done.stdout.splitlines()[-1])
    subjects = {
        # A removed record says that it was removed: it does not look like one that never was.
        kind: Subject(
            kind,
            values,
            (values["word"], values["record_id"], values["file"]),
            secret=kind != "removed",
        )
        for kind, values in made["subjects"].items()
    }
    return SimpleNamespace(server=server, **{**made, "subjects": subjects})


def roles_of(world: Any) -> dict[str, Role]:
    """Return everybody who calls, each with what they may not know."""
    mails = dict(world.mails)
    return {
        name: Role(
            name,
            sender(world.server.url, world.tokens.get(name)),
            hidden=tuple(world.subjects[kind] for kind in kinds),
            known=world.subjects["open"],
            secrets=INSIDE if name == "system administrator" else
            (*INSIDE, *(mail for who, mail in mails.items() if who != name)),
            private=name not in {"anonymous", "suspended"},
            turn=place,
        )
        for place, (name, kinds) in enumerate(HIDDEN.items())
    }  # fmt: skip


def sender(url: str, token: str | None) -> Any:
    """Return a function that sends a request to the portal's server."""
    session = requests.Session()
    headers = {"Authorization": token} if token else {}

    def send(method: str, path: str, sent: Any) -> Answer:
        page = {"Accept": "text/html"} if sent is None else {}
        session.cookies.clear()
        answer = session.request(
            method, url + path, json=sent, headers={**headers, **page}, timeout=60,
            allow_redirects=False,
        )  # fmt: skip
        return Answer(
            answer.status_code, dict(answer.headers), answer.content.decode("utf-8", "replace")
        )

    return send


def main() -> None:
    """Plant, in the process of the public portal."""
    flask = flask_of(load())
    with flask.test_request_context():
        made = _plant()
    logic.get_action("package_show")
    made["endpoints"] = sorted({rule.endpoint for rule in flask.url_map.iter_rules()})
    made["actions"] = sorted(logic._actions)
    sys.stdout.write(json.dumps(made) + "\n")


def _plant() -> dict[str, Any]:
    users = _people()
    if model.Group.get(TOPIC) is None:
        title = {"en": "Environment", "fr": "Environnement"}
        factories.call("group_create", name=TOPIC, title_translated=title)
    owner = factories.make_organization(
        name="outside", users=[{"name": users["Director"]["name"], "capacity": "admin"}]
    )
    subjects = {}
    for kind in ("open", *UNSHOWN, *GONE):
        word = f"zq{kind}"
        clean = {
            k: v for k, v in texts(word).items() if k not in _internal_fields("dataset_fields")
        }
        made = factories.make_dataset(None, owner, name=f"{word}-name", **clean)
        file = made["resources"][0]["id"]
        call_action(
            "datastore_create", context={"ignore_auth": True}, resource_id=file, force=True,
            **drawable("column", word),
        )  # fmt: skip
        subjects[kind] = {
            "record": made["name"], "record_id": made["id"], "file": file, "word": word,
            "tag": f"{word} tag", "view": NOTHING, "organization": "outside", "topic": TOPIC,
            "user": users["Director"]["name"],
        }  # fmt: skip
    _put_away({kind: subjects[kind] for kind in UNSHOWN})
    _take_away({kind: subjects[kind] for kind in GONE})
    _write_past_everything(subjects["open"], owner)
    tokens = {
        name: call_action("api_token_create", user=user["name"], name="leaks")["token"]
        for name, user in users.items()
    }
    suspended = model.User.get(users["suspended"]["id"])
    assert suspended is not None
    suspended.state = model.State.DELETED
    for user in model.Session.query(model.User):
        user.reset_key = "zqreset"
    model.Session.commit()
    mails = {name: user["email"] for name, user in users.items()}
    return {"subjects": subjects, "tokens": tokens, "mails": mails}


def _people() -> dict[str, Any]:
    names = [name for name in HIDDEN if name != "anonymous"]
    return {
        name: _service_user(f"zqmail{number}@example.com")
        if name == "service user"
        else factories.make_user(
            name=f"outsider-{number}",
            email=f"zqmail{number}@example.com",
            sysadmin=name == "system administrator",
        )
        for number, name in enumerate(names)
    }


def _service_user(email: str) -> dict[str, Any]:
    """Return who delivers releases, who is there already where releases were delivered."""
    name = config.service_user()
    known = model.User.get(name)
    if known is None:
        return factories.make_user(name=name, email=email)
    known.email = email
    model.Session.commit()
    return {"id": known.id, "name": name, "email": email}


def _put_away(subjects: dict[str, Any]) -> None:
    found = {kind: model.Package.get(values["record_id"]) for kind, values in subjects.items()}
    found["private"].private = True
    found["draft"].state = "draft"
    found["deleted"].state = "deleted"
    model.Session.commit()
    for package in found.values():
        search.rebuild(package.id)


def _take_away(subjects: dict[str, Any]) -> None:
    """Withdraw and remove records as the internal portal does, as if they had come from there."""
    now = clock.now()
    operations = {"withdrawn": wire.Operation.WITHDRAW, "removed": wire.Operation.REMOVE}
    items = [
        wire.Item(
            id=values["record_id"],
            name=values["record"],
            operation=operations[kind],
            generation=received.generation(),
            sequence=2,
            schema_version="",
            released=now,
            created=now,
        )
        for kind, values in subjects.items()
    ]
    answers = receiving.receive([wire.dump(one) for one in items])
    assert [one["status"] for one in answers] == ["applied"] * len(items), answers


def _internal_fields(grouping: str) -> list[str]:
    """Return the fields that the reviewed list of this folder says are internal."""
    return table("internal_fields.yaml")[grouping]


def _write_past_everything(values: dict[str, str], owner: dict[str, Any]) -> None:
    """Write internal fields into rows, as no caller and no release could, and index them."""
    package = model.Package.get(values["record_id"])
    resource = model.Resource.get(values["file"])
    assert package is not None
    assert resource is not None
    for name in _internal_fields("dataset_fields"):
        package.extras[name] = f"{INSIDE[0]}{name.replace('_', '')}"
    resource.extras = {
        **resource.extras,
        **{
            name: f"{INSIDE[0]}{name.replace('_', '')}"
            for name in _internal_fields("resource_fields")
        },
    }
    model.Session.add(
        model.GroupExtra(group_id=owner["id"], key="colby_notes", value=f"{INSIDE[0]}organization")
    )
    model.Session.commit()
    search.rebuild(package.id)


if __name__ == "__main__":
    main()
