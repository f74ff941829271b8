"""Voters over HTTP: one who votes, and a crowd of them that sends too often and retries.

What a crowd leaves behind is known beforehand: the steps of one voter follow each other, so that
the last one for a dataset is what must be kept. A step may be sent twice, one after the other or
at the same time and to different processes; what broke on the way is sent again, as browsers do.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

API = "/api/3/action"
PATIENCE = 120
"""Seconds for which a request that breaks is sent again."""

BROKEN = (HTTPException, OSError)


class Refused(RuntimeError):
    """A vote that was answered with anything but 200."""


class _Lines(threading.local):
    """The connections of a thread, by address."""

    def __init__(self) -> None:
        self.open: dict[str, HTTPConnection] = {}

    def to(self, url: str) -> HTTPConnection:
        if url not in self.open:
            self.open[url] = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        return self.open[url]

    def drop(self, url: str) -> None:
        self.open.pop(url).close()


_lines = _Lines()


@dataclass
class Way:
    """How somebody reaches the portal: with an API token, or as a browser with its cookies.

    Attributes:
        headers: sent with each call of the Action API; a browser's also say where it stands.
        cookies: by name; what answers set is kept.
        guard: the token of the forms of this browser's pages; it then presses buttons too.
    """

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    guard: str = ""

    def vote(self, url: str, dataset: str, *, value: bool, button: bool = False) -> HTTPResponse:
        """Send one vote, once; return the answer, read to its end.

        Raises:
            HTTPException: when the answer broke off; ``OSError`` when there was none.
            Refused: when it was not 200.
        """
        path, body, headers = f"{API}/ontario_vote_set", {"id": dataset, "value": value}, "json"
        if button:
            path, headers = f"/dataset/{dataset}/vote", "x-www-form-urlencoded"
            body = {"ontario_guard": self.guard, "value": str(value).lower()}
        sent = {
            "Content-Type": f"application/{headers}",
            "Accept": "application/json",
            **({} if "Authorization" in self.headers else {"Origin": url}),
            **self.headers,
        }
        text = urlencode(body) if button else json.dumps(body)
        answer, content = self.ask(url, "POST", path, text, sent)
        if answer.status != 200:
            raise Refused(f"{path} at {url}: {answer.status} {content[:300]!r}")
        return answer

    def votes(self, url: str) -> set[str]:
        """Return the datasets that this voter has a vote for, as the portal says."""
        path = f"{API}/ontario_vote_list?limit=100"
        _answer, content = self.ask(url, "GET", path, "", dict(self.headers))
        return {one["id"] for one in json.loads(content)["result"]["results"]}

    def ask(
        self, url: str, method: str, path: str, body: str, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        """Send a request on this thread's connection, with the cookies; keep what is set."""
        cookies = "; ".join(f"{name}={value}" for name, value in list(self.cookies.items()))
        sent = {**headers, **({"Cookie": cookies} if cookies else {})}
        line = _lines.to(url)
        try:
            line.request(method, path, body=body or None, headers=sent)
            answer = line.getresponse()
            content = answer.read()
        except BROKEN:
            _lines.drop(url)
            raise
        for given in answer.headers.get_all("Set-Cookie", []):
            for name, one in SimpleCookie(given).items():
                self.cookies[name] = one.value
        return answer, content


@dataclass
class Voter:
    """One voter, and the ways by which the portal knows it as the same.

    Attributes:
        kind: ``u`` for an account, ``a`` for a browser.
        ways: equal in what they do; a step takes any of them.
        wanted: what the last step for each dataset asked for.
    """

    kind: str
    ways: Sequence[Way]
    wanted: dict[str, bool] = field(default_factory=dict[str, bool])

    def mine(self) -> set[str]:
        """Return the datasets that must have this voter's vote."""
        return {dataset for dataset, value in self.wanted.items() if value}


@dataclass
class Crowd:
    """Voters who vote at random on the same datasets, over several processes of a portal.

    Attributes:
        urls: of the processes; each request goes to any of them.
        events: what is done once so many steps are done, in the thread that did the last one.
        seed: another seed, other steps.
        sent: requests that were answered.
        broken: requests that were not, and were sent again.
        searches: what processes of :mod:`bench.served` asked Solr while they answered.
    """

    voters: Sequence[Voter]
    datasets: Sequence[str]
    urls: Sequence[str]
    events: Mapping[int, Callable[[], object]] = field(
        default_factory=dict[int, Callable[[], object]]
    )
    seed: int = 1
    sent: int = 0
    broken: int = 0
    searches: float = 0
    _done: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def vote(self, steps: int) -> float:
        """Do this many steps, those of different voters at the same time; return the seconds.

        Raises:
            Refused: when any request was.
        """
        each, more = divmod(steps, len(self.voters))
        began = time.monotonic()
        with (
            ThreadPoolExecutor(len(self.voters)) as threads,
            ThreadPoolExecutor(len(self.voters)) as doubles,
        ):
            running = [
                threads.submit(self._work, number, each + (number < more), doubles)
                for number in range(len(self.voters))
            ]
            for one in running:
                one.result()
        return time.monotonic() - began

    def expected(self) -> dict[str, tuple[int, int]]:
        """Return how many votes of accounts and of browsers each dataset must have."""
        counts = Counter((one, voter.kind) for voter in self.voters for one in voter.mine())
        return {one: (counts[one, "u"], counts[one, "a"]) for one in self.datasets}

    def _work(self, number: int, steps: int, doubles: ThreadPoolExecutor) -> None:
        voter, dice = self.voters[number], random.Random(f"{self.seed}:{number}")  # noqa: S311
        for _step in range(steps):
            dataset, value = dice.choice(self.datasets), dice.random() < 0.6
            voter.wanted[dataset] = value
            orders = [(dice.random(), dice.random()) for _ in range(2)]
            often = dice.choices(("once", "again", "both"), (60, 20, 20))[0]
            beside = [
                doubles.submit(self._send, voter, dataset, orders[1], value=value)
                for _ in range(often == "both")
            ]
            self._send(voter, dataset, orders[0], value=value)
            if often == "again":
                self._send(voter, dataset, orders[1], value=value)
            for one in beside:
                one.result()
            self._count()

    def _send(self, voter: Voter, dataset: str, order: tuple[float, float], *, value: bool) -> None:
        """Send a vote until it is answered."""
        dice, until = random.Random(str(order)), time.monotonic() + PATIENCE  # noqa: S311
        while True:
            way = dice.choice(voter.ways)
            button = bool(way.guard) and dice.random() < 0.3
            try:
                answer = way.vote(dice.choice(self.urls), dataset, value=value, button=button)
            except BROKEN:
                with self._lock:
                    self.broken += 1
                if time.monotonic() > until:
                    raise
            else:
                with self._lock:
                    self.sent += 1
                    self.searches += float(answer.headers.get("X-Bench-Http", 0))
                return

    def _count(self) -> None:
        with self._lock:
            self._done += 1
            event = self.events.get(self._done)
        if event is not None:
            event()
