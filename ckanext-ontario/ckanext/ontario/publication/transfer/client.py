"""The internal portal's side of the wire: calls to the public portal, as its service user."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from ckanext.ontario.publication import config
from ckanext.ontario.publication.transfer import wire
from ckanext.ontario.publication.transfer.wire import Item

PIECE = 8 << 20
"""Bytes sent at a time: what a lost connection costs, and less than proxies' usual limits."""

CONNECT, READ = 5, 120
"""Seconds to wait for a connection, and for an answer to a whole batch."""

_EVERYBODY = frozenset({401, 403, 404, 429, 502, 503, 504})
"""Answers that say something of the portal or the token, not of what was sent."""

OFFSET = "Upload-Offset"


class Unreachable(RuntimeError):
    """The public portal can't be delivered to at all just now."""


class Rejected(RuntimeError):
    """The public portal could not take exactly this."""


class Client:
    """A connection to the public portal."""

    def __init__(self, url: str, token: str) -> None:
        """Remember where and as whom."""
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False  # no netrc, no proxy: it is a neighbour
        self._session.headers["Authorization"] = token

    @classmethod
    def from_configuration(cls) -> Client:
        """Return a client with the token as it is in its file now.

        Raises:
            Unreachable: when no address or no token is configured.
        """
        url, file = config.public_url(), config.token_file()
        if not url:
            raise Unreachable(f"{config.PUBLIC_URL} is not set")
        if file is None:
            raise Unreachable(f"{config.TOKEN_FILE} is not set")
        try:
            token = file.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as err:
            raise Unreachable(f"the token file can't be read: {type(err).__name__}") from err
        if not token:
            raise Unreachable("the token file is empty")
        return cls(url, token)

    def deliver(self, items: Sequence[Item]) -> dict[str, Any]:
        """Deliver releases and return ``ontario_publication_receive``'s answer.

        Raises:
            Unreachable: when nothing can be delivered.
            Rejected: when the batch as a whole was refused or broke something.
        """
        return self._action("receive", {"records": [wire.dump(item) for item in items]})

    def deliver_kinds(self, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Deliver releases that are no record; return ``ontario_publication_kind_receive``.

        Raises:
            Unreachable: when nothing can be delivered.
            Rejected: when the batch as a whole was refused or broke something.
        """
        return self._action("kind_receive", {"items": list(items)})

    def status(self, after: str = "", limit: int = 0) -> dict[str, Any]:
        """Return ``ontario_publication_status`` of the public portal.

        Raises:
            Unreachable: when it does not answer.
        """
        try:
            return self._action("status", {"after": after, "limit": limit})
        except Rejected as err:
            raise Unreachable(str(err)) from err

    def send_file(self, sha256: str, path: Path) -> None:
        """Send what the public portal lacks of a file.

        Raises:
            Unreachable: when the connection fails; the next attempt goes on where it stopped.
            Rejected: when the file is too large or not what its name says.
            FileNotFoundError: when it is not kept here.
        """
        address = f"{self._url}/ontario/publication/blob/{sha256}"
        answer = self._request("HEAD", address)
        if answer.status_code == requests.codes.ok:
            return
        offset, total = _offset(answer), path.stat().st_size
        with path.open("rb") as stream:
            while True:
                stream.seek(offset)
                piece = stream.read(PIECE)
                last = offset + len(piece) - 1
                headers = {"Content-Range": f"bytes {offset}-{last}/{total}"} if total else {}
                answer = self._request("PUT", address, data=piece, headers=headers)
                if answer.status_code == requests.codes.ok:
                    return
                if answer.status_code not in {requests.codes.accepted, requests.codes.conflict}:
                    raise Rejected(f"file {sha256[:12]}: HTTP {answer.status_code}")
                if _offset(answer) == offset:
                    raise Unreachable(f"file {sha256[:12]} does not get on")
                offset = _offset(answer)

    def _action(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        address = f"{self._url}/api/3/action/ontario_publication_{name}"
        answer = self._request("POST", address, json=data)
        if answer.status_code in _EVERYBODY:
            raise Unreachable(f"HTTP {answer.status_code}")
        try:
            content = answer.json()
        except ValueError as err:
            raise Rejected(f"HTTP {answer.status_code}, not JSON") from err
        if answer.status_code != requests.codes.ok:
            raise Rejected(f"HTTP {answer.status_code}: {content.get('error')}"[:500])
        return content["result"]

    def _request(self, method: str, address: str, **more: Any) -> requests.Response:
        try:
            answer = self._session.request(
                method, address, timeout=(CONNECT, READ), allow_redirects=False, **more
            )
        except requests.RequestException as err:
            raise Unreachable(type(err).__name__) from err
        if answer.status_code in _EVERYBODY - {404}:
            raise Unreachable(f"HTTP {answer.status_code}")
        return answer


def _offset(answer: requests.Response) -> int:
    try:
        return int(answer.headers[OFFSET])
    except (KeyError, ValueError) as err:
        raise Unreachable(f"HTTP {answer.status_code} without an offset") from err
