"""The whole stack for real: up, asked, harmed, mended, down; nothing left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from ckanext.ontario.stack import processes
from ckanext.ontario.stack.installation import Installation

pytestmark = pytest.mark.stack

INVENTORY = """\
Access Level,Public Title,Public Title (French),Long Description,Long Description (French)
Open,Bridge inspections,Inspections des ponts,Results since 2016.,Résultats depuis 2016.
Under review,Energy use,Consommation d’énergie,Use by building.,Consommation par édifice.
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("ONTARIO_")]:
            patched.delenv(name)
        running = Stack()
        try:
            yield running
        finally:
            running.ontario("down")
            subprocess.run(["rm", "-rf", running.folder], check=True)


class Stack:
    """An installation in a folder of its own, on free ports."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ontario-stack-"))
        self.folder.chmod(0o755)
        self.ports = [free_port(), free_port()]

    def ontario(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).parent / "ontario"), *arguments],
            env={**os.environ, "ONTARIO_STACK_DIR": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    def up(self) -> subprocess.CompletedProcess[str]:
        internal, public = map(str, self.ports)
        done = self.ontario(
            "up", "--no-samples", "--internal-port", internal, "--public-port", public
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def status(self) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any]]:
        done = self.ontario("status", "--json")
        told = json.loads(done.stdout)
        return done.returncode, {one["name"]: one for one in told["services"]}, told["portals"]

    def pids(self) -> dict[str, int]:
        return {name: one["pid"] for name, one in self.status()[1].items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_stack_lives_and_dies_in_order(stack: Stack) -> None:
    """One test, because starting takes its time and each step needs the one before."""
    told = stack.up()
    for port in stack.ports:
        assert f"http://127.0.0.1:{port}" in told.stdout
    assert "log in as admin, password " in told.stdout
    assert "wall clock" in told.stderr

    everything_runs(stack)
    a_token_opens_the_internal_portal_and_nothing_else_does(stack)
    an_inventory_is_harvested_and_found(stack)
    up_again_restarts_nothing(stack)
    a_dead_consumer_of_the_worker_is_replaced(stack)
    what_was_killed_is_told_and_mended(stack, ["internal-web"])
    what_was_killed_is_told_and_mended(stack, ["postgres", "redis", "solr", "public-scheduler"])
    an_interrupted_start_goes_on(stack)
    down_leaves_nothing(stack)
    a_stale_process_id_is_not_touched(stack)


def everything_runs(stack: Stack) -> None:
    exit_code, services, portals = stack.status()
    assert {name: one["state"] for name, one in services.items()} == dict.fromkeys(
        services, "running"
    )
    assert exit_code == 0
    assert all(one["pid"] and one["version"] for one in services.values())
    for portal, port in zip(("internal", "public"), stack.ports, strict=True):
        assert portals[portal]["url"] == f"http://127.0.0.1:{port}"
        assert Path(portals[portal]["ini"]).stat().st_mode & 0o077 == 0
    listening = {
        connection.laddr.ip.removeprefix("::ffff:")  # Java's sockets speak both
        for one in services.values()
        for process in family(one["pid"])
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def a_token_opens_the_internal_portal_and_nothing_else_does(stack: Stack) -> None:
    url = f"http://127.0.0.1:{stack.ports[0]}/api/3/action/status_show"
    assert requests.get(url, timeout=30).status_code == 401
    tokens = {
        portal: stack.ontario("token", "admin", "--portal", portal).stdout.strip()
        for portal in ("internal", "public")
    }
    assert all(token and " " not in token for token in tokens.values())
    headers = {"Authorization": tokens["internal"]}
    assert requests.get(url, headers=headers, timeout=30).json()["success"] is True
    headers = {"Authorization": tokens["public"]}
    assert requests.get(url, headers=headers, timeout=30).status_code == 401
    refused = stack.ontario("token", "nobody", "--portal", "public")
    assert refused.returncode == 1
    assert refused.stderr == "ontario: no token for nobody on the public portal: User not found\n"


def an_inventory_is_harvested_and_found(stack: Stack) -> None:
    inventory = stack.folder / "inventory.csv"
    inventory.write_text(INVENTORY, encoding="utf-8")
    done = stack.ontario("harvest", str(inventory), "--organization", "mto", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    token = stack.ontario("token", "editor").stdout.strip()
    found = requests.get(
        f"http://127.0.0.1:{stack.ports[0]}/api/3/action/package_search",
        params={"q": "energie"},
        headers={"Authorization": token},
        timeout=30,
    ).json()
    assert [one["title"] for one in found["result"]["results"]] == ["Energy use"]


def up_again_restarts_nothing(stack: Stack) -> None:
    before = stack.pids()
    stack.up()
    assert stack.pids() == before


def a_dead_consumer_of_the_worker_is_replaced(stack: Stack) -> None:
    worker = psutil.Process(stack.pids()["internal-worker"])
    before = {child.pid for child in worker.children()}
    assert len(before) == 3  # CKAN's jobs, and ckanext-harvest's gather and fetch
    os.kill(min(before), signal.SIGKILL)

    def replaced() -> bool:
        now = {child.pid for child in worker.children()}
        return len(now) == 3 and min(before) not in now

    processes.wait_until(replaced, 30)


def what_was_killed_is_told_and_mended(stack: Stack, names: list[str]) -> None:
    before = stack.pids()
    for name in names:
        os.kill(before[name], signal.SIGKILL)
    run = stack.folder / "run"
    gone = [name for name in names if name != "postgres"]
    processes.wait_until(lambda: not any(processes.find(name, run) for name in gone), 10)
    exit_code, services, _ = stack.status()
    assert exit_code == 3
    assert {services[name]["state"] for name in names} == {"stopped"}
    stack.up()
    everything_runs(stack)
    after = stack.pids()
    assert not [name for name in names if after[name] == before[name]]


def an_interrupted_start_goes_on(stack: Stack) -> None:
    stack.ontario("down")
    starting = subprocess.Popen(
        [str(Path(sys.executable).parent / "ontario"), "up", "--no-samples"],
        env={**os.environ, "ONTARIO_STACK_DIR": str(stack.folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert starting.stderr is not None
    for line in starting.stderr:
        if "Redis" in line:  # Solr is booting and both portals are about to be prepared
            break
    starting.kill()
    starting.wait()
    starting.stderr.close()
    stack.up()
    everything_runs(stack)


def down_leaves_nothing(stack: Stack) -> None:
    every = [process for pid in stack.pids().values() for process in family(pid)]
    done = stack.ontario("down")
    assert done.returncode == 0
    assert done.stdout.startswith("Stopped: internal-scheduler, internal-web, internal-worker")
    assert [one for one in every if one.is_running() and one.status() != "zombie"] == []
    assert processes.leftovers(stack.folder / "run") == []
    assert stack.status()[0] == 3


def a_stale_process_id_is_not_touched(stack: Stack) -> None:
    run = Installation.open(stack.folder).run
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        record = {"pid": stranger.pid, "started": 1.0, "fingerprint": ""}
        (run / "public-web.process.json").write_text(json.dumps(record))
        assert stack.status()[1]["public-web"]["state"] == "stopped"
        assert stack.ontario("down").stdout == "Nothing was running.\n"
        assert stranger.poll() is None
        stranger.kill()
