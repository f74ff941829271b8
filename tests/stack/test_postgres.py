"""The embedded Postgres: made whole, found again, started again after every kind of end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from ckanext.ontario.stack import datastore, postgres, processes
from ckanext.ontario.stack.errors import NotReady, StackError


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    # Not pytest's folder: it is closed to others, and Postgres runs as a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="ontario-pg-"))
    folder.chmod(0o755)
    yield folder
    postgres.stop(folder / "data")
    shutil.rmtree(folder)


@pytest.fixture
def data(home: Path) -> Path:
    postgres.start(home / "data")
    return home / "data"


def test_it_listens_on_a_socket_that_others_cannot_reach(data: Path) -> None:
    url = postgres.running_url(data)
    assert url == postgres.start(data)
    assert url is not None
    assert "localhost" not in url
    assert data.stat().st_mode & 0o077 == 0
    assert postgres.server_version(url).startswith("16.")


def test_databases_are_made_once_and_dropped(data: Path) -> None:
    url = postgres.start(data)
    assert postgres.create_database(url, 'odd "name"')
    assert not postgres.create_database(url, 'odd "name"')
    postgres.drop_database(url, 'odd "name"')
    postgres.drop_database(url, 'odd "name"')
    assert postgres.create_database(url, 'odd "name"')


def test_a_datastore_is_made_beside_an_older_database_and_again_changes_nothing(
    data: Path,
) -> None:
    url = postgres.start(data)
    postgres.create_database(url, "old")
    main = postgres.database_url(url, "old")
    writer = datastore.write_url(url, "old")
    reader = datastore.read_url(url, "old", datastore.password("secret"))
    for _again in range(2):
        datastore.create(url, "old", "secret")
        datastore.permit(main, writer, reader)
    with psycopg2.connect(reader) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM _table_metadata")
    connection.close()
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        psycopg2.connect(reader.replace("/old_datastore?", "/old?"))
    datastore.drop(url, "old")
    datastore.drop(url, "old")


def test_a_killed_server_starts_again(data: Path) -> None:
    pid = postgres.pid_of(data)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    processes.wait_until(lambda: postgres.pid_of(data) is None, 10)
    assert postgres.running_url(data) is None
    assert postgres.server_version(postgres.start(data)).startswith("16.")


def test_a_stale_pid_file_of_a_living_stranger_is_no_server(data: Path) -> None:
    postgres.stop(data)
    assert not postgres.stop(data)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        lines = [str(stranger.pid), str(data), "1", "5432", str(data), "", "0 0", "ready", ""]
        (data / "postmaster.pid").write_text("\n".join(lines))
        assert postgres.pid_of(data) is None
        assert not postgres.stop(data)
        assert postgres.server_version(postgres.start(data)).startswith("16.")
        assert stranger.poll() is None
        stranger.kill()


def test_a_half_written_folder_is_refused_with_a_sentence(home: Path) -> None:
    half = home / "half"
    half.mkdir()
    (half / "PG_VERSION").write_text("16\n")
    with pytest.raises(StackError, match=r"half holds a half-written database; delete that folder"):
        postgres.start(half)
    assert (half / "PG_VERSION").exists()


def test_an_interrupted_initialisation_is_made_again(home: Path) -> None:
    fresh = home / "fresh"
    draft = home / "fresh.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("16\n")
    fresh.mkdir()
    try:
        assert postgres.server_version(postgres.start(fresh)).startswith("16.")
        assert not draft.exists()
    finally:
        postgres.stop(fresh)


def test_a_server_that_cannot_start_says_where_its_log_is(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ATTEMPTS", 1)
    broken = home / "broken"
    postgres.start(broken)
    postgres.stop(broken)
    with (broken / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(StackError, match=r"(?s)did not start on .*broken; its log is .*log"):
        postgres.start(broken)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(NotReady, match=r"does not answer at 127\.0\.0\.1:9") as failure:
        postgres.server_version("postgresql://user:hidden@127.0.0.1:9/db")
    assert "hidden" not in str(failure.value)
