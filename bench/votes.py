"""Votes: what one costs beside ``package_show``, and the ranking beside a page of the search.

One public portal of made-up records, most of those that can be voted for with votes; one gunicorn
process with our settings; everything is asked over loopback, in interleaved rounds. Limits of
votes are out of the way, since all voters share an address here.

* A vote (``ontario_vote_set``, given and taken back in turn, with a cookie that is known) is timed
  where the voter stands, at eight clients: on many records, and all on one. Its 95th percentile
  may be 50 ms more than the median of ``package_show``. Requests to Solr inside a vote: none.
* Pages are timed inside the server, as ``pages`` does: ``/votes`` and three of its filters against
  ``/dataset/``. The ranking's median may be 1.5 times as long.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from bench.pages import PARALLEL, SINGLE, THREADS, Site, compare, python, served
from bench.voting import Way
from ckanext.ontario.stack import portals
from ckanext.ontario.stack.testing import TestServices

MORE_MS, RATIO = 50, 1.5
"""The targets: milliseconds of a vote beyond ``package_show``; the ranking against a search."""

VOTES = 20
"""Requests of a round from each of eight clients, of each kind."""

WORK = ("package_show", "vote", "vote, all on one")
SEARCH = "/dataset/"
RANKING = "/votes"
PAGES = (RANKING, "/votes?page=50", "/votes?since={day}", "/votes?organization={ministry}")

FREE = """\
ckanext.ontario.votes.network_per_hour = 100000000
ckanext.ontario.votes.voter_per_hour = 100000000
"""

FILLING = (
    """
    INSERT INTO ontario_votes_ballot (package_id, voter_key, kind, day)
    SELECT e.package_id, 'voter-' || n, CASE WHEN n % 5 = 0 THEN 'u' ELSE 'a' END,
           current_date - (n * 7 + length(e.package_id) + ascii(e.package_id)) % 300
    FROM package_extra AS e, generate_series(1, 40) AS n
    WHERE e.key = 'access_level' AND e.value IN ('under_review', 'restricted')
      AND n <= abs(hashtext(e.package_id)) % 40
    """,
    """
    INSERT INTO ontario_votes_tally (package_id, n_user, n_anon)
    SELECT package_id, count(*) FILTER (WHERE kind = 'u'), count(*) FILTER (WHERE kind = 'a')
    FROM ontario_votes_ballot GROUP BY package_id
    """,
    """
    INSERT INTO ontario_votes_daily (package_id, day, n_user, n_anon)
    SELECT package_id, day, count(*) FILTER (WHERE kind = 'u'), count(*) FILTER (WHERE kind = 'a')
    FROM ontario_votes_ballot GROUP BY package_id, day
    """,
    """
    INSERT INTO ontario_votes_suggestion
        (id, state, language, title, fingerprint, day, title_en, title_fr)
    SELECT 's' || n, 'accepted', 'en', 'Suggestion ' || n, n, current_date,
           'Suggestion ' || n, 'Suggestion ' || n
    FROM generate_series(1, 20) AS n
    """,
    "ANALYZE",
)
"""Votes on those that can be voted for, up to 39 each, of the last 300 days; a page of suggestions.
The planner knows the tables, as it does some minutes after they were filled."""


@dataclass(frozen=True)
class Took:
    """What one request of a client came to: its milliseconds, the server's, and what it asked."""

    ms: float
    cpu: float
    sql: float
    http: float


def run(folder: Path, records: int, rounds: int) -> dict[str, Any]:
    """Measure ``rounds`` interleaved rounds over a catalogue of ``records`` records.

    Returns:
        ``{"records", "voted", "votes", "rounds", "load": {"before", "after"}, "work":
        {"package_show"|"vote"|"vote, all on one": {"p50", "p95", "cpu", "sql", "http"}}, "more_ms":
        {work: its p95 less the median of package_show}, "pages": {address: as of ``pages``, peer
        being the search}, "targets": {"more_ms", "ratio"}}``.
    """
    services = TestServices.start(folder)
    try:
        settings = services.portal("public", "_votes")
        ini = portals.write(folder / "votes.ini", settings)
        ini.write_text(ini.read_text().replace("[app:main]\n", f"[app:main]\n{FREE}", 1))
        python(["-m", "ckanext.ontario.stack.prepare"], ini)
        processes = "1" if records < 500 else "2"
        python(["-m", "bench.load", str(ini), "--records", str(records), "--json",
                "--processes", processes], ini)  # fmt: skip
        filled = _fill(settings.sqlalchemy_url)
        before = os.getloadavg()[0]
        with served("votes", ini, folder) as port:
            measured = {
                "work": _work(port, settings.site_url, filled["datasets"], rounds),
                "pages": _pages(port, filled, rounds),
            }
    finally:
        services.stop()
    shown = measured["work"]["package_show"]["p50"]
    return {
        "records": records,
        "voted": filled["voted"],
        "votes": filled["votes"],
        "rounds": rounds,
        "load": {"before": before, "after": os.getloadavg()[0]},
        **measured,
        "more_ms": {name: measured["work"][name]["p95"] - shown for name in WORK[1:]},
        "targets": {"more_ms": MORE_MS, "ratio": RATIO},
    }


def table(result: dict[str, Any]) -> str:
    """Return the result for a terminal."""
    load, targets = result["load"], result["targets"]
    votes = f"{result['votes']} votes on {result['voted']} of {result['records']} records"
    rounds = f"{result['rounds']} interleaved rounds"
    head = f"{votes}, {rounds}; load {load['before']:.1f} to {load['after']:.1f}"
    told = f"{targets['more_ms']} ms more than the median of package_show"
    foot = f"! = over a target: {told}, no request to Solr, {targets['ratio']} times the search."
    return "\n".join([head, "", *_work_lines(result), "", *_page_lines(result), "", foot])


