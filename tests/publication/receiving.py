"""The receiver in a process of its own: ``python -m tests.publication.receiving FILE``.

The file says what to deliver to the portal of ``CKAN_INI``; printed is what came of it.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.search.common import make_connection

from ckanext.ontario.ingest import index, writer
from ckanext.ontario.ingest.bulk import known
from ckanext.ontario.publication import files
from ckanext.ontario.publication.transfer import placing, received, receiving
from ckanext.ontario.stack.application import flask_of, load

Json = dict[str, Any]

KILLED = 9
POINTS: dict[str, tuple[Any, str]] = {
    "before the commit": (received, "raise_generation"),
    "before views and files": (placing, "unsettled"),
    "between files": (placing, "settle"),
    "before the index": (receiving, "_index"),
}
"""Where a delivery can be killed: before these functions do anything."""

QUERIES = {
    "package": "SELECT * FROM package WHERE id = ANY(:ids)",
    "extras": "SELECT package_id, key, value, state FROM package_extra"
    " WHERE package_id = ANY(:ids)",
    "resources": "SELECT * FROM resource WHERE package_id = ANY(:ids)",
    "tags": "SELECT p.package_id, t.name, p.state FROM package_tag p JOIN tag t ON t.id = p.tag_id"
    " WHERE p.package_id = ANY(:ids)",
    "members": "SELECT table_id, group_id, capacity, state FROM member WHERE table_id = ANY(:ids)",
    "views": "SELECT v.* FROM resource_view v JOIN resource r ON r.id = v.resource_id"
    " WHERE r.package_id = ANY(:ids)",
    "received": "SELECT * FROM ontario_publication_received WHERE package_id = ANY(:ids)",
    "waiting": "SELECT package_id FROM ontario_ingest_pending WHERE package_id = ANY(:ids)",
}

CLOCK = {"created", "metadata_modified", "indexed_ts", "_version_", "at"}
"""Keys that say when something was written; of packages they are the release's and compared."""


def main() -> None:
    """Deliver, and print what came of it."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    with flask_of(load()).test_request_context():
        user = str(placing.as_the_portal()["user"])
        found = {
            "obstacles": known.obstacles_to_writing(user),
            "steps": [step(one, plan["ids"]) for one in plan["steps"]],
        }
    print(json.dumps(found, default=str))  # noqa: T201 -- the answer to the test


def step(given: Json, ids: list[str]) -> Json:
    """Make one delivery, killed before if that is wanted, and look at everything after it."""
    keep([base64.b64decode(one) for one in given.get("bodies", ())])
    if point := given.get("killed"):
        killed(given["records"], *POINTS[point])
    writers, sent = [], []
    noted(writer, "write", lambda answer, _asked: writers.append(answer.writer))
    noted(index, "post", lambda _answer, asked: sent.append(len(asked[1])))
    answers = receiving.receive(given["records"])
    if point:  # as the scheduler does
        tk.get_action("ontario_ingest_index")(placing.as_the_portal(), {})
    found = {"answers": answers, "writers": writers, "sent": sent}
    return {**found, **looked_at(ids)}


def keep(bodies: list[bytes]) -> None:
    """Keep files as if they had been sent."""
    for body in bodies:
        with files.draft() as (handle, path):
            os.close(handle)
            path.write_bytes(body)
            files.keep(path)


def killed(records: list[Json], module: Any, name: str) -> None:
    """Deliver in a process that ends before it reaches a function; nothing is cleaned up."""
    model.Session.remove()
    model.ensure_engine().dispose()
    child = os.fork()
    if not child:
        setattr(module, name, lambda *_asked: os._exit(KILLED))
        receiving.receive(records)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def noted(module: Any, name: str, note: Callable[[Any, tuple[Any, ...]], None]) -> None:
    """Take note of each answer of a function."""
    function = getattr(module, name)
    inner = getattr(function, "inner", function)

    def noting(*asked: Any) -> Any:
        answer = inner(*asked)
        note(answer, asked)
        return answer

    vars(noting)["inner"] = inner
    setattr(module, name, noting)


def looked_at(ids: list[str]) -> Json:
    """Return all that the portal has of records, in an order that says nothing."""
    model.Session.rollback()
    rows = {
        name: sorted(as_text(row) for row in model.Session.execute(sa.text(query), {"ids": ids}))
        for name, query in QUERIES.items()
    }
    shown = [show(one) for one in ids]
    wanted = f"id:({' OR '.join(ids)})"
    solr = make_connection().search("*:*", fq=wanted, rows=1000)
    open_ = make_connection().search("permission_labels:public", fq=wanted, rows=1000)
    placed = [path for path in Path(placing._marks()).glob("*") if path.is_file()]
    return {
        **rows,
        "shown": [json.dumps(plain(one), sort_keys=True, default=str) for one in shown],
        "solr": sorted(json.dumps(plain(d), sort_keys=True, default=str) for d in solr),
        "public": sorted(str(one["id"]) for one in open_),
        "placed": sorted(f"{one.name} {one.read_text()}" for one in placed),
    }


def show(package_id: str) -> Json | None:
    """Return a record as anybody sees it, past the index."""
    try:
        return tk.get_action("package_show")({"use_cache": False, "user": ""}, {"id": package_id})
    except tk.ObjectNotFound:
        return None


def as_text(row: Any) -> str:
    """Return a row without keys of its own and, but for packages, instants."""
    values = {key: value for key, value in row._mapping.items() if key != "sequence"}
    if "creator_user_id" in values:
        return json.dumps(values, sort_keys=True, default=str)
    if "view_type" in values:
        del values["id"]
    if isinstance(values.get("extras"), str):
        values["extras"] = json.loads(values["extras"])
    return json.dumps(plain(values), sort_keys=True, default=str)


def plain(value: Any) -> Any:
    """Return a value without what the clock says of parts; JSON inside is read."""
    if isinstance(value, dict):
        left_out = set(CLOCK)
        if "owner_org" in value or "organization" in value:  # a record
            left_out.remove("metadata_modified")
        if {"key", "vocabulary_id"} & value.keys():  # an extra or a keyword
            left_out.add("id")
        return {key: plain(one) for key, one in value.items() if key not in left_out}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}":
        try:
            return plain(json.loads(value))
        except ValueError:
            return value
    return value


if __name__ == "__main__":
    main()
