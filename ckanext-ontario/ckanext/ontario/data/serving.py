"""How files go in and out over HTTP: how much is taken, and that nothing runs as a page."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.formatters import localised_filesize
from flask import Blueprint, Response, jsonify

from ckanext.ontario.data import config

__all__ = ["install"]

MARGIN = 8 << 20
"""Bytes of the other fields of a form."""

WITH_FILES = frozenset({"api", "dataset", "dataset_resource", "resource"})
"""Blueprints that take a resource's file."""

WITH_PICTURES = frozenset({"group", "organization", "user"})

CLOSED = {
    "xloader.resource_data": "ontario_data.table",
    "xloader.delete_datastore_table": "ontario_data.table",
    "datastore.dictionary": "ontario_data.dictionary",
}
"""Pages of CKAN's and xloader's that ours take the place of."""

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What an uploaded file may do if a browser shows it all the same: nothing."""

SAFE = frozenset({"GET", "HEAD"})

DUMPS = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "xml": "text/xml",
}
"""Formats of a whole table, and their media types."""


def install(blueprint: Blueprint) -> None:
    """Add the hooks to the application."""
    blueprint.before_app_request(limit_size)
    blueprint.before_app_request(close_pages)
    blueprint.after_app_request(serve_as_files)
    blueprint.app_errorhandler(tk.ValidationError)(not_understood)
    blueprint.app_errorhandler(FileNotFoundError)(file_is_gone)


def limit_size() -> Any:
    """Refuse a request that says it is larger than a file may be; stop one that becomes so."""
    part = (tk.request.endpoint or "").partition(".")[0]
    if part in WITH_FILES:
        return _limit(config.max_upload())
    if part in WITH_PICTURES:
        return _limit(int(tk.config["ckan.max_image_size"]) << 20)
    return None


def _limit(size: int) -> Any:
    request: Any = tk.request
    request = getattr(request, "_get_current_object", lambda: request)()
    request.max_content_length = size + MARGIN
    if (request.content_length or 0) > size + MARGIN:
        return too_large(size)
    return None


def close_pages() -> Any:
    """Send readers of pages that are not used here to ours; take nothing there."""
    target = CLOSED.get(tk.request.endpoint or "")
    if target is None:
        return None
    if tk.request.method not in SAFE:
        return tk.abort(404)
    given = tk.request.view_args or {}
    return tk.redirect_to(target, id=given["id"], resource_id=given["resource_id"])


def serve_as_files(response: Response) -> Response:
    """Let browsers keep uploaded files as files: a page among them could act as its reader."""
    endpoint = tk.request.endpoint or ""
    if endpoint.endswith("resource.download") and response.status_code in {200, 206}:
        response.headers.set("Content-Disposition", "attachment", filename=_file_name())
        _confine(response)
    elif endpoint == "datastore.dump" and response.status_code == 200:
        # CKAN means to say this; its own header is overruled by a default.
        media_type = DUMPS.get(tk.request.args.get("format", "csv"), "application/octet-stream")
        response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
        _confine(response)
    elif _is_picture(endpoint):
        _confine(response)
    return response


def _confine(response: Response) -> None:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX


def _is_picture(endpoint: str) -> bool:
    given = tk.request.view_args or {}
    return endpoint == "static" and str(given.get("filename", "")).startswith("uploads/")


def _file_name() -> str:
    """Return the name the file was uploaded under; the address may say anything."""
    resource = model.Resource.get(str((tk.request.view_args or {}).get("resource_id")))
    name = (resource.url or "") if resource is not None else ""
    return name.replace("\\", "/").rsplit("/", 1)[-1] or "file"


def too_large(size: int) -> Any:
    """Answer a request that is too large: JSON to programs, a page to people."""
    limit = localised_filesize(size)
    sentence = tk._(
        "What was sent is too large; a file may have {limit}. "
        "Compress it, split it, or give a link to it."
    ).format(limit=limit)
    if tk.request.path.startswith("/api/"):
        error = {"__type": "Validation Error", "upload": [sentence]}
        response = jsonify({"success": False, "error": error})
        response.status_code = 413
        return response
    return _page(413, sentence), 413


def not_understood(error: tk.ValidationError) -> Any:
    """Answer a page or a download that was asked for with wrong parameters (400, never 500)."""
    told = [
        f"{name}: {', '.join(str(one) for one in texts)}" if isinstance(texts, list) else str(texts)
        for name, texts in error.error_dict.items()
    ]
    return _page(400, " ".join(told)), 400


def file_is_gone(error: FileNotFoundError) -> Any:
    """Answer the download of a file that is not there any more (404); else it is a fault."""
    if not (tk.request.endpoint or "").endswith("resource.download"):
        raise error
    return _page(404, tk._("The file of this resource is not here any more.")), 404


def _page(code: int, content: str) -> str:
    names = {400: tk._("Bad request"), 404: tk._("Not found"), 413: tk._("Too large")}
    extra = {"code": code, "name": names[code], "content": content}
    return tk.render("error_document_template.html", extra)
