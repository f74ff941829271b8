"""Fill a portal with believable test data: ``python -m bench.load INI --records N``.

Records are written as the rows that CKAN's own actions would write, in bulk, and indexed through
CKAN's own index hooks by several processes, so that ``package_show`` and search give what they
give of records made one by one. Nothing goes into the activity stream. Ministries and topics are
seeded first. For tests and benchmarks: never for a portal with real records.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search.common import make_connection
from rich.console import Console
from rich.progress import Progress as Bar

from bench import rows
from bench.records import Record, records
from ckanext.ontario.ingest.index import index_packages
from ckanext.ontario.stack.application import flask_of
from ckanext.ontario.stack.application import load as application

CHUNK = 500
INDEX_CHUNK = 50
EXAMPLE = """\
Example, with the portals of `make up` running:
  python -m bench.load .stack/public/ckan.ini --records 10000

The same seed gives the same records; load more of them with another seed.
"""

Progress = Callable[[int], object]


class AlreadyLoaded(RuntimeError):
    """The portal holds records of this seed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Load what was asked for; print a line, or JSON; return 0, or 1 when it can't be done."""
    asked = _parser().parse_args(arguments)
    if asked.index:
        return _index_from(sys.stdin)
    if asked.index_all:
        return _index_all(asked)
    if asked.records < 1 or not asked.ini.is_file():
        _parser().error(
            f"no such file: {asked.ini}" if asked.records > 0 else "--records: 1 or more"
        )
    os.environ["CKAN_INI"] = str(asked.ini)
    try:
        with _portal():
            done = load(asked.records, asked.seed, processes=asked.processes, quiet=asked.json)
    except AlreadyLoaded as err:
        print(err, file=sys.stderr)
        return 1
    print(json.dumps(done) if asked.json else _sentence(done))
    return 0


def load(
    count: int, seed: int = 1, *, processes: int = 1, quiet: bool = True
) -> dict[str, float | int]:
    """Fill the portal whose CKAN is loaded in this process, and commit.

    Returns:
        ``{"records", "resources", "rows_seconds", "index_seconds"}``.

    Raises:
        AlreadyLoaded: when the portal holds records of this seed.
    """
    started = time.monotonic()
    with _bar("Writing", count, quiet=quiet) as progress:
        ids, resources = write(records(count, seed), progress)
    written = time.monotonic()
    with _bar("Indexing", count, quiet=quiet) as progress:
        index(ids, progress, processes=processes)
    ended = time.monotonic()
    return {
        "records": len(ids),
        "resources": resources,
        "rows_seconds": round(written - started, 1),
        "index_seconds": round(ended - written, 1),
    }


def fill(made: Iterable[Record]) -> list[str]:
    """Write and index records in this process, for tests; return their ids, in order."""
    ids, _resources = write(made)
    index(ids)
    return ids


def write(
    made: Iterable[Record], progress: Progress = lambda _count: None
) -> tuple[list[str], int]:
    """Write records, seeding ministries and topics first; return their ids and count of files."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("ontario_schema_seed")({"user": user, "ignore_auth": True}, {})
    site_user = model.User.get(user)
    assert site_user is not None
    private = tk.config["ckanext.ontario.portal"] == "internal"
    portal = rows.known(site_user.id, private=private)
    ids: list[str] = []
    resources = 0
    rest = iter(made)
    while chunk := list(islice(rest, CHUNK)):
        _require_new(chunk)
        ids += rows.insert(chunk, portal)
        model.Session.commit()
        resources += sum(len(one["resources"]) for one in chunk)
        progress(len(chunk))
    return ids, resources


def _require_new(chunk: Sequence[Record]) -> None:
    names = [one["name"] for one in chunk]
    taken = model.Session.query(model.Package.name).filter(model.Package.name.in_(names)).first()
    if taken is not None:
        raise AlreadyLoaded(
            f"This portal already holds {taken[0]}: records of this seed were loaded before. "
            "Use another --seed."
        )


def index(
    ids: Sequence[str], progress: Progress = lambda _count: None, *, processes: int = 1
) -> None:
    """Index packages and commit; with several processes, each starts a CKAN of its own."""
    if processes < 2:
        _index_here(ids, progress)
    else:
        _index_apart(ids, progress, processes)
    make_connection().commit(waitSearcher=True)


def _index_here(ids: Sequence[str], progress: Progress) -> None:
    for start in range(0, len(ids), INDEX_CHUNK):
        chunk = ids[start : start + INDEX_CHUNK]
        failed = index_packages(chunk).failed
        if failed:
            raise RuntimeError(f"not indexed: {failed}")
        progress(len(chunk))


def _index_apart(ids: Sequence[str], progress: Progress, processes: int) -> None:
    command = [sys.executable, "-m", "bench.load", os.environ["CKAN_INI"], "--index"]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _process in range(processes)
    ]
    try:
        for number, process in enumerate(running):
            with cast("IO[str]", process.stdin) as pipe:
                pipe.write("\n".join(ids[number::processes]))
        for process in running:
            for line in cast("IO[str]", process.stdout):
                progress(int(line))
            if process.wait():
                raise RuntimeError("indexing failed; its reason is above")
    finally:
        for process in running:
            process.kill()
            process.wait()


def _index_from(lines: Iterable[str]) -> int:
    ids = [line.strip() for line in lines if line.strip()]
    with _portal():
        _index_here(ids, lambda count: print(count, flush=True))
    return 0


def _index_all(asked: argparse.Namespace) -> int:
    """Index every record of a database that another portal filled."""
    os.environ["CKAN_INI"] = str(asked.ini)
    with _portal():
        ids = [row.id for row in model.Session.query(model.Package.id).order_by("id")]
        index(ids, processes=asked.processes)
    return 0


@contextlib.contextmanager
def _portal() -> Iterator[None]:
    with flask_of(application()).test_request_context():
        yield


@contextlib.contextmanager
def _bar(label: str, count: int, *, quiet: bool) -> Iterator[Progress]:
    if quiet:
        yield lambda _count: None
        return

    with Bar(console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=count)
        yield lambda done: bar.advance(task, done)


def _sentence(done: dict[str, Any]) -> str:
    return (
        f"{done['records']} records with {done['resources']} resources: "
        f"written in {done['rows_seconds']} s, indexed in {done['index_seconds']} s"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.load",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("ini", type=Path, metavar="INI", help="the portal's ini file")
    parser.add_argument("--records", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other records")
    parser.add_argument(
        "--processes", type=int, default=min(4, os.cpu_count() or 1), help="that index at a time"
    )
    parser.add_argument("--json", action="store_true", help="print JSON and no progress")
    parser.add_argument("--index", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--index-all", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
