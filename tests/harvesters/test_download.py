"""The guarded download against a hostile server."""

from __future__ import annotations

import gzip
import hashlib
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fetching import CONTENT, MESSAGES, Fetch, refused
from hostile import HostileServer, body, gzip_bomb, raw, redirect

from ckanext.ontario.harvest import connection
from ckanext.ontario.harvest.download import Download, Policy
from ckanext.ontario.harvest.reader import DocumentError

# --- what works ------------------------------------------------------------------------------


def test_a_document_arrives(hostile: HostileServer, fetch: Fetch, tmp_path: Path) -> None:
    url = hostile.on("/x.csv", body(CONTENT, ETag='"1"', Content_Type="text/csv"))
    assert fetch(url) == Download(
        url=url,
        path=tmp_path / "document",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        content_type="text/csv",
        etag='"1"',
        last_modified=None,
    )
    assert (tmp_path / "document").read_bytes() == CONTENT


def test_chunks_and_gzip_are_put_together(
    hostile: HostileServer, fetch: Fetch, tmp_path: Path
) -> None:
    packed = gzip.compress(CONTENT) + gzip.compress(CONTENT)
    pieces = [packed[i : i + 7] for i in range(0, len(packed), 7)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    result = fetch(hostile.on("/x.csv", raw(head + chunks)))
    assert (tmp_path / "document").read_bytes() == CONTENT * 2
    assert result.size == len(CONTENT) * 2


def test_redirects_are_followed_relative_ones_too(hostile: HostileServer, fetch: Fetch) -> None:
    hostile.on("/a/one", redirect("two"))
    hostile.on("/a/two", redirect(hostile.url("/three"), 308))
    hostile.on("/three", body(CONTENT))
    assert fetch(hostile.url("/a/one")).url == hostile.url("/three")


def test_an_unchanged_document_is_not_sent(
    hostile: HostileServer, fetch: Fetch, tmp_path: Path
) -> None:
    url = hostile.on("/x.csv", body(b"", 304, ETag='"1"'))
    result = fetch(url, etag='"1"', last_modified="Fri, 22 Dec 2017 00:00:00 GMT")
    assert (result.not_modified, result.path, result.size) == (True, None, 0)
    asked = hostile.asked[0][1]
    assert asked["If-None-Match"] == '"1"'
    assert asked["If-Modified-Since"] == "Fri, 22 Dec 2017 00:00:00 GMT"
    assert not (tmp_path / "document").exists()


def test_an_error_page_with_status_200_is_for_the_reader_to_refuse(
    hostile: HostileServer, fetch: Fetch, tmp_path: Path
) -> None:
    fetch(hostile.on("/x.csv", body(b"<!doctype html><title>Sorry</title>")))
    assert (tmp_path / "document").read_bytes().startswith(b"<!doctype")


def test_the_environments_proxy_is_not_used(
    hostile: HostileServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(hostile.on("/x", body(CONTENT))).size == len(CONTENT)


# --- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/"),
        *("http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://0.0.0.0/"),
        *("https://10.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://localhost./"),
    ],
)
def test_the_network_inside_is_never_reached(fetch: Fetch, url: str) -> None:
    refused(lambda: fetch(url), "download_address_refused")


def test_another_port_of_an_allowed_host_is_not_allowed(
    hostile: HostileServer, fetch: Fetch
) -> None:
    refused(lambda: fetch(f"http://127.0.0.1:{hostile.port - 1}/"), "download_address_refused")


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data/", "http://localhost:22/", "//10.0.0.1/"]
)
def test_a_redirect_does_not_lead_inside(hostile: HostileServer, fetch: Fetch, target: str) -> None:
    url = hostile.on("/x", redirect(target))
    refused(lambda: fetch(url, retries=3), "download_address_refused")
    assert len(hostile.asked) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://a.ca/x", "http://[::1"])
def test_a_redirect_does_not_leave_the_web(
    hostile: HostileServer, fetch: Fetch, target: str
) -> None:
    refused(lambda: fetch(hostile.on("/x", redirect(target))), "download_url_invalid")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.ca/", "x.csv", "http:///x", "http://a.ca:x/", ""]
)
def test_only_web_addresses(fetch: Fetch, url: str) -> None:
    refused(lambda: fetch(url), "download_url_invalid")


def test_no_passwords_in_addresses(fetch: Fetch) -> None:
    error = refused(lambda: fetch("http://me:secret@a.ca/"), "download_url_with_password")
    assert "secret" not in str(error.issue.params)


def resolving(*answers: list[str]) -> Callable[..., list[Any]]:
    """A resolver that gives other addresses each time it is asked."""
    waiting = list(answers)

    def getaddrinfo(host: str, port: int, **_more: Any) -> list[Any]:
        addresses = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    return getaddrinfo


