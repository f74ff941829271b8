"""Documents in pages against a hostile server: what holds for one download holds for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hostile import HostileServer, body, gzip_bomb, in_turn, raw, redirect
from standard import read

from ckanext.ontario.harvest import paging
from ckanext.ontario.harvest.download import Policy
from ckanext.ontario.harvest.reader import DocumentError, pages
from ckanext.ontario.harvesters.dcat.plugin import DcatHarvester
from ckanext.ontario.harvesters.dcat_us.plugin import DcatUsHarvester


class Lines:
    """A reader whose pages name the next one in their first line."""

    def first_page(self, url: str, options: Mapping[str, Any]) -> str:
        return url

    def next_page(self, page: Path, address: str, options: Mapping[str, Any]) -> str | None:
        return page.read_text(encoding="utf-8").partition("\n")[0] or None


class Single(Lines):
    """A reader of one page."""

    def next_page(self, page: Path, address: str, options: Mapping[str, Any]) -> str | None:
        return None


Fetch = Callable[..., str]


@pytest.fixture
def fetch(hostile: HostileServer, tmp_path: Path) -> Fetch:
    def call(path: str = "/1", reader: Any = None, **changes: Any) -> str:
        policy = Policy(
            allowed_hosts=frozenset({hostile.host}),
            **{"retries": 0, "sleep": [].append, "total_timeout": 20, **changes},
        )
        return paging.fetch(reader or Lines(), hostile.url(path), {}, tmp_path, policy)

    return call


def refused(call: Callable[[], object], code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        call()
    assert caught.value.issue.code == code


def chain(hostile: HostileServer, *targets: str) -> None:
    """Page 1 leads to page 2 and so on; ``targets`` says where each one leads."""
    for number, target in enumerate(targets, 1):
        hostile.on(f"/{number}", body(f"{target}\npage {number}".encode()))


def test_pages_arrive_in_order(hostile: HostileServer, fetch: Fetch, tmp_path: Path) -> None:
    chain(hostile, "/2", "/3", "")
    digest = fetch()
    assert [page.read_text().split("\n")[1] for page in pages(tmp_path)] == [
        *("page 1", "page 2", "page 3"),
    ]
    for page in tmp_path.iterdir():
        page.unlink()
    assert fetch() == digest


@pytest.mark.parametrize("target", ["/1", "/2", "/1?x=1"])
def test_a_loop_ends(hostile: HostileServer, fetch: Fetch, target: str) -> None:
    chain(hostile, "/2", target)
    hostile.on("/1?x=1", hostile.answers["/1"])  # the same page under another address
    refused(fetch, "download_page_again")
    assert len(hostile.asked) <= 3


def test_endless_pages_end(
    hostile: HostileServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MAX_PAGES", 2)
    chain(hostile, "/2", "/3", "/4", "")
    refused(fetch, "download_too_many_pages")
    assert len(hostile.asked) == 2


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://169.254.169.254/latest/meta-data/", "download_page_elsewhere"),
        ("http://a.example/2", "download_page_elsewhere"),
        ("//10.0.0.1/2", "download_page_elsewhere"),
        ("file:///etc/passwd", "download_page_elsewhere"),
        ("http://127.0.0.1:1/2", "download_address_refused"),
        ("ftp://127.0.0.1/2", "download_url_invalid"),
        ("http://[::1", "download_url_invalid"),
    ],
)
def test_a_page_does_not_lead_elsewhere(
    hostile: HostileServer, fetch: Fetch, target: str, code: str
) -> None:
    chain(hostile, target)
    refused(fetch, code)
    assert len(hostile.asked) == 1


def test_a_page_that_redirects_inside(hostile: HostileServer, fetch: Fetch) -> None:
    chain(hostile, "/2")
    hostile.on("/2", redirect("http://169.254.169.254/latest"))
    refused(fetch, "download_address_refused")


def test_the_cap_is_for_all_pages_together(hostile: HostileServer, fetch: Fetch) -> None:
    for number in range(1, 4):
        text = f"/{number + 1}\n{number}".ljust(400, "x")
        hostile.on(f"/{number}", body(text.encode()))
    refused(lambda: fetch(max_bytes=1_000), "download_too_large")
    assert len(hostile.asked) == 3


def test_a_bomb_on_a_later_page(hostile: HostileServer, fetch: Fetch) -> None:
    chain(hostile, "/2")
    hostile.on("/2", body(gzip_bomb(20_000_000), Content_Encoding="gzip"))
    refused(lambda: fetch(max_bytes=1_000_000), "download_too_large")


def test_the_time_is_for_all_pages_together(hostile: HostileServer, fetch: Fetch) -> None:
    chain(hostile, "/2")
    drip = hostile.forever(b"HTTP/1.1 200 OK\r\n\r\n", b"a", pause=0.05)
    hostile.on("/2", drip)
    started = time.monotonic()
    refused(lambda: fetch(total_timeout=0.8), "download_timed_out")
    assert time.monotonic() - started < 5


def test_a_page_that_fails_fails_the_document(hostile: HostileServer, fetch: Fetch) -> None:
    chain(hostile, "/2")
    hostile.on("/2", in_turn(body(b"", 503, Retry_After="1"), body(b"", 404)))
    refused(lambda: fetch(retries=2), "download_status")


# --- servers that say the wrong thing --------------------------------------------------------


@pytest.mark.parametrize("kind", ["image/png", "text/html; charset=latin-1", "application/zip"])
def test_the_servers_media_type_is_not_believed(
    hostile: HostileServer, fetch: Fetch, tmp_path: Path, kind: str
) -> None:
    content = "<https://a.ca/1> a <http://www.w3.org/ns/dcat#Dataset> ; "
    content += '<http://purl.org/dc/terms/title> "Écoles"@fr .'
    hostile.on("/1", body(content.encode(), Content_Type=kind))
    fetch(reader=DcatHarvester.reader)
    found = read(DcatHarvester.reader, tmp_path)
    assert found.accepted["https://a.ca/1"]["title_translated"] == {"fr": "Écoles"}


@pytest.mark.parametrize("length", ["20", "0"])
def test_more_than_was_announced_is_a_truncated_document(
    hostile: HostileServer, fetch: Fetch, tmp_path: Path, length: str
) -> None:
    content = b'{"dataset": [{"identifier": "1", "title": "Bridges"}]}'
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()
    hostile.on("/1", raw(head + content))
    fetch(reader=Single())
    (page,) = pages(tmp_path)
    found = read(DcatUsHarvester.reader, page)
    assert found.fatal
    assert found.accepted == {}
