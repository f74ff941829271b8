"""What a visit costs a reader, in a real Chromium: bytes over the wire, and when a page is there.

Each visit is made twice: cold, in a browser that has nothing, and warm, in the same one again, on
another page of the same kind where there is one. Bytes are those that a server with gzip sends, as
nginx does in front of a portal: texts are counted compressed, fonts and pictures as they are, all
with their headers. LCP, CLS and TBT are the browser's own figures, of the cold visit.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PAGES = ("home", "search", "dataset")
SIDES = ("peer", "ours")
MOST_COLD, MOST_WARM = 1.25, 1.0
"""Targets: bytes of ours ÷ the peer's."""

TEXTS = ("text/", "application/javascript", "application/json", "image/svg+xml")
LEVEL = 6
"""Of gzip, as nginx would be told."""

HEARING = """
(() => {
  const found = { lcp: 0, cls: 0, tbt: 0 };
  window.ontarioBench = found;
  const hear = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
      type, buffered: true,
    });
  hear("largest-contentful-paint", (one) => { found.lcp = one.startTime; });
  hear("layout-shift", (one) => { if (!one.hadRecentInput) found.cls += one.value; });
  hear("longtask", (one) => { found.tbt += Math.max(0, one.duration - 50); });
})();
"""


@dataclass
class Wire:
    """Counts the bytes of a page's answers, as the browser is told of them."""

    session: CDPSession
    kinds: dict[str, str] = field(default_factory=dict[str, str])
    done: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def listen(self) -> None:
        """Begin to listen."""
        self.session.on("Network.responseReceived", self._received)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.send("Network.enable")

    def _received(self, event: Any) -> None:
        self.kinds[event["requestId"]] = event["response"].get("mimeType", "")

    def _finished(self, event: Any) -> None:
        self.done.append((event["requestId"], int(event["encodedDataLength"])))

    def taken(self) -> int:
        """Return the bytes since the last call; what the browser's cache gave counts nothing."""
        finished, self.done = self.done, []
        return sum(self._size(request, sent) for request, sent in finished if sent)

    def _size(self, request: str, sent: int) -> int:
        if not self.kinds.get(request, "").startswith(TEXTS):
            return sent
        try:
            answer = self.session.send("Network.getResponseBody", {"requestId": request})
        except Exception:  # noqa: BLE001 -- no body: a redirect, or 304
            return sent
        text = str(answer["body"])
        body = base64.b64decode(text) if answer["base64Encoded"] else text.encode()
        heads = sent - len(body)
        return max(heads, 0) + len(gzip.compress(body, LEVEL)) if heads >= 0 else sent


def measured(
    urls: dict[str, Callable[[str], Sequence[str]]], rounds: int
) -> dict[str, dict[str, Any]]:
    """Visit the pages of both sides, in turns.

    Args:
        urls: side → from the name of a page to two addresses, for the cold and the warm visit.
        rounds: how many.

    Returns:
        page → ``{"peer"|"ours": {"cold_kb", "warm_kb", "lcp_ms", "cls", "tbt_ms"}, "ratio":
        {"cold", "warm"}}``; medians.
    """
    found: dict[str, dict[str, list[dict[str, float]]]] = {
        page: {side: [] for side in SIDES} for page in PAGES
    }
    with chromium() as browser:
        for number in range(rounds):
            for page in PAGES:
                for side in SIDES if number % 2 == 0 else reversed(SIDES):
                    found[page][side].append(_visit(browser, *urls[side](page)))
    return {page: _summary(sides) for page, sides in found.items()}


def _summary(sides: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    middle: dict[str, Any] = {
        side: {name: median(one[name] for one in visits) for name in visits[0]}
        for side, visits in sides.items()
    }
    ours, peer = middle["ours"], middle["peer"]
    ratio = {one: ours[f"{one}_kb"] / peer[f"{one}_kb"] for one in ("cold", "warm")}
    return {**middle, "ratio": ratio}


def _visit(browser: Browser, cold: str, warm: str) -> dict[str, float]:
    with contextlib.closing(browser.new_context(viewport={"width": 1280, "height": 800})) as fresh:
        page, wire = _listening(fresh)
        page.goto(cold, wait_until="networkidle")
        first = wire.taken()
        vitals = page.evaluate("window.ontarioBench")
        page.goto(warm, wait_until="networkidle")
        return {
            "cold_kb": first / 1000,
            "warm_kb": wire.taken() / 1000,
            "lcp_ms": vitals["lcp"],
            "cls": vitals["cls"],
            "tbt_ms": vitals["tbt"],
        }


def _listening(context: BrowserContext) -> tuple[Page, Wire]:
    context.add_init_script(HEARING)
    page = context.new_page()
    wire = Wire(context.new_cdp_session(page))
    wire.listen()
    return page, wire


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Give the system's Chromium, headless.

    Raises:
        RuntimeError: when there is none.
    """
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        raise RuntimeError("no Chromium on the PATH; install one to measure visits")
    # Chromium's sandbox can't be used by root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def table(visits: dict[str, dict[str, Any]]) -> str:
    """Return the visits for a terminal."""
    heads = {
        "page": -12,
        "side": -6,
        "cold kB": 9,
        "warm kB": 9,
        "LCP ms": 8,
        "CLS": 7,
        "TBT ms": 8,
    }
    lines = [
        "".join(f"{name:{'<' if wide < 0 else '>'}{abs(wide)}}" for name, wide in heads.items())
    ]
    for page, one in visits.items():
        for side in SIDES:
            each = one[side]
            lines.append(
                f"{page if side == 'peer' else '':12}{'CKAN' if side == 'peer' else 'ours':6}"
                f"{each['cold_kb']:9.1f}{each['warm_kb']:9.1f}{each['lcp_ms']:8.0f}"
                f"{each['cls']:7.3f}{each['tbt_ms']:8.0f}"
            )
        cold, warm = one["ratio"]["cold"], one["ratio"]["warm"]
        marks = ("!" if cold > MOST_COLD else " ", "!" if warm > MOST_WARM else " ")
        lines.append(f"{'':12}{'ratio':6}{cold:8.2f}{marks[0]}{warm:8.2f}{marks[1]}")
    told = f"! = over the target: {MOST_COLD} of a cold visit, {MOST_WARM:g} of a warm one."
    return "\n".join([*lines, "", told])
