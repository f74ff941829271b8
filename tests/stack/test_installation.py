"""One installation: its secrets, its ports, its refusals."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ckanext.ontario.stack.errors import StackError
from ckanext.ontario.stack.installation import Installation, port_is_free
from ckanext.ontario.stack.portals import PORTALS


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    for name in ("INTERNAL", "PUBLIC", "SOLR", "REDIS"):
        monkeypatch.delenv(f"ONTARIO_{name}_PORT", raising=False)
    for name in ("SQLALCHEMY", "SOLR", "REDIS"):
        monkeypatch.delenv(f"ONTARIO_{name}_URL", raising=False)
    return Installation.open(tmp_path / "stack")


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_secrets_are_made_once_and_are_its_owners_alone(at: Installation) -> None:
    assert Installation.open(at.folder).secrets == at.secrets
    for name in ("secrets.json", "ports.json"):
        assert (at.folder / name).stat().st_mode & 0o077 == 0


def test_no_two_installations_and_no_two_portals_share_a_secret(
    at: Installation, tmp_path: Path
) -> None:
    other = Installation.open(tmp_path / "other")
    values = [
        value
        for one in (at, other)
        for value in (
            one.secrets["redis"],
            one.secrets["votes"],
            *(value for portal in PORTALS for value in one.secrets["portals"][portal].values()),
        )
    ]
    assert len(values) == len(set(values)) == 16
    assert min(map(len, values)) >= 16


def test_the_ini_files_share_nothing_that_tells_the_portals_apart(at: Installation) -> None:
    written = {p: at.write_ini(p, "postgresql://postgres@/postgres?host=/x") for p in PORTALS}
    own = (
        "SECRET_KEY",
        "api_token.jwt.encode.secret",
        "SESSION_COOKIE_NAME",
        "SESSION_KEY_PREFIX",
        "REMEMBER_COOKIE_NAME",
        "ckan.site_id",
        "ckan.redis.url",
        "sqlalchemy.url",
        "solr_url",
        "ckan.storage_path",
        "ckan.site_url",
    )
    for option in own:
        values = {line for p in PORTALS for line in lines_of(written[p], option)}
        assert len(values) == 2, option
    for path in written.values():
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0


def lines_of(path: Path, option: str) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.split(" = ")[0] == option]


def test_a_secret_that_an_earlier_version_did_not_make_is_made_once(at: Installation) -> None:
    path = at.folder / "secrets.json"
    older = {name: value for name, value in at.secrets.items() if name != "votes"}
    path.write_text(json.dumps(older))
    made = Installation.open(at.folder)
    assert {**made.secrets, "votes": ""} == {**at.secrets, "votes": ""}
    assert made.secrets["votes"] not in {"", at.secrets["votes"]}
    assert Installation.open(at.folder).secrets == made.secrets
    written = made.write_ini("public", "postgresql://postgres@/postgres?host=/x")
    assert lines_of(written, "ckanext.ontario.votes.secret")
    inside = made.write_ini("internal", "postgresql://postgres@/postgres?host=/x")
    assert made.secrets["votes"] not in inside.read_text()


@pytest.mark.parametrize("name", ["secrets.json", "ports.json"])
def test_a_damaged_file_is_told_in_a_sentence(at: Installation, name: str) -> None:
    (at.folder / name).write_text('{"redis": ')
    with pytest.raises(StackError, match=rf"{name} is damaged; restore it, or start anew"):
        Installation.open(at.folder)


def test_a_folder_that_is_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "stack").write_text("")
    with pytest.raises(StackError, match="can't be used"):
        Installation.open(tmp_path / "stack")


def test_a_full_disk_is_told_in_a_sentence(
    at: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.require_room()
    full = shutil.disk_usage(at.folder)._replace(free=5 * 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(StackError, match="has 5 MB free and 1500 MB are needed"):
        at.require_room()


def test_a_taken_portal_port_is_refused_and_says_what_to_do(
    at: Installation, listener: int
) -> None:
    with pytest.raises(StackError, match=rf"port {listener} of the public portal is taken") as told:
        at.with_ports({"internal": free(), "public": listener})
    assert "--public-port" in str(told.value)


def test_the_portals_cannot_share_a_port(at: Installation) -> None:
    with pytest.raises(StackError, match="both portals can't listen on port 5999"):
        at.with_ports({"internal": 5999, "public": 5999})


def test_ports_are_remembered_and_the_environment_and_options_win(
    at: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = free(), free(), free()
    at.with_ports({"internal": first, "public": second})
    again = Installation.open(at.folder).with_ports({})
    assert (again.ports["internal"], again.ports["public"]) == (first, second)
    monkeypatch.setenv("ONTARIO_PUBLIC_PORT", str(third))
    assert again.with_ports({}).ports["public"] == third
    assert again.with_ports({"public": second}).ports["public"] == second


def test_a_port_that_is_no_number_is_told_in_a_sentence(
    at: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONTARIO_PUBLIC_PORT", "http")
    with pytest.raises(StackError, match="a port in the environment is not a number"):
        at.with_ports({})


def test_solr_and_redis_make_way(
    at: Installation, listener: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = json.loads((at.folder / "ports.json").read_text())
    (at.folder / "ports.json").write_text(json.dumps({**ports, "redis": listener}))
    moved = Installation.open(at.folder).with_ports({"internal": free(), "public": free()})
    assert moved.ports["redis"] > listener
    assert f":{moved.ports['redis']}/" in moved.redis_url
    assert Installation.open(at.folder).ports["redis"] == moved.ports["redis"]


def test_a_servers_own_address_is_used_instead(
    at: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONTARIO_SOLR_URL", "http://solr:8983/solr/")
    monkeypatch.setenv("ONTARIO_REDIS_URL", "redis://redis/0")
    assert at.solr_url == "http://solr:8983/solr"
    assert at.redis_url == "redis://redis/0"


def test_one_command_at_a_time(at: Installation) -> None:
    other = Installation.open(at.folder)
    refused = pytest.raises(StackError, match="another `ontario` command is at work")
    with at.locked(), refused, other.locked():
        pass
    with other.locked():
        pass


def test_port_is_free_knows_a_taken_one(listener: int) -> None:
    assert not port_is_free(listener)
    assert port_is_free(free())