def test_a_name_can_not_change_its_mind_after_the_check(
    hostile: HostileServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    # First a public address (of nobody), then the loopback: what is checked is what is reached.
    hostile.on("/x", body(CONTENT))
    reached: list[Any] = []

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            reached.append(address)
            raise ConnectionRefusedError

    resolver = resolving(["93.184.215.14"], ["127.0.0.1"])
    monkeypatch.setattr(connection.socket, "getaddrinfo", resolver)
    monkeypatch.setattr(connection.socket, "socket", Socket)
    url = f"http://rebinding.example:{hostile.port}/x"
    refused(lambda: fetch(url), "download_failed")
    assert reached == [("93.184.215.14", hostile.port)]
    assert hostile.asked == []


def test_one_private_address_among_many_is_enough(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection.socket, "getaddrinfo", resolving(["93.184.215.14", "10.0.0.1"]))
    refused(lambda: fetch("http://mixed.example/"), "download_address_refused")


def test_a_name_that_does_not_exist(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any, **_more: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(connection.socket, "getaddrinfo", fails)
    refused(lambda: fetch("http://nowhere.example/"), "download_failed")


# --- sizes -----------------------------------------------------------------------------------


def test_an_announced_size_over_the_cap_is_not_fetched(
    hostile: HostileServer, fetch: Fetch
) -> None:
    url = hostile.on("/x", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"))
    refused(lambda: fetch(url, max_bytes=1000), "download_too_large")


def test_an_endless_body_is_cut(hostile: HostileServer, fetch: Fetch, tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    url = hostile.on("/x", hostile.forever(head, b"x" * 65536))
    refused(lambda: fetch(url, max_bytes=1_000_000), "download_too_large")
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_is_cut_while_it_unpacks(hostile: HostileServer, fetch: Fetch) -> None:
    url = hostile.on("/x", body(gzip_bomb(50_000_000), Content_Encoding="gzip"))
    refused(lambda: fetch(url, max_bytes=1_000_000), "download_too_large")


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_packing_that_was_not_asked_for(
    hostile: HostileServer, fetch: Fetch, encoding: str
) -> None:
    url = hostile.on("/x", body(CONTENT, Content_Encoding=encoding))
    refused(lambda: fetch(url), "download_encoding_unknown")
    assert hostile.asked[0][1]["Accept-Encoding"] == "gzip"


# --- damage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nTitle",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nTitle\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_a_truncated_answer_leaves_nothing(
    hostile: HostileServer, fetch: Fetch, tmp_path: Path, answer: bytes
) -> None:
    (tmp_path / "document").write_text("the copy at hand", encoding="utf-8")
    refused(lambda: fetch(hostile.on("/x", raw(answer))), "download_failed")
    assert (tmp_path / "document").read_text(encoding="utf-8") == "the copy at hand"


@pytest.mark.parametrize("content", [gzip.compress(CONTENT, mtime=0)[:-6], b"no gzip at all", b""])
def test_damaged_packing(hostile: HostileServer, fetch: Fetch, content: bytes) -> None:
    url = hostile.on("/x", body(content, Content_Encoding="gzip"))
    refused(lambda: fetch(url), "download_damaged")


def test_a_redirect_loop_ends(hostile: HostileServer, fetch: Fetch) -> None:
    url = hostile.on("/x", redirect("/x"))
    refused(lambda: fetch(url, retries=3), "download_too_many_redirects")
    assert len(hostile.asked) == 6


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 206])
def test_another_status_is_told_at_once(hostile: HostileServer, fetch: Fetch, status: int) -> None:
    url = hostile.on("/x", body(b"", status))
    error = refused(lambda: fetch(url, retries=3), "download_status")
    assert error.issue.params["status"] == status
    assert len(hostile.asked) == 1


# --- time ------------------------------------------------------------------------------------


def test_a_server_that_says_nothing(hostile: HostileServer, fetch: Fetch) -> None:
    url = hostile.on("/x", hostile.silence)
    refused(lambda: fetch(url, read_timeout=0.2), "download_failed")


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",  # the body drips
        b"HTTP/1.1 200 OK\r\n\r\n",  # a body without a length
        b"HTTP/1.1 200 OK\r\nX-Padding: ",  # the headers drip
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",  # a chunk's size drips
    ],
)
def test_a_slow_drip_does_not_outlast_the_deadline(
    hostile: HostileServer, fetch: Fetch, head: bytes
) -> None:
    url = hostile.on("/x", hostile.forever(head, b"a", pause=0.05))
    started = time.monotonic()
    refused(lambda: fetch(url, total_timeout=0.6, retries=3), "download_timed_out")
    assert time.monotonic() - started < 5


def test_a_drip_inside_the_handshake_does_not_outlast_it_either(
    hostile: HostileServer, fetch: Fetch, policy: Policy
) -> None:
    # A server that speaks no TLS: it lets the handshake wait until the connection is cut.
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = ("127.0.0.1", server.getsockname()[1])
        started = time.monotonic()
        url = f"https://127.0.0.1:{host[1]}/"
        hosts = frozenset({host})
        with pytest.raises(DocumentError):
            fetch(url, allowed_hosts=hosts, total_timeout=0.5, connect_timeout=9, read_timeout=9)
        assert time.monotonic() - started < 5


def test_no_valid_certificate(
    hostile: HostileServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"https://127.0.0.1:{hostile.port}/"  # answers in plain HTTP
    refused(lambda: fetch(url), "download_certificate")


def test_every_message_is_used() -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(connection.__file__).parent.glob("*.py")
    )
    unused = [
        code for code in MESSAGES if code.startswith("download_") and f'"{code}"' not in source
    ]
    assert unused == []
