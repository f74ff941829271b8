"""The console script: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from ckanext.ontario.stack import cli, commands, container, lifecycle, sentences, testenv
from ckanext.ontario.stack.errors import StackError
from ckanext.ontario.stack.installation import Installation
from ckanext.ontario.stack.stages import Stages

NAMES = [
    "postgres",
    "redis",
    "solr",
    *(f"{p}-{kind}" for kind in ("web", "worker", "scheduler") for p in ("internal", "public")),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("ONTARIO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ONTARIO_STACK_DIR", str(tmp_path / "stack"))
    return tmp_path / "stack"


def ontario(*arguments: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(cli.main, arguments)


def test_status_of_nothing_keeps_the_contract_and_exits_with_3(folder: Path) -> None:
    done = ontario("status", "--json")
    assert done.exit_code == 3
    told: dict[str, Any] = json.loads(done.stdout)
    assert [one["name"] for one in told["services"]] == NAMES
    assert {one["state"] for one in told["services"]} == {"stopped"}
    assert all(set(one) == {"name", "state", "url", "pid", "version"} for one in told["services"])
    assert set(told["portals"]) == {"internal", "public"}
    for portal, where in told["portals"].items():
        assert where["ini"] == str(folder / portal / "ckan.ini")
        assert where["url"].startswith("http://127.0.0.1:")


def test_status_for_people_names_every_service(folder: Path) -> None:
    done = ontario("status")
    assert done.exit_code == 3
    for name in NAMES:
        assert name in done.output


def test_status_shows_no_password(folder: Path) -> None:
    at = Installation.open()
    assert at.secrets["redis"] not in ontario("status", "--json").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["logs", "solr"], "ontario: solr has no log yet; `ontario up` starts it"),
        (["token", "admin"], "ontario: the portals were never started here; `ontario up` does"),
        (["harvest", "a.csv"], "ontario: the portals were never started here; `ontario up` does"),
        (["ckan", "public", "user", "list"], "ontario: the portals were never started here"),
        (["ini", "public", "x.ini"], "ontario: these variables are not set: ONTARIO_SITE_URL"),
        (["run", "web", "public"], "ontario: these variables are not set: ONTARIO_SITE_URL"),
        (["healthy", "web"], "ontario: the web process is not well"),
        (["healthy", "worker"], "ontario: the worker process is not well"),
        (["healthy", "scheduler"], "ontario: the scheduler process is not well"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.setattr(container, "PORT", 9)
    monkeypatch.setattr(container, "HEARTBEAT", folder / "none")
    monkeypatch.setattr(commands, "WORKER", "no.such.worker")
    done = ontario(*arguments)
    assert done.exit_code == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


def test_down_of_nothing_is_no_failure(folder: Path) -> None:
    done = ontario("down")
    assert done.exit_code == 0
    assert "Nothing was running." in done.output


def test_up_on_a_taken_port_says_so_and_starts_nothing(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = ontario("up", "--internal-port", port)
    assert done.exit_code == 1
    assert f"port {port} of the internal portal is taken by another program" in done.stderr
    assert not (folder / "run").exists()


def test_reset_asks_and_leaves_what_was_fetched(folder: Path) -> None:
    at = Installation.open()
    kept = folder / "solr-runtime" / "jetty"
    for data in (kept, folder / "postgres", folder / "internal"):
        data.mkdir(parents=True)
    refused = CliRunner(mix_stderr=False).invoke(cli.main, ["reset"], input="n\n")
    assert refused.exit_code == 1
    assert (folder / "postgres").exists()
    assert ontario("reset", "--yes").exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "solr-runtime"]
    assert kept.exists()
    assert Installation.open().secrets != at.secrets


def test_logs_shows_the_last_lines(folder: Path) -> None:
    at = Installation.open()
    at.run.mkdir()
    (at.run / "solr.log").write_text("one\ntwo\nthree\n")
    assert ontario("logs", "solr", "-n", "2").output == "two\nthree\n"


def test_the_configset_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = (
        ontario("solr-configset", str(tmp_path / "a")),
        ontario("solr-configset", str(tmp_path / "b")),
    )
    assert first.exit_code == second.exit_code == 0
    assert first.output.split()[0] == second.output.split()[0]
    assert (tmp_path / "a" / "schema.xml").read_bytes() == (
        tmp_path / "b" / "schema.xml"
    ).read_bytes()


def test_test_env_starts_services_of_its_own_and_stops_them(short_folder: Path) -> None:
    variables = testenv.start(Installation.open(), Stages())
    assert set(variables) == {"ONTARIO_SQLALCHEMY_URL", "ONTARIO_REDIS_URL", "ONTARIO_SOLR_URL"}
    assert "test-env" in variables["ONTARIO_SQLALCHEMY_URL"]
    assert variables == testenv.start(Installation.open(), Stages())
    told = testenv.exports(variables)
    assert told.count("export ") == 3
    done = ontario("test-env", "--down")
    assert done.output == "Stopped: solr, redis, postgres\n"
    assert ontario("test-env", "--down").output == "Stopped: nothing was running\n"


def test_an_interruption_says_how_to_go_on() -> None:
    @click.command()
    @sentences.one_sentence
    def interrupted() -> None:
        raise KeyboardInterrupt

    done = CliRunner(mix_stderr=False).invoke(interrupted)
    assert done.exit_code == 1
    assert "the same command goes on from here" in done.stderr


def test_a_failing_system_call_is_told() -> None:
    @click.command()
    @sentences.one_sentence
    def full() -> None:
        raise OSError(28, "No space left on device")

    assert "No space left on device" in CliRunner(mix_stderr=False).invoke(full).stderr


def test_a_failing_sample_harvest_fails_the_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = Installation.open()
    (folder / "internal").mkdir()
    monkeypatch.setattr(commands, "ckan", lambda _ini, _arguments: ["false"])
    with pytest.raises(StackError, match="sample inventories could not be harvested"):
        lifecycle._harvest_samples(at, Stages())
    assert not (folder / "internal" / "samples").exists()
