"""The endpoint for the bytes of files, over HTTP."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import pytest
import requests
from tests.publication.conftest import SERVICE_USER, Outside

BODY = b"lake,level\n" + secrets.token_hex(5000).encode()


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def call(
    outside: Outside, method: str, name: str, who: str = SERVICE_USER, **more: Any
) -> requests.Response:
    headers = {**outside.headers(who), **more.pop("headers", {})}
    address = f"{outside.url}/ontario/publication/blob/{name}"
    return requests.request(
        method, address, headers=headers, timeout=30, allow_redirects=False, **more
    )


def piece(outside: Outside, body: bytes, start: int, end: int) -> requests.Response:
    said = f"bytes {start}-{end - 1}/{len(body)}"
    return call(outside, "PUT", sha(body), data=body[start:end], headers={"Content-Range": said})


@pytest.mark.parametrize("who", ["", "reader", "root"])
def test_only_the_service_user_s_token_opens_it(outside: Outside, who: str) -> None:
    body = b"canary-not-taken"
    for method in ("PUT", "HEAD"):
        assert call(outside, method, sha(body), who, data=body).status_code in {401, 403}
    assert outside.bytes_anywhere(body) == []


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
def test_nothing_is_read_back(outside: Outside, method: str) -> None:
    assert call(outside, method, sha(BODY)).status_code in {404, 405}


def test_a_file_comes_in_pieces_and_a_broken_one_goes_on(outside: Outside) -> None:
    name = sha(BODY)
    first = call(outside, "HEAD", name)
    assert (first.status_code, first.headers["Upload-Offset"]) == (404, "0")
    half = piece(outside, BODY, 0, 4000)
    assert (half.status_code, half.headers["Upload-Offset"]) == (202, "4000")
    assert call(outside, "HEAD", name).headers["Upload-Offset"] == "4000"
    again = piece(outside, BODY, 0, 4000)
    assert (again.status_code, again.headers["Upload-Offset"]) == (409, "4000")
    assert piece(outside, BODY, 4000, len(BODY)).status_code == 200
    assert call(outside, "HEAD", name).status_code == 200
    assert call(outside, "PUT", name, data=BODY).status_code == 200
    (place,) = outside.bytes_anywhere(BODY)
    served = outside.storage() / "storage"
    assert not place.is_relative_to(served)
    assert not place.is_relative_to(outside.storage() / "resources")
    for address in (f"/uploads/{name}", f"/ontario-releases/kept/{name[:2]}/{name}", f"/{name}"):
        assert requests.get(outside.url + address, timeout=30).status_code == 404


def test_other_bytes_than_the_name_says_are_thrown_away(outside: Outside) -> None:
    body = b"canary-right-bytes"
    wrong = call(outside, "PUT", sha(body), data=b"canary-wrong-bytes")
    assert wrong.status_code == 422
    assert outside.bytes_anywhere(b"canary-wrong-bytes") == []
    assert call(outside, "PUT", sha(body), data=body).status_code == 200


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("bytes 0-9/999999999999", 413),
        ("bytes 0-3/10", 400),
        ("bytes 5-1/10", 400),
        ("bytes */10", 400),
        ("items 0-9/10", 400),
        ("bytes 0-9/5", 400),
        ("bytes 3-12/99", 409),
    ],
)
def test_pieces_that_make_no_sense(outside: Outside, said: str, code: int) -> None:
    name = sha(b"never complete")
    answer = call(outside, "PUT", name, data=b"0123456789", headers={"Content-Range": said})
    assert answer.status_code == code


@pytest.mark.parametrize("name", ["x", "..%2f..%2fetc", "A" * 64, "0" * 63, "0" * 65, "g" * 64])
def test_only_hashes_are_names(outside: Outside, name: str) -> None:
    assert call(outside, "PUT", name, data=b"x").status_code in {404, 405}


def test_an_empty_file_is_one(outside: Outside) -> None:
    assert call(outside, "PUT", sha(b""), data=b"").status_code == 200
