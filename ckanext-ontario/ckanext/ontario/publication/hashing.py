"""One JSON text, one hash: what was approved can be told from anything else.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any


def is_public(one: Mapping[str, Any]) -> bool:
    """Say whether a field is marked public; anything else, and no mark, is internal."""
    return one.get("visibility") == "public"


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def content_hash(public: Mapping[str, Any], files: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 (hexadecimal) of what the public gets, bytes of files included.

    Args:
        public: of a :class:`Projection`.
        files: ``{"resource_id", "sha256", "size", "filename"}`` of each uploaded file, in any
            order.
    """
    listed = sorted(files, key=lambda one: str(one["resource_id"]))
    content = {"public": public, "files": [dict(one) for one in listed]}
    return hashlib.sha256(canonical(content)).hexdigest()


def schema_version(schema: Mapping[str, Any]) -> str:
    """Return a short name of the set of fields that the public gets by a schema."""
    names = {
        grouping: sorted(
            str(one["field_name"]) for one in schema.get(grouping, ()) if is_public(one)
        )
        for grouping in ("dataset_fields", "resource_fields")
    }
    return hashlib.sha256(canonical(names)).hexdigest()[:12]
