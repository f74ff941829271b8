"""A portal's ini file, rendered from the templates in ``config/``."""

from __future__ import annotations

import configparser
import io
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from string import Template

from . import datastore, postgres, redis
from .errors import StackError
from .paths import config_file

PORTALS = ("internal", "public")

REDIS_DATABASES = {"internal": 0, "public": 1}
"""One Redis server may serve both; sessions and queues never mix."""


def core_name(portal: str) -> str:
    """Return the name of a portal's Solr core, which is its database's too."""
    return f"ontario_{portal}"


_REQUIRED = (
    "site_url",
    "sqlalchemy_url",
    "datastore_read_url",
    "solr_url",
    "redis_url",
    "storage_path",
    "secret_key",
    "token_secret",
)
_REQUIRED_OF = {"internal": (), "public": ("votes_secret",)}
"""What only one of the portals needs."""

_OPTIONAL = (
    "loader_url",
    "max_upload",
    "account_domains",
    "smtp_server",
    "mail_from",
    "public_url",
    "publication_token_file",
    "trusted_proxies",
)


@dataclass(frozen=True)
class PortalSettings:
    """What the templates need to know of one installation's portal."""

    portal: str
    site_url: str
    sqlalchemy_url: str
    datastore_write_url: str
    datastore_read_url: str
    solr_url: str
    redis_url: str
    storage_path: str
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    token_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    votes_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    """What the public portal hashes voters with; kept for good."""
    secure_cookies: str = "false"
    loader_url: str = ""
    """Where the worker reaches the web process, when that is not the site's address."""
    max_upload: str = "200"
    """Megabytes that one uploaded file may have."""
    account_domains: str = "ontario.ca"
    smtp_server: str = "127.0.0.1:25"
    mail_from: str = "noreply@ontario.ca"
    public_url: str = ""
    """Where the internal portal delivers releases."""
    publication_token_file: str = ""
    """Where it finds its token for that."""
    trusted_proxies: str = "0"
    """How many proxies of the installation add to ``X-Forwarded-For``."""

    @classmethod
    def from_environment(cls, portal: str) -> PortalSettings:
        """Return the settings that a container's environment gives.

        ``ONTARIO_SITE_URL``, ``ONTARIO_SQLALCHEMY_URL`` (of the server), the same as the role that
        may only read, ``ONTARIO_DATASTORE_READ_URL``, ``ONTARIO_SOLR_URL`` (its root),
        ``ONTARIO_REDIS_URL``, ``ONTARIO_STORAGE_PATH``, ``ONTARIO_SECRET_KEY`` and
        ``ONTARIO_TOKEN_SECRET`` are required, and ``ONTARIO_VOTES_SECRET`` for the public portal: a
        secret has no default that would be shared or forgotten.

        Raises:
            StackError: naming every variable that is missing.
        """
        names = (*_REQUIRED, *_REQUIRED_OF[portal])
        required = {name: os.environ.get(f"ONTARIO_{name.upper()}") for name in names}
        missing = [f"ONTARIO_{name.upper()}" for name, value in required.items() if not value]
        if missing:
            raise StackError(f"these variables are not set: {', '.join(missing)}")
        given = {name: value for name, value in required.items() if value}
        main = core_name(portal)
        given["datastore_write_url"] = datastore.write_url(given["sqlalchemy_url"], main)
        given["datastore_read_url"] = datastore.write_url(given["datastore_read_url"], main)
        given["sqlalchemy_url"] = postgres.database_url(given["sqlalchemy_url"], main)
        given["solr_url"] = f"{given['solr_url'].rstrip('/')}/{main}"
        given["redis_url"] = redis.with_database(given["redis_url"], REDIS_DATABASES[portal])
        named = {name: os.environ.get(f"ONTARIO_{name.upper()}") for name in _OPTIONAL}
        given |= {name: value for name, value in named.items() if value}
        https = given["site_url"].startswith("https://")
        return cls(portal=portal, secure_cookies=str(https).lower(), **given)


def render(settings: PortalSettings, extra: Sequence[str] = ()) -> str:
    """Return the complete ini text: base, the portal's own file, then ``extra`` templates."""
    merged = configparser.ConfigParser(interpolation=None)
    merged.optionxform = str  # type: ignore[assignment]  # CKAN's options are case-sensitive
    for name in ("base.ini", f"{settings.portal}.ini", *extra):
        text = config_file(name).read_text(encoding="utf-8")
        merged.read_string(_fill(text, asdict(settings)), source=name)
    out = io.StringIO()
    merged.write(out)
    return out.getvalue()


def write(path: Path, settings: PortalSettings, extra: Sequence[str] = ()) -> Path:
    """Write the ini file, readable by its owner only, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(render(settings, extra), encoding="utf-8")
    return draft.replace(path)


def _fill(text: str, values: Mapping[str, str]) -> str:
    # CKAN reads the result through configparser, where a lone % would start an interpolation.
    return Template(text).substitute({k: v.replace("%", "%%") for k, v in values.items()})
