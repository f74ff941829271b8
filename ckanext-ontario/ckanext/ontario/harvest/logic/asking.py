"""What the harvest's actions do with their parameters."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Context, DataDict

from ckanext.ontario.harvest import ingest

MOST = 1_000
"""How many rows an answer has at most."""


def run_of(data_dict: DataDict) -> dict[str, Any]:
    """Return the run that ``id`` or ``job_id`` names.

    Raises:
        ObjectNotFound: when there is none, or it is no harvest's.
    """
    by = {key: str(data_dict[key]) for key in ("id", "job_id") if data_dict.get(key)}
    run = ingest.run_of(**by) if by else None
    if run is None or run["kind"] != "harvest":
        raise tk.ObjectNotFound(tk._("There is no such run."))
    return run


def source_id_of(name_or_id: str) -> str:
    """Return the id of a harvest source.

    Raises:
        ObjectNotFound: when there is none.
    """
    package = core.Package.get(name_or_id)
    if package is None or package.type != "harvest":
        raise tk.ObjectNotFound(tk._("There is no such harvest source."))
    return str(package.id)


def number(data_dict: DataDict, key: str, default: int, most: int = MOST) -> int:
    """Return a parameter that is a whole number from 0 to ``most``.

    Raises:
        ValidationError: when it is none.
    """
    value = data_dict.get(key, default)
    try:
        found = int(value)
    except (TypeError, ValueError) as err:
        raise tk.ValidationError({key: [tk._("This must be a whole number.")]}) from err
    if not 0 <= found <= most:
        raise tk.ValidationError({key: [tk._("Choose from 0 to {most}.").format(most=most)]})
    return found


def user_id(context: Context) -> str:
    """Return who calls: the id of an account, or else a name."""
    user: Any = context.get("auth_user_obj")
    return getattr(user, "id", None) or str(context.get("user"))
