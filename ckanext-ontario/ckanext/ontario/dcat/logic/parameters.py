"""What callers may ask for, read and refused in plain words."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.dcat import config

FORMATS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "xml": "application/rdf+xml",
    "rdf": "application/rdf+xml",
    "n3": "text/n3",
}
"""Formats by the suffix of their addresses, each with its media type."""

DEFAULT_FORMAT = "xml"
"""What an action returns when no format is asked for; ckanext-dcat's own default."""

MOST_PAGES = 100_000
"""Pages nobody has; a larger number would reach Solr as a start it can't count to."""


def format_asked(written: object) -> str:
    """Return the format asked for.

    Raises:
        tk.ValidationError: when it is none of :data:`FORMATS`.
    """
    if written is None or written == "":
        return DEFAULT_FORMAT
    if isinstance(written, str) and written in FORMATS:
        return written
    raise _refused("format", tk._("The format must be one of: {formats}"), ", ".join(FORMATS))


def require_our_profile(written: object) -> None:
    """Refuse every other profile: the library's own ones write internal fields.

    Raises:
        tk.ValidationError: when a profile other than ours is asked for.
    """
    if written in (None, "", [], config.PROFILE, [config.PROFILE]):
        return
    raise _refused("profiles", tk._("The only profile here is: {profile}"), config.PROFILE)


def page_asked(written: object) -> int:
    """Return the number of a page, from 1.

    Raises:
        tk.ValidationError: when it is no such number.
    """
    if written is None or written == "":
        return 1
    text = str(written)
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MOST_PAGES:
        return int(text)
    raise _refused("page", tk._("A page is a whole number from 1 to {most}"), str(MOST_PAGES))


def since_asked(written: object) -> str | None:
    """Return the instant since when records must have changed, as Solr writes it.

    Raises:
        tk.ValidationError: when it is no ISO 8601 day or instant.
    """
    if written is None or written == "":
        return None
    try:
        instant = datetime.fromisoformat(str(written).strip().replace("Z", "+00:00"))
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=timezone.utc)
        utc = instant.astimezone(timezone.utc)
    except (ValueError, OverflowError) as err:
        message = tk._("“{written}” is not a day or an instant as in 2026-01-31T12:00:00Z")
        raise tk.ValidationError(
            {"modified_since": [message.format(written=str(written)[:50])]}
        ) from err
    return f"{utc.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def text_asked(name: str, written: object) -> str | None:
    """Return a search parameter.

    Raises:
        tk.ValidationError: when it is not one text.
    """
    if written is None or written == "":
        return None
    if isinstance(written, str):
        return written
    raise tk.ValidationError({name: [tk._("Write one text")]})


def _refused(name: str, message: str, part: str) -> Any:
    key = {"format": "formats", "profiles": "profile", "page": "most"}[name]
    return tk.ValidationError({name: [message.format(**{key: part})]})
