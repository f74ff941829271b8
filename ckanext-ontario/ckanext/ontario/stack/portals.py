"""A portal's ini file, rendered from the templates in ``config/``."""

from __future__ import annotations

import configparser
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from string import Template

from .paths import config_file

PORTALS = ("internal", "public")


@dataclass(frozen=True)
class PortalSettings:
    """What the templates need to know of one installation's portal."""

    portal: str
    site_url: str
    sqlalchemy_url: str
    solr_url: str
    redis_url: str
    storage_path: str
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    token_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    secure_cookies: str = "false"
    account_domains: str = "ontario.ca"
    smtp_server: str = "127.0.0.1:25"
    mail_from: str = "noreply@ontario.ca"


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
    path.touch(mode=0o600)
    path.write_text(render(settings, extra), encoding="utf-8")
    return path


def _fill(text: str, values: Mapping[str, str]) -> str:
    # CKAN reads the result through configparser, where a lone % would start an interpolation.
    return Template(text).substitute({k: v.replace("%", "%%") for k, v in values.items()})