def _work_lines(result: dict[str, Any]) -> Iterator[str]:
    heads = {"p50 ms": 9, "p95 ms": 9, "CPU ms": 9, "SQL": 6, "Solr": 6, "more": 9}
    yield f"{THREADS} clients {'':11}" + "".join(f"{head:>{n}}" for head, n in heads.items())
    for name, one in result["work"].items():
        more = result["more_ms"].get(name)
        said = "" if more is None else f"{more:+8.1f}{_mark(more, result['targets']['more_ms'])}"
        solr = f"{one['http']:6.0f}{' ' if more is None else _mark(one['http'], 0)}"
        times = f"{one['p50']:9.1f}{one['p95']:9.1f}{one['cpu']:9.1f}"
        yield f"{name:20}{times}{one['sql']:6.0f}{solr}{said}".rstrip()


def _page_lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"{'server ms':29}{'search p50':>12}{'page p50':>10}{'ratio':>8}{'CPU':>8}{'SQL':>10}"
    for name, page in result["pages"].items():
        sql = "".join(f"{page['sql'][side]:5.0f}" for side in ("peer", "ours"))
        for clients, label, more in (("c1", name, sql), ("c8", "", "")):
            one = page[clients]
            mark = _mark(one["ratio"], result["targets"]["ratio"])
            times = f"{one['peer']['p50']:12.1f}{one['ours']['p50']:10.1f}{one['ratio']:8.2f}"
            yield f"{label[:25]:26}{clients} {times}{mark}{one['cpu_ratio']:7.2f}{more}"


def _mark(value: float, most: float) -> str:
    return " " if value <= most else "!"


def _fill(url: str) -> dict[str, Any]:
    """Put votes into the tables; return how many, and what is asked about."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    totals = "SELECT count(*) AS voted, sum(n_user + n_anon) AS votes FROM ontario_votes_tally"
    first = """
        SELECT p.id, g.name AS ministry FROM package AS p
        JOIN "group" AS g ON g.id = p.owner_org
        JOIN ontario_votes_tally AS t ON t.package_id = p.id
        ORDER BY p.name LIMIT 40
    """
    with engine.begin() as connection:
        for statement in FILLING:
            connection.execute(sa.text(statement))
        counts = connection.execute(sa.text(totals)).one()
        rows = connection.execute(sa.text(first)).all()
        day = connection.scalar(sa.text("SELECT current_date - 60"))
    engine.dispose()
    return {
        "voted": counts.voted,
        "votes": int(counts.votes),
        "datasets": [row.id for row in rows],
        "ministry": rows[0].ministry,
        "day": day.isoformat(),
    }


# --- votes -----------------------------------------------------------------------------------


def _work(
    port: int, site: str, datasets: Sequence[str], rounds: int
) -> dict[str, dict[str, float]]:
    url = f"http://127.0.0.1:{port}"
    times = VOTES if rounds > 1 else 4
    clients = [Way({"Origin": site}) for _client in range(THREADS)]

    def turn(name: str, number: int) -> list[Took]:
        way = clients[number]
        return [_one(url, way, name, datasets, 2 * number + at) for at in range(times)]

    with ThreadPoolExecutor(THREADS) as pool:
        for name in WORK:  # warm-up; first votes bring the cookies
            list(pool.map(turn, [name] * THREADS, range(THREADS)))
        if not all("ontario_voter" in one.cookies for one in clients):
            raise RuntimeError("a first vote brought no cookie")
        took: dict[str, list[Took]] = {name: [] for name in WORK}
        for number in range(rounds):
            for name in WORK if number % 2 == 0 else reversed(WORK):
                for each in pool.map(turn, [name] * THREADS, range(THREADS)):
                    took[name] += each
    return {name: _summary(each) for name, each in took.items()}


def _one(url: str, way: Way, name: str, datasets: Sequence[str], at: int) -> Took:
    """Ask once; votes are given and taken back in turn, so that each of them changes something."""
    if name == "package_show":
        path = f"/api/3/action/package_show?id={datasets[at % len(datasets)]}"
        return _timed(lambda: way.ask(url, "GET", path, "", {})[0])
    dataset = datasets[0 if "one" in name else at // 2 % len(datasets)]
    return _timed(lambda: way.vote(url, dataset, value=at % 2 == 0))


def _timed(send: Callable[[], HTTPResponse]) -> Took:
    began = time.perf_counter()
    answer = send()
    ms = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status}")
    cpu, sql, http = (float(answer.headers[f"X-Bench-{one}"]) for one in ("Cpu", "Sql", "Http"))
    return Took(ms, cpu, sql, http)


def _summary(took: Sequence[Took]) -> dict[str, float]:
    every = sorted(one.ms for one in took)
    return {
        "p50": median(every),
        "p95": every[min(len(every) - 1, int(len(every) * 0.95))],
        "cpu": median(one.cpu for one in took),
        "sql": median(one.sql for one in took),
        "http": max(one.http for one in took),
    }


# --- pages -----------------------------------------------------------------------------------


def _pages(port: int, filled: dict[str, Any], rounds: int) -> dict[str, Any]:
    single, parallel = (SINGLE, PARALLEL) if rounds > 1 else (2, THREADS)
    found = {}
    for address in PAGES:
        page = address.format(day=filled["day"], ministry=filled["ministry"])
        sites = {"peer": Site(port, {"page": [SEARCH]}), "ours": Site(port, {"page": [page]})}
        found[page] = compare(sites, "{page}", rounds, single, parallel)
    return found
