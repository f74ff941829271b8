"""The public portal's service user and its token."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import api_token

from ckanext.ontario.publication import config
from ckanext.ontario.publication.transfer.placing import as_the_portal

TOKEN_NAME = "publication"  # noqa: S105 -- its name, not the token


def ensure_user() -> str:
    """Make the service user unless there is one; return its name."""
    name = config.service_user()
    if model.User.get(name) is None:
        tk.get_action("user_create")(
            as_the_portal(),
            {
                "name": name,
                "email": f"{name}@localhost.localdomain",
                "password": secrets.token_urlsafe(32),
                "fullname": "Publication service",
            },
        )
    return name


def rotate(file: Path) -> int:
    """Make a token, write it to a file, revoke the ones before; return how many.

    In this order nothing that is sent meanwhile is refused.

    Raises:
        OSError: when the file can't be written; then the old tokens hold.
    """
    user = ensure_user()
    before = tk.get_action("api_token_list")(as_the_portal(), {"user_id": user})
    made = tk.get_action("api_token_create")(as_the_portal(), {"user": user, "name": TOKEN_NAME})
    try:
        _write(file, made["token"])
    except OSError:
        _revoke_token(made["token"])
        raise
    for one in before:
        tk.get_action("api_token_revoke")(as_the_portal(), {"jti": one["id"]})
    return len(before)


def ensure_token(file: Path) -> bool:
    """Write a token to a file unless it holds one that is good; say whether one was made."""
    if _is_good(file):
        return False
    rotate(file)
    return True


def _is_good(file: Path) -> bool:
    try:
        token = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return False
    user: Any = api_token.get_user_from_token(token, update_access_time=False)
    return user is not None and user.name == config.service_user()


def _revoke_token(token: str) -> None:
    tk.get_action("api_token_revoke")(as_the_portal(), {"token": token})


def _write(file: Path, token: str) -> None:
    """Write a file that only its owner can read, moved into place whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(token, encoding="ascii")
    draft.replace(file)
