"""Typed readers of the harvest configuration, one per option."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins.toolkit as tk

BATCH_SIZE = "ckanext.ontario.harvest.batch_size"
MAX_UPLOAD_SIZE = "ckanext.ontario.harvest.max_upload_size"
MAX_DOWNLOAD_SIZE = "ckanext.ontario.harvest.max_download_size"
KEEP_RUNS = "ckanext.ontario.harvest.keep_runs"
KEEP_UPLOADS = "ckanext.ontario.harvest.keep_uploads"
SCHEDULE_SPREAD = "ckanext.ontario.harvest.schedule_spread"
ALLOWED_HOSTS = "ckanext.ontario.harvest.allowed_hosts"


class StorageNotConfigured(RuntimeError):
    """Uploaded documents have nowhere to be kept."""


def batch_size() -> int:
    """Return how many records one batch holds."""
    return int(tk.config[BATCH_SIZE])


def max_upload_size() -> int:
    """Return how many bytes an uploaded document may have."""
    return int(tk.config[MAX_UPLOAD_SIZE])


def max_download_size() -> int:
    """Return how many bytes a downloaded document may have."""
    return int(tk.config[MAX_DOWNLOAD_SIZE])


def keep_runs() -> int:
    """Return how many runs of each source are kept; 0 keeps all."""
    return int(tk.config[KEEP_RUNS])


def keep_uploads() -> int:
    """Return for how many days an uploaded document is kept that no source has; 0 keeps all."""
    return int(tk.config[KEEP_UPLOADS])


def schedule_spread() -> int:
    """Return over how many seconds sources of one schedule are spread."""
    return int(tk.config[SCHEDULE_SPREAD])


def allowed_hosts() -> list[str]:
    """Return the ``host:port`` words of hosts that may have a private address."""
    return list(tk.config[ALLOWED_HOSTS])


def documents_folder() -> Path:
    """Return the folder of uploaded documents.

    It lies beside CKAN's ``storage``, which is served to everyone; documents never are.

    Raises:
        StorageNotConfigured: when the site has no ``ckan.storage_path``.
    """
    root = tk.config.get("ckan.storage_path")
    if not root:
        raise StorageNotConfigured("ckan.storage_path is not set, so documents can't be kept")
    return Path(str(root)) / "ontario_harvest"
