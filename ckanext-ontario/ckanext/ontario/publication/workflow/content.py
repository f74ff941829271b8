"""What a record would release now: content, its hashes, and what changed since the last release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ckanext.ontario.publication import gathering
from ckanext.ontario.publication.domain import Content, Refused
from ckanext.ontario.publication.projection import (
    UPLOAD,
    Difference,
    ProjectionRefused,
    content_hash,
    differences,
)
from ckanext.ontario.publication.workflow import copies

OPENED = "opened_date"

_GUESSED = frozenset({"views", "mimetype"})
_MEASURED = _GUESSED | {"size", "hash"}


def derived(resource: Mapping[str, Any]) -> frozenset[str]:
    """Return the parts of a resource that machines find or add by themselves.

    CKAN guesses a media type when a record is saved again; of an uploaded file size and hash are
    measured, and its bytes are hashed here anyway.
    """
    return _MEASURED if resource.get("url_type") == UPLOAD else _GUESSED


@dataclass(frozen=True)
class Current:
    """What would be released now."""

    public: dict[str, Any]
    kept_inside: list[str]
    files: list[dict[str, Any]]
    """``{"resource_id", "sha256", "size", "filename"}`` of each uploaded file, kept by content."""
    seen: str
    """Hash of all of it."""
    schema_version: str

    @property
    def hashes(self) -> Content:
        """Its two hashes, for the rules."""
        return Content(self.seen, content_hash(_settled(self.public), self.files))

    @property
    def opens(self) -> bool:
        """Whether publication will add the day on which its first file opens."""
        return bool(self.public.get("resources")) and not self.public.get(OPENED)

    def opened_on(self, day: str) -> Current:
        """Return it with the day of the first file, where that is still missing."""
        if not self.opens:
            return self
        public = {**self.public, OPENED: day}
        return replace(self, public=public, seen=content_hash(public, self.files))


def current(loaded: copies.Loaded) -> Current:
    """Return what a record would release now; copies of its files are kept.

    Raises:
        Refused: when an uploaded file is missing, or nobody can say what of it is public.
    """
    try:
        frozen = gathering.freeze(loaded.id)
    except gathering.FileMissing as err:
        raise Refused("file-missing", "resources") from err
    except ProjectionRefused as err:
        raise Refused("not-projectable") from err
    public = dict(frozen.projection.public)
    opened = loaded.row.get(OPENED)
    if opened and public.get("resources") and not public.get(OPENED):
        public[OPENED] = opened
    return Current(
        public,
        frozen.projection.kept_inside,
        frozen.files,
        content_hash(public, frozen.files),
        frozen.schema_version,
    )


def changes(loaded: copies.Loaded, content: Current) -> list[Difference]:
    """Return what would change on the public portal, from what it had last."""
    last = loaded.last_put
    before, files = (
        (None, []) if last is None else copies.projection_of(loaded.id, last["sequence"])
    )
    return differences(
        before,
        content.public,
        gathering.dataset_schema(),
        files_before=files,
        files_after=content.files,
    )


def _settled(public: Mapping[str, Any]) -> dict[str, Any]:
    return {**public, "resources": [_settled_file(one) for one in public.get("resources", ())]}


def _settled_file(resource: Mapping[str, Any]) -> dict[str, Any]:
    left_out = derived(resource)
    return {key: value for key, value in resource.items() if key not in left_out}
