"""Names of sources.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from ckanext.ontario.harvest import domain


def source_name(organization_id: str, document: str, kind: str) -> str:
    """Return the name of the source for one document of an organization; always the same."""
    words = domain.slug(PurePosixPath(document.replace("\\", "/")).stem)[:80].strip("-")
    return f"{words or 'source'}-{domain.tag(organization_id, document, kind)}"
