"""Tables that can be drawn, planted on a portal; run as a module on the public one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pylibmagic  # noqa: F401 -- before CKAN, which imports magic
from ckan import model
from ckan.tests.helpers import call_action
from tests import factories

from ckanext.ontario.stack.application import flask_of, load

ROOT = Path(__file__).parent.parent.parent

STATIONS = [
    {
        "Station": f"Station {n}",
        "Région du nord": ("Nord", "Sud", "Est", " ")[n % 4],
        "Day": f"2020-{n % 12 + 1:02d}-03",
        "Année": 2001 + n % 5,
        "Level (100%)": n * 1.5 - 20,
        "Coût": n * 1000,
        "place": n % 2,
        "Budget": 12345678.25 + n,
        "Permit number": n,
        "Latitude": None if n == 7 else 43.5 + n % 6,
        "Longitude": -79.25 - n % 6,
    }
    for n in range(60)
]
TYPES = {"Station": "text", "Région du nord": "text", "Day": "date"}


def table(record: str, rows: list[dict[str, Any]], types: dict[str, str]) -> str:
    """Add a file with a table to a record; return its id."""
    made = factories.call(
        "resource_create",
        package_id=record,
        type="data",
        format="CSV",
        url="https://example.com/stations.csv",
        name_translated={"en": "Stations", "fr": "Stations"},
    )
    fill(made["id"], rows, types)
    return str(made["id"])


def fill(resource: str, rows: list[dict[str, Any]], types: dict[str, str]) -> None:
    """Give a file a table; a column is one of numbers unless its type is named."""
    call_action(
        "datastore_create",
        context={"ignore_auth": True},
        resource_id=resource,
        force=True,
        fields=[{"id": name, "type": types.get(name, "numeric")} for name in rows[0]],
        records=rows,
    )


def planted(server: Any) -> dict[str, str]:
    """Plant through a process of the public portal's own; return the files, by their records."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.data.drawable"],
        env={**os.environ, "CKAN_INI": str(server.ini), "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Plant a published record, and one that is no longer: each has a table."""
    with flask_of(load()).test_request_context():
        made: dict[str, str] = {}
        for name in ("drawn-published", "drawn-withdrawn"):
            factories.make_dataset(None, name=name, resources=[])
            made[name] = table(name, STATIONS, TYPES)
        factories.call("package_delete", id="drawn-withdrawn")
        model.Session.commit()
    sys.stdout.write(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
