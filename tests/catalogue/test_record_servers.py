"""Pages of running portals: the public one for everybody, and programs that work as pasted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import html

from factories import dataset_values

from .filling import fill

RECORD = "pasted-programs"
INTERNAL_ONLY = {"other_title": "Working title", "custodian_name": "Person Who Keeps It"}


def get(server: Any, path: str, token: str = "") -> requests.Response:
    headers = {"Accept": "text/html", **({"Authorization": token} if token else {})}
    return requests.get(server.url + path, headers=headers, timeout=30, allow_redirects=False)


def record(server: Any) -> dict[str, Any]:
    values = dataset_values(name=RECORD, owner_org="pasted-ministry")
    # A file on the portal itself, which answers without a record of its own.
    values["resources"][0] |= {"url": f"{server.url}/ontario/health", "format": "TXT"}
    return values


def filled(server: Any) -> dict[str, Any]:
    ministry = {
        "name": "pasted-ministry",
        "title_translated": {"en": "Ministry of Pasting", "fr": "Ministère du Collage"},
        "category": "ministry",
    }
    made = fill(server, ("organization_create", ministry), ("package_create", record(server)))
    return dict(made[-1])


@pytest.fixture(scope="module")
def public(public_server: Any) -> dict[str, Any]:
    return filled(public_server)


@pytest.fixture(scope="module")
def internal_record(internal_server: Any) -> dict[str, Any]:
    return filled(internal_server)


@pytest.fixture(scope="module")
def token(internal_server: Any) -> str:
    internal_server.ckan(
        "user", "add", "paster", "email=paster@ontario.ca", "password=correct-horse"
    )
    member = {"id": "pasted-ministry", "username": "paster", "role": "member"}
    fill(internal_server, ("organization_member_create", member))
    return str(internal_server.token("paster"))


def programs(page: requests.Response) -> dict[str, str]:
    """Return the programs of a page by tool, as a reader would copy them."""
    found = html.fromstring(page.content).xpath("//pre[contains(@class, 'record-code')]")
    return {one.get("aria-label"): one.text_content() for one in found}


def run(folder: Path, code: str, tool: str, **environment: str) -> str:
    command = {
        "curl": ["sh", "-ec", code],
        "Python": [sys.executable, "-c", code],
        "R": ["Rscript", "-e", code],
    }[tool]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def test_everybody_reads_the_public_portal(public_server: Any, public: dict[str, Any]) -> None:
    file = public["resources"][0]["id"]
    for prefix, title in (("", "Lake water"), ("/fr", "Niveaux d’eau")):
        for path in ("", f"/resource/{file}"):
            answer = get(public_server, f"{prefix}/dataset/{RECORD}{path}")
            assert answer.status_code == 200
            assert title in answer.text
            assert "Authorization" not in answer.text
            assert "/dataset/edit/" not in answer.text
        assert get(public_server, f"{prefix}/").status_code == 200
    assert title in get(public_server, f"/fr/dataset/{RECORD}/citation.ris").text
    assert get(public_server, "/dataset/none/citation.bib").status_code == 404


def test_what_only_staff_may_read_is_not_on_the_public_portal(
    public_server: Any, public: dict[str, Any]
) -> None:
    # Not even the portal itself can write what its schema does not have.
    with pytest.raises(subprocess.CalledProcessError) as refused:
        fill(public_server, ("package_patch", {"id": RECORD, **INTERNAL_ONLY}))
    assert all(name in refused.value.stderr for name in INTERNAL_ONLY)
    text = get(public_server, f"/dataset/{RECORD}").text
    assert not [value for value in INTERNAL_ONLY.values() if value in text]
    assert "record-internal" not in text


@pytest.mark.parametrize("tool", ["curl", "Python", "R"])
@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_programs_of_the_public_portal_work_as_pasted(
    public_server: Any, public: dict[str, Any], tmp_path: Path, tool: str, prefix: str
) -> None:
    if tool == "R" and not shutil.which("Rscript"):
        pytest.skip("no Rscript here; test_record.py reads the R program strictly instead")
    code = programs(get(public_server, f"{prefix}/dataset/{RECORD}"))[tool]
    printed = run(tmp_path, code, tool)
    assert public["title"] in printed
    assert (tmp_path / "health").read_text() == "ok"


@pytest.mark.parametrize("tool", ["curl", "Python"])
def test_programs_of_the_internal_portal_work_with_a_token(
    internal_server: Any,
    internal_record: dict[str, Any],
    token: str,
    tmp_path: Path,
    tool: str,
) -> None:
    page = get(internal_server, f"/dataset/{RECORD}", token)
    code = programs(page)[tool]
    assert token not in page.text
    assert internal_record["title"] in run(tmp_path, code, tool, ONTARIO_TOKEN=token)
    with pytest.raises(subprocess.CalledProcessError):
        run(tmp_path, code, tool, ONTARIO_TOKEN="wrong")


def test_the_home_of_a_portal_counts_what_is_there(
    public_server: Any, public: dict[str, Any]
) -> None:
    page = get(public_server, "/").text
    count = re.search(r"<strong>([\d,]+)</strong> datasets?<", page)
    assert count
    assert int(count.group(1).replace(",", "")) >= 1
