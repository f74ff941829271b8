"""Typed readers of publication's configuration, one per option."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins.toolkit as tk

PUBLIC_URL = "ckanext.ontario.publication.public_url"
TOKEN_FILE = "ckanext.ontario.publication.token_file"  # noqa: S105 -- an option's name
SERVICE_USER = "ckanext.ontario.publication.service_user"
REVIEW_DAYS = "ckanext.ontario.publication.review_days"


def public_url() -> str:
    """Return where the public portal is reached, without a slash at the end; empty for nowhere."""
    return str(tk.config[PUBLIC_URL] or "").rstrip("/")


def token_file() -> Path | None:
    """Return the file that holds the service user's token, if one is configured."""
    named = str(tk.config[TOKEN_FILE] or "")
    return Path(named) if named else None


def service_user() -> str:
    """Return the name of the user who delivers releases."""
    return str(tk.config[SERVICE_USER])


def review_days() -> int:
    """Return after how many days in review a record counts as overdue."""
    return int(tk.config[REVIEW_DAYS])


def files_folder() -> Path:
    """Return where files are kept by content: beside, never below, what CKAN serves."""
    return Path(str(tk.config["ckan.storage_path"])) / "ontario-releases"


def max_file() -> int:
    """Return how many bytes a file may have that the public portal takes."""
    return int(tk.config["ckan.max_resource_size"]) << 20
