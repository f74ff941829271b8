"""Uploaded documents that no source has: left by trials, replaced, or by a killed process."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model as core

from ckanext.harvest.model import HarvestSource
from ckanext.ontario.harvest import config, locks, uploads
from ckanext.ontario.harvest.model import UPLOAD


def clean(before: datetime, *, dry: bool = False) -> dict[str, int]:
    """Forget uploaded documents that were last given before an instant and that no source has.

    Sources that were deleted keep theirs, because they can come back. Bytes that two uploads
    share stay as long as one of them does.

    Args:
        before: documents given since then stay, for a form of theirs may still be open.
        dry: only count.

    Returns:
        ``{"removed": how many documents, "bytes": how many their files had}``.
    """
    removed = size = 0
    for upload_id, digest in _unused(before):
        if dry:
            removed, size = removed + 1, size + _size(digest)
        elif locks.try_document(digest) and _forget(upload_id, before):
            removed, size = removed + 1, size + _drop(digest)
        core.Session.commit()
    if not dry:
        _sweep(before)
    return {"removed": removed, "bytes": size}


def _is_unused(before: datetime) -> Any:
    address = sa.literal(uploads.SCHEME) + UPLOAD.c.id
    used = sa.select(HarvestSource.id).where(HarvestSource.url == address)
    return sa.and_(UPLOAD.c.created < before, ~used.exists())


def _unused(before: datetime) -> list[tuple[str, str]]:
    query = sa.select(UPLOAD.c.id, UPLOAD.c.sha256).where(_is_unused(before))
    return [(row.id, row.sha256) for row in core.Session.execute(query.order_by(UPLOAD.c.created))]


def _forget(upload_id: str, before: datetime) -> bool:
    statement = sa.delete(UPLOAD).where(UPLOAD.c.id == upload_id, _is_unused(before))
    return bool(core.Session.execute(statement.returning(UPLOAD.c.id)).all())


def _size(digest: str) -> int:
    path = uploads.place(config.documents_folder(), digest)
    return path.stat().st_size if path.is_file() else 0


def _drop(digest: str) -> int:
    """Remove the bytes of a document that no upload has any longer; return how many there were."""
    query = sa.select(UPLOAD.c.id).where(UPLOAD.c.sha256 == digest).limit(1)
    if core.Session.execute(query).first():
        return 0
    size = _size(digest)
    # Before the commit: whoever stores the same bytes waits for it, and then finds no file.
    uploads.place(config.documents_folder(), digest).unlink(missing_ok=True)
    return size


def _sweep(before: datetime) -> None:
    """Remove old files that no upload has: their transaction never came to its end."""
    for path in config.documents_folder().glob("*/*"):
        if _is_older(path, before) and locks.try_document(path.name):
            _drop(path.name)
        core.Session.commit()
    for path in config.documents_folder().glob(f"{uploads.INCOMING}*"):
        if _is_older(path, before):
            path.unlink(missing_ok=True)


def _is_older(path: Path, before: datetime) -> bool:
    return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc) < before
