"""Documents that people upload: stored by hash, named ``upload:<id>``, owned by an organization."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.harvest import config, locks
from ckanext.ontario.harvest.model import UPLOAD
from ckanext.ontario.harvest.reader import DocumentError, Issue, Severity
from ckanext.ontario.shared import clock

SCHEME = "upload:"
INCOMING = ".incoming-"
"""How names of files begin that are not whole yet."""
_CHUNK = 1 << 20
_SOON = timedelta(days=1)

Row = dict[str, Any]


class UploadRefused(Exception):
    """The document can't be kept; carries the code of the reason and its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def store(stream: IO[bytes], filename: str, organization_id: str, user_id: str | None) -> str:
    """Keep a document and return its address; the same document again has the same one.

    Raises:
        UploadRefused: when it is empty, larger than the configuration allows, or can't be kept.
    """
    try:
        digest, size = _kept(stream, config.documents_folder())
    except OSError as err:
        raise UploadRefused("storage_failed", reason=err.strerror or str(err)) from err
    row = _save(
        {
            "organization_id": organization_id,
            "sha256": digest,
            "filename": clean_name(filename),
            "size": size,
            "user_id": user_id,
        }
    )
    return SCHEME + str(row["id"])


def _kept(stream: IO[bytes], folder: Path) -> tuple[str, int]:
    """Keep a document's bytes under their hash; return it and their number."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=INCOMING, delete=False) as target:
        temporary = Path(target.name)
        try:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > config.max_upload_size():
                    raise UploadRefused("upload_too_large", limit=config.max_upload_size())
                digest.update(chunk)
                target.write(chunk)
            if not size:
                raise UploadRefused("upload_empty")
            target.flush()
            os.fsync(target.fileno())
            locks.hold_document(digest.hexdigest())
            _settle(temporary, folder, digest.hexdigest())
        finally:
            temporary.unlink(missing_ok=True)
    return digest.hexdigest(), size


def _settle(temporary: Path, folder: Path, digest: str) -> None:
    target = place(folder, digest)
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        temporary.replace(target)


def place(folder: Path, digest: str) -> Path:
    """Return where a document's bytes are kept."""
    return folder / digest[:2] / digest


def clean_name(filename: str) -> str:
    """Return a file's name as it may be shown and sniffed: no path, no control characters."""
    base = re.split(r"[/\\]", filename)[-1]
    return re.sub(r"[\x00-\x1f\x7f]", "", base).strip()[:200] or "document"


def locate(address: str, organization_id: str) -> tuple[Path, str]:
    """Return an uploaded document's file and its name.

    Raises:
        DocumentError: when there is no such document, or it belongs to another organization than
            the source: an address must not open another ministry's document.
    """
    row = _find(address.removeprefix(SCHEME))
    if row is None or row["organization_id"] != organization_id:
        raise DocumentError(Issue(Severity.FATAL, "upload_unknown"))
    path = place(config.documents_folder(), str(row["sha256"]))
    if not path.is_file():
        raise DocumentError(Issue(Severity.FATAL, "upload_lost", params={"name": row["filename"]}))
    return path, str(row["filename"])


def _save(values: Mapping[str, Any]) -> Row:
    """Remember an uploaded document; the same one again is the one that is there, new again.

    Soon after, nothing is written: a harvest of the same file leaves everything as it was.
    """
    statement = insert(UPLOAD).values(id=make_uuid(), created=clock.now(), **values)
    model.Session.execute(
        statement.on_conflict_do_update(
            constraint="ontario_harvest_upload_document",
            set_={"created": statement.excluded.created},
            where=statement.excluded.created - UPLOAD.c.created > _SOON,
        )
    )
    key = {name: values[name] for name in ("organization_id", "sha256", "filename")}
    return dict(model.Session.execute(sa.select(UPLOAD).filter_by(**key)).mappings().one())


def _find(upload_id: str) -> Row | None:
    """Return an uploaded document's row, or ``None``."""
    query = sa.select(UPLOAD).where(UPLOAD.c.id == upload_id)
    row = model.Session.execute(query).mappings().first()
    return dict(row) if row else None
