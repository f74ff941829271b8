"""The planted world of the internal portal: a record of every kind that somebody may not know."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from ckan import model
from ckan.lib import search
from ckan.tests.helpers import call_action
from ckanext.activity.model import Activity
from ckanext.harvest import model as harvest
from tests import factories
from tests.leaks import steps
from tests.leaks.walking import NOTHING, Answer, Role, Subject
from tests.leaks.words import table, texts

TOPIC = "environment-and-natural-resources"
UNFINISHED = ("draft", "unsubmitted", "returned", "deleted")
"""What only the editors of its ministry may know."""

NARROW = ("ministry", "named", "withheld", "withdrawn", "removed")
"""What only its ministry may know, or ministries that it names; three of them are also off the
public portal: their existence is withheld, they were taken back, or removed for ever."""

OURS = ("known", "limited", *NARROW, *UNFINISHED)
ALL = (*OURS, "elsewhere", "source")
"""``limited`` is shared, its files and tables are not: these are the subject ``figures``."""

HIDDEN: dict[str, tuple[str, ...]] = {
    "anonymous": ALL,
    "suspended": ALL,
    "without rights": ALL,
    "other ministry's editor": (*NARROW, *UNFINISHED, "figures", "source"),
    "member": (*UNFINISHED, "elsewhere", "source"),
    "delegate": (*UNFINISHED, "elsewhere", "source"),
    "editor": ("elsewhere",),
    "Director": ("elsewhere",),
    "system administrator": (),
}
"""What each role may not know."""

DOORS = {"delegate": ("ontario_release_", "ontario_publication.", "ontario_standing_approval_")}
"""Where who decides for a Director is shown unfinished records too: the workflow, nowhere else."""


def people(app: Any) -> dict[str, dict[str, Any] | None]:
    """Make the accounts: role → user, ``None`` for nobody."""
    names = [name for name in HIDDEN if name != "anonymous"]
    made = {
        name: factories.make_user(
            name=f"person-{number}",
            email=f"zqmail{number}@ontario.ca",
            fullname=f"Person {number}",
            sysadmin=name == "system administrator",
        )
        for number, name in enumerate(names)
    }
    return {"anonymous": None, **made}


def plant(app: Any) -> Any:
    """Plant people, ministries, records and everything that hangs on them."""
    users = people(app)
    title = {"en": "Environment", "fr": "Environnement"}
    factories.call("group_create", name=TOPIC, title_translated=title)
    roles = {"member": "member", "delegate": "member", "editor": "editor", "Director": "admin"}
    ours = factories.make_organization(
        name="health",
        users=[{"name": users[who]["name"], "capacity": role} for who, role in roles.items()],
    )
    other = users["other ministry's editor"]
    theirs = factories.make_organization(
        name="energy", users=[{"name": other["name"], "capacity": "editor"}]
    )
    third = factories.make_organization(name="transport")
    tokens = {name: _token(user) for name, user in users.items() if user}
    subjects = {kind: _record(app, kind, tokens["editor"], ours, third) for kind in OURS}
    subjects["elsewhere"] = _record(
        app, "elsewhere", tokens["other ministry's editor"], theirs, third
    )
    subjects["source"] = _source(app, tokens["editor"], ours)
    steps.take({kind: one.values["record_id"] for kind, one in subjects.items()}, users, ours)
    subjects["figures"] = _figures(subjects["limited"])
    _hide(subjects, other)
    _put_away(users["suspended"])
    _set_reset_keys()
    common = {"organization": "health", "topic": TOPIC, "user": users["editor"]["name"]}
    for subject in subjects.values():
        subject.values.update({key: v for key, v in common.items() if key not in subject.values})
    return SimpleNamespace(app=app, users=users, tokens=tokens, subjects=subjects)


def roles_of(world: Any) -> dict[str, Role]:
    """Return everybody who calls, each with what they may not know."""
    mails = {name: user["email"] for name, user in world.users.items() if user}
    found = {}
    for place, (name, kinds) in enumerate(HIDDEN.items()):
        known = next((k for k in ("known", "elsewhere") if k not in kinds), None)
        # A Director may take the list of the ministry's members, with their addresses.
        theirs = {name, "member", "delegate", "editor"} if name == "Director" else {name}
        others = tuple(mail for who, mail in mails.items() if who not in theirs)
        found[name] = Role(
            name,
            sender(world.app, world.tokens.get(name)),
            hidden=tuple(world.subjects[kind] for kind in kinds),
            known=world.subjects[known] if known else None,
            secrets=() if name == "system administrator" else others,
            signed_in=name not in {"anonymous", "suspended"},
            doors=DOORS.get(name, ()),
            shown=frozenset(UNFINISHED),
            turn=place,
        )
    return found


def sender(app: Any, token: str | None) -> Any:
    """Return a function that sends a request to the application in this process."""
    headers = {"Authorization": token} if token else {}

    def send(method: str, path: str, sent: Any) -> Answer:
        client = app.test_client(use_cookies=False)
        body = {"json": sent} if sent is not None else {}
        page = {"Accept": "text/html"} if sent is None else {}
        try:
            answer = client.open(
                path, method=method, headers={**headers, **page}, follow_redirects=False, **body
            )
        except Exception as err:  # noqa: BLE001 -- a server would have answered with a 500
            model.Session.remove()
            return Answer(500, {"Cache-Control": "no-store"}, f"{type(err).__name__}: {err}")
        found = Answer(
            answer.status_code, dict(answer.headers), answer.get_data().decode("utf-8", "replace")
        )
        answer.close()
        return found

    return send


def _token(user: dict[str, Any]) -> str:
    return call_action("api_token_create", user=user["name"], name="tests")["token"]


def _record(app: Any, kind: str, token: str, owner: Any, third: Any) -> Subject:
    word = f"zq{kind}"
    content = "zqfigures" if kind == "limited" else word
    made = _act(
        app,
        token,
        "package_create",
        factories.dataset_values(
            **texts(word), name=f"{word}-name", owner_org=owner["id"], resources=[]
        ),
    )
    file = _upload(app, token, made["id"], word, content)
    view = model.ResourceView(
        resource_id=file["id"], title=word, view_type="text_view", description=word, order=0,
        config={},
    )  # fmt: skip
    model.Session.add(view)
    status = model.TaskStatus(
        entity_id=file["id"], entity_type="resource", task_type="xloader", key="xloader",
        value=json.dumps({"job_id": word}), error="{}", state="complete",
    )  # fmt: skip
    model.Session.add(status)
    model.Session.commit()
    _table(file["id"], content)
    if kind not in {"unsubmitted", *steps.SUBMITTED}:
        factories.share(made["id"])
        model.Session.commit()
        search.rebuild(made["id"])
    if kind == "named":
        _audience(made["id"], "named", third["name"])
    values = {
        "record": made["name"],
        "record_id": made["id"],
        "file": file["id"],
        # No plugin shows a view of a record that is known; hidden ones are refused before that.
        "view": NOTHING if kind == "known" else view.id,
        "tag": f"{word} tag",
        "word": word,
        "organization": owner["name"],
    }
    activity = model.Session.query(Activity).filter(Activity.object_id == made["id"]).first()
    values["activity"] = activity.id
    ids = (view.id, *(values[key] for key in ("record_id", "file", "activity")))
    marks = (word, content, *ids) if content != word else (word, *ids)
    return Subject(kind, values, marks)


def _figures(limited: Subject) -> Subject:
    """Return what is in the files of a record that itself is no secret."""
    return Subject("figures", limited.values, ("zqfigures",), secret=False)


def _upload(app: Any, token: str, package_id: str, word: str, content: str) -> dict[str, Any]:
    sent = {
        "package_id": package_id,
        "name_translated": json.dumps({"en": f"{word} file", "fr": f"{word} fichier"}),
        "description_translated": json.dumps({"en": word, "fr": word}),
        "format": "CSV",
        "type": "data",
        "data_birth_date": "2019-01-02",
        "upload": (io.BytesIO(f"lake,level\n{content}row,1\n".encode()), f"{content}.csv"),
    }
    client = app.test_client(use_cookies=False)
    headers = {"Authorization": token}
    answer = client.post("/api/3/action/resource_create", data=sent, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json["result"]


def _table(file: str, word: str) -> None:
    call_action(
        "datastore_create",
        context={"ignore_auth": True},
        resource_id=file,
        force=True,
        **table(f"{word}column", word),
    )


def _source(app: Any, token: str, owner: Any) -> Subject:
    word = "zqsource"
    made = _act(
        app,
        token,
        "harvest_source_create",
        {
            "name": f"{word}-name",
            "title": f"{word} title",
            "notes": f"{word} notes",
            "url": f"https://example.com/{word}.csv",
            "source_type": "inventory",
            "owner_org": owner["id"],
            "config": json.dumps({"sheet": f"{word}config"}),
        },
    )
    job = harvest.HarvestJob(source_id=made["id"], status="Finished")
    model.Session.add(job)
    model.Session.flush()
    thing = harvest.HarvestObject(
        guid=f"{word}guid", content=json.dumps({"row": f"{word}row"}), job=job, state="COMPLETE",
    )  # fmt: skip
    model.Session.add(thing)
    model.Session.commit()
    values = {"record": made["name"], "record_id": made["id"], "job": job.id, "object": thing.id}
    return Subject("source", {**values, "word": word}, (word, made["id"], job.id, thing.id))


def _hide(subjects: dict[str, Subject], follower: dict[str, Any]) -> None:
    """Hide records that others could see before: what they hold of them must not tell."""
    hidden = subjects["ministry"].values["record_id"]
    factories.call("follow_dataset", follower["name"], id=hidden)
    factories.call("follow_dataset", follower["name"], id=subjects["deleted"].values["record_id"])
    for kind in ("ministry", "elsewhere", "withheld", "withdrawn", "removed"):
        _audience(subjects[kind].values["record_id"], "ministry")
    factories.call("package_delete", id=subjects["deleted"].values["record_id"])
    draft = model.Package.get(subjects["draft"].values["record_id"])
    assert draft is not None
    draft.state = "draft"
    model.Session.commit()
    search.rebuild(draft.id)


def _audience(package_id: str, audience: str, named: str = "") -> None:
    package = model.Package.get(package_id)
    assert package is not None
    package.extras["audience"] = audience
    if named:
        package.extras["audience_ministries"] = json.dumps([named])
    model.Session.commit()
    search.rebuild(package_id)


def _put_away(user: dict[str, Any]) -> None:
    found = model.User.get(user["id"])
    assert found is not None
    found.state = model.State.DELETED
    model.Session.commit()


def _set_reset_keys() -> None:
    for user in model.Session.query(model.User):
        user.reset_key = "zqreset"
    model.Session.commit()


def _act(app: Any, token: str, action: str, sent: dict[str, Any]) -> dict[str, Any]:
    client = app.test_client(use_cookies=False)
    headers = {"Authorization": token}
    answer = client.post(f"/api/3/action/{action}", json=sent, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json["result"]


def endpoints(app: Any) -> Iterator[str]:
    """Yield the endpoints of the running application."""
    yield from sorted({rule.endpoint for rule in app.flask_app.url_map.iter_rules()})
