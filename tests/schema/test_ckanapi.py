"""Programs written for the live catalogue, over real HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import ckanapi
import pytest

from factories import dataset_values


@pytest.fixture(scope="module")
def portal(internal_server: Any) -> Any:
    """A client of the internal portal, with an administrator's token."""
    server = internal_server
    server.ckan("user", "add", "robin", "email=robin@ontario.ca", "password=correct-horse-battery")
    server.ckan("sysadmin", "add", "robin")
    server.ckan("ontario-schema", "seed")
    with ckanapi.RemoteCKAN(server.url, apikey=server.token("robin")) as client:
        yield client


def test_datasets_are_created_patched_searched_and_dumped(portal: Any) -> None:
    values = dataset_values(name="ckanapi-lakes", owner_org="mnr", topics=["Environment"])
    made = portal.action.package_create(**values)
    assert made["title_translated"] == values["title_translated"]
    assert [group["name"] for group in made["groups"]] == ["environment-and-natural-resources"]
    portal.action.package_patch(id=made["id"], keywords={"fr": ["l'eau", "R&D"]})
    found = portal.action.package_search(q="niveaux d’eau", fq="name:ckanapi-lakes")
    assert found["count"] == 1
    assert found["results"][0]["keywords"] == {
        "en": ["lakes", "water level"],
        "fr": ["l'eau", "R&D"],
    }

    with pytest.raises(ckanapi.ValidationError) as refused:
        portal.action.package_patch(id=made["id"], access_level="secret")
    assert set(refused.value.error_dict) - {"__type"} == {"access_level"}

    dumped = _ckanapi(
        "dump", "datasets", "ckanapi-lakes", "-r", portal.address, "-a", portal.apikey
    )
    record = json.loads(dumped.splitlines()[0])
    assert record["title_translated"] == values["title_translated"]
    for derived in ("metadata_created", "organization"):
        assert derived in record
    record["name"], record["id"] = "ckanapi-lakes-2", None
    copy = {key: value for key, value in record.items() if key != "id"}
    copy["resources"] = [{k: v for k, v in one.items() if k != "id"} for one in copy["resources"]]
    assert portal.action.package_create(**copy)["topics"] == ["environment-and-natural-resources"]


def _ckanapi(*arguments: str) -> str:
    # It starts its workers by name.
    folder = str(Path(sys.executable).parent)
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["ckanapi", *arguments], check=False, capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
