"""Dumps on the public portal: written by the command, downloaded by anyone, checked by checksum."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

import pytest
import requests


@pytest.fixture(scope="module")
def dump(public_server: Any) -> dict[str, Any]:
    """A dump written by the command the scheduler's action stands behind."""
    return json.loads(public_server.ckan("ontario-inventory", "dump", "--json").stdout)


def test_anyone_can_download_and_check_it(public_server: Any, dump: dict[str, Any]) -> None:
    sums = requests.get(f"{public_server.url}/dumps/latest/SHA256SUMS", timeout=30).text
    for one in dump["files"]:
        got = requests.get(f"{public_server.url}/dumps/{dump['name']}/{one['name']}", timeout=30)
        assert got.status_code == 200
        assert len(got.content) == one["bytes"]
        assert f"{hashlib.sha256(got.content).hexdigest()}  {one['name']}\n" in sums
    whole = requests.get(f"{public_server.url}/dumps/latest/datasets.jsonl.gz", timeout=30)
    assert gzip.decompress(whole.content).count(b"\n") == dump["records"]


def test_the_list_is_a_page_and_an_action(public_server: Any, dump: dict[str, Any]) -> None:
    action = f"{public_server.url}/api/3/action/ontario_inventory_dump_list"
    listed = requests.get(action, timeout=30).json()["result"]
    assert listed[0]["name"] == dump["name"]
    page = requests.get(f"{public_server.url}/fr/dumps/", timeout=30)
    assert page.status_code == 200
    for one in listed[0]["files"]:
        assert one["sha256"] in page.text
        assert requests.head(one["url"], timeout=30).status_code == 200


def test_nobody_writes_one_over_http(public_server: Any) -> None:
    action = f"{public_server.url}/api/3/action/ontario_inventory_dump"
    assert requests.post(action, json={}, timeout=30).status_code == 403


@pytest.mark.parametrize("path", ["latest/lock", "latest/%2e%2e%2flock", "..%2f/lock", "x/y"])
def test_nothing_else_of_the_folder_is_served(
    public_server: Any, dump: dict[str, Any], path: str
) -> None:
    assert requests.get(f"{public_server.url}/dumps/{path}", timeout=30).status_code == 404


def test_the_table_can_be_written_by_a_command(public_server: Any, tmp_path: Any) -> None:
    file = tmp_path / "inventaire.csv"
    told = public_server.ckan(
        "ontario-inventory", "table", str(file), "--language", "fr", "--json"
    ).stdout
    assert json.loads(told)["file"] == str(file)
    assert file.read_text(encoding="utf-8").startswith("\ufeffNuméro d’inventaire,")
