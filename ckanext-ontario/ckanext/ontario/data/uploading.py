"""Storing uploaded files: every one is inspected first, whichever way it came.

CKAN makes an uploader for each resource of each save, before anything is validated or written, and
lets it write only when everything else was in order. So the inspection stands in the constructor:
forms, the API and other plugins all pass it, and a refused file leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import ckan.plugins.toolkit as tk
from ckan.lib.uploader import ResourceUpload, Upload, get_storage_path
from werkzeug.datastructures import FileStorage

from ckanext.ontario.data import after_commit, config, messages
from ckanext.ontario.data.domain import content, formats
from ckanext.ontario.data.domain.refusal import Refused

FIELD = "upload"
"""The form's and the API's name for the file, and so the field of the errors."""

CHUNK = 1 << 20


class InspectedUpload(ResourceUpload):
    """The file of a resource."""

    def __init__(self, resource: dict[str, Any]) -> None:
        """Look at what is sent with a resource.

        Sets the resource's ``format``, ``mimetype``, ``size`` and ``hash`` to what was found, so
        that no caller decides what a browser is told.

        Raises:
            ValidationError: on ``upload``, when the file is not what it says or may do harm.
        """
        sent = resource.get("upload")
        if sent and not isinstance(sent, FileStorage):
            raise tk.ValidationError({FIELD: [tk._("Send the file as multipart/form-data.")]})
        found = None
        if isinstance(sent, FileStorage) and sent.filename:
            found = _inspect(sent.stream, sent.filename, str(resource.get("format") or ""))
            resource["format"] = found.format
            resource["hash"] = _md5(sent.stream)
        super().__init__(resource)
        if found is not None:
            self.mimetype = found.media_type
            resource["mimetype"] = found.media_type
            resource["size"] = self.filesize

    def upload(self, id: str, max_size: int = 10) -> None:  # noqa: A002 -- CKAN's name
        """Write the file beside its place, then move it there; a failure leaves the old one."""
        with _no_remains(Path(f"{self.get_path(id)}~")):
            super().upload(id, max_size)
        if self.filename:
            after_commit.load(id)


class InspectedImage(Upload):
    """The picture of an organization, a topic or an account."""

    def verify_type(self) -> None:
        """Refuse what is not a picture by its content and its name.

        Raises:
            ValidationError: on the field of the file.
        """
        if not self.upload_file:
            return
        name = str(self.upload_field_storage.filename)
        try:
            content.require_image(self.upload_file, name)
            limit = int(tk.config["ckan.max_image_size"]) << 20
            _require_size(self.upload_file, name, limit, "image-size")
        except Refused as refused:
            raise tk.ValidationError({self.file_field: [messages.refusal(refused)]}) from refused
        super().verify_type()

    def upload(self, max_size: int = 2) -> None:
        """Write the picture; a failure leaves nothing half-written."""
        with _no_remains(Path(getattr(self, "tmp_filepath", "") or "~")):
            super().upload(max_size)


def stored_file(resource_id: str) -> Path | None:
    """Return where the uploaded file of a resource is, or ``None`` when there is none."""
    if not get_storage_path():
        return None
    path = Path(ResourceUpload({}).get_path(resource_id))
    return path if path.is_file() else None


def remove_file(resource_id: str) -> None:
    """Remove the uploaded file of a resource, if there is one, and the folders it leaves empty."""
    path = stored_file(resource_id)
    if path is None:
        return
    path.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _inspect(stream: IO[bytes], name: str, declared: str) -> content.Accepted:
    try:
        _require_size(stream, name, config.max_upload(), "too-large")
        return content.inspect(stream, name, declared, config.archive_limits())
    except Refused as refused:
        raise tk.ValidationError({FIELD: [messages.refusal(refused)]}) from refused


def _require_size(stream: IO[bytes], name: str, limit: int, code: str) -> None:
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > limit:
        raise Refused(code, name=name, size=size, limit=limit)


def _md5(stream: IO[bytes]) -> str:
    """Return the file's checksum as ckanext-xloader computes it, so that a load changes nothing."""
    digest = hashlib.md5(usedforsecurity=False)
    stream.seek(0)
    while piece := stream.read(CHUNK):
        digest.update(piece)
    stream.seek(0)
    return digest.hexdigest()


@contextlib.contextmanager
def _no_remains(draft: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def uploader_for_resource(resource: dict[str, Any]) -> InspectedUpload:
    """Return the uploader of a resource."""
    return InspectedUpload(resource)


def uploader_for_image(folder: str, old: str | None) -> InspectedImage:
    """Return the uploader of a picture."""
    return InspectedImage(folder, old)


def may_become_a_table(resource: dict[str, Any]) -> bool:
    """Say whether a resource is an uploaded file of a format that is read into a table."""
    return resource.get("url_type") == "upload" and formats.is_tabular(
        str(resource.get("format") or "")
    )
