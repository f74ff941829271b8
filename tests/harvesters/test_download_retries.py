"""A server that is busy is asked again, not too often and not for too long."""

from __future__ import annotations

from email.utils import format_datetime

from fetching import CONTENT, Fetch, refused
from hostile import HostileServer, body, in_turn, raw

from ckanext.ontario.shared import clock


def test_a_busy_server_is_asked_again_with_longer_pauses(
    hostile: HostileServer, fetch: Fetch
) -> None:
    pauses: list[float] = []
    url = hostile.on("/x", in_turn(body(b"", 503), raw(b""), body(b"", 502), body(CONTENT)))
    assert fetch(url, retries=3, backoff=1, sleep=pauses.append).size == len(CONTENT)
    assert pauses == [1, 2, 4]


def test_the_servers_own_pause_is_kept(hostile: HostileServer, fetch: Fetch) -> None:
    pauses: list[float] = []
    now = clock.now().replace(microsecond=0)
    later = format_datetime(now.replace(year=now.year + 1), usegmt=True)
    answers = in_turn(
        body(b"", 429, Retry_After="7"),
        body(b"", 429, Retry_After="nonsense"),
        body(b"", 503, Retry_After=later),
    )
    with clock.stopped_at(now.replace(year=now.year + 1)):
        refused(
            lambda: fetch(hostile.on("/x", answers), retries=3, backoff=1, sleep=pauses.append),
            "download_status",
        )
    assert pauses == [7, 2, 0]


def test_too_long_a_pause_is_not_waited_for(hostile: HostileServer, fetch: Fetch) -> None:
    pauses: list[float] = []
    url = hostile.on("/x", body(b"", 429, Retry_After="3600"))
    refused(lambda: fetch(url, retries=3, sleep=pauses.append), "download_status")
    assert pauses == []
