"""The public portal's endpoint for the bytes of files, and what it says of removed records.

``PUT /ontario/publication/blob/<sha256>`` takes a file or, with ``Content-Range``, a piece of one;
``HEAD`` says how much is here. Only the service user's API token opens it.
"""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, jsonify

from ckanext.ontario.publication import config, files
from ckanext.ontario.publication.transfer import auth, staging, tombstones
from ckanext.ontario.shared.guard import authenticated_by_token, guarded

__all__ = ["publication_transfer"]

OFFSET = "Upload-Offset"
"""Header of each answer: how many bytes of the file are here."""

_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)

publication_transfer = Blueprint("ontario_publication_transfer", __name__)
publication_transfer.after_app_request(tombstones.answer_gone)


@publication_transfer.route("/ontario/publication/blob/<sha256>", methods=["HEAD", "PUT"])
@guarded
def blob(sha256: str) -> Any:
    """Take a piece of a file, or say how much of it is here.

    Answers 200 when it is complete, 202 when more is to come (``HEAD``: 404), 409 with the right
    offset, 413 when it is too large, 422 when its bytes are not those of its name.
    """
    if not (authenticated_by_token() and auth.is_service_user(tk.current_user)):
        return _answer(403 if tk.current_user.is_authenticated else 401)
    try:
        found = staging.state(sha256)
    except files.NotAHash:
        return _answer(404)
    if tk.request.method == "HEAD":
        return _answer(200 if found.complete else 404, found.offset)
    return _take(sha256)


def _take(sha256: str) -> Response:
    length = tk.request.content_length
    if length is None:
        return _answer(411)
    piece = _piece(tk.request.headers.get("Content-Range"), length)
    if piece is None:
        return _answer(400)
    start, total = piece
    if total > config.max_file():
        return _answer(413)
    try:
        found = staging.append(sha256, start, total, tk.request.stream)
    except staging.WrongOffset as wrong:
        return _answer(409, wrong.offset)
    except staging.WrongContent:
        return _answer(422, 0)
    return _answer(200 if found.complete else 202, found.offset)


def _piece(said: str | None, length: int) -> tuple[int, int] | None:
    """Return where a piece begins and how long the whole file is; ``None`` when it makes no sense.

    Without a range the piece is the whole file.
    """
    if not said:
        return 0, length
    found = _RANGE.fullmatch(said)
    if not found:
        return None
    start, last, total = (int(number) for number in found.groups())
    return (start, total) if start + length - 1 == last < total else None


def _answer(code: int, offset: int | None = None) -> Response:
    response = jsonify({"success": code in {200, 202}, "offset": offset})
    response.status_code = code
    if offset is not None:
        response.headers[OFFSET] = str(offset)
    return response
