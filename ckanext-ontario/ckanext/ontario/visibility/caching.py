"""What browsers and caches may keep of answers: the software's own files, and little else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import ckan.plugins.toolkit as tk
from flask import Flask, Response, current_app, session
from werkzeug.security import safe_join

from ckanext.ontario.shared import portal

HASHED = re.compile(r"(^|/)[0-9a-f]{8}[-_][^/]+$")
"""A file of CKAN's asset bundles, which gets another name when its content changes."""

FOR_GOOD = "private, max-age=31536000, immutable"
FOR_A_DAY = "private, max-age=86400"
"""Only the reader's own browser keeps files: an answer may carry a cookie of the session too."""


def install_cache_headers(app: Flask) -> None:
    """Let :func:`forbid_storing` have the last word over CKAN's own cache headers."""
    hooks = app.after_request_funcs.setdefault(None, [])
    if forbid_storing not in hooks:
        hooks.insert(0, forbid_storing)  # they run last to first


def forbid_storing(response: Response) -> Response:
    """Keep internal answers, and answers to signed-in callers, out of every cache.

    The software's own files (sheets, scripts, fonts, its pictures) are in no way personal: browsers
    keep them, so that the next page asks for none of them.
    """
    if lasting := _lasting(response.status_code):
        response.headers["Cache-Control"] = lasting
        return response
    if portal.is_internal() or _was_signed_in():
        response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Cookie", "Authorization"))
    return response


def is_of_the_software(filename: str) -> bool:
    """Say whether a static file comes with the software; uploads share the same endpoint."""
    for folder in current_app.static_folder or ():
        path = safe_join(folder, filename)
        if path is not None and os.path.isfile(path):  # noqa: PTH113 -- safe_join gives text
            return not _is_stored(Path(path).resolve())
    return False


def _is_stored(path: Path) -> bool:
    storage = tk.config.get("ckan.storage_path")
    return bool(storage) and path.is_relative_to(Path(storage).resolve())


def _lasting(status: int) -> str:
    given = tk.request.view_args or {}
    if status not in {200, 206, 304}:
        return ""
    if tk.request.endpoint == "webassets.index" and HASHED.search(given["path"]):
        return FOR_GOOD
    if tk.request.endpoint == "static" and is_of_the_software(given["filename"]):
        return FOR_A_DAY
    return ""


def _was_signed_in() -> bool:
    # Asked once the view is done, when the user may be detached from a session that it ended. An
    # answer that came before the gate is kept out of caches too.
    return bool(tk.g.get("ontario_signed_in", True)) or "_user_id" in session
