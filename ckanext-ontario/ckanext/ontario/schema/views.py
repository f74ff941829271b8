"""Old addresses of renamed records and organizations lead to the present ones (301)."""

from __future__ import annotations

from typing import cast

import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import Blueprint, Response, redirect

from ckanext.ontario.schema.logic.action import readable_name

__all__ = ["ontario_schema"]

ontario_schema = Blueprint("ontario_schema", __name__)


@ontario_schema.after_app_request
def follow_rename(response: Response) -> Response:
    """Redirect a page that is not found to the present name of what it asks for."""
    if response.status_code != 404 or tk.request.method not in {"GET", "HEAD"}:
        return response
    kind = _kind()
    old = (tk.request.view_args or {}).get("id")
    if kind is None or not old:
        return response
    context = Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
    access = "package_show" if kind == "package" else "organization_show"
    new = readable_name(kind, access, str(old), context)
    if new is None:
        return response
    arguments = {**(tk.request.view_args or {}), **tk.request.args.to_dict(flat=False), "id": new}
    return cast("Response", redirect(tk.url_for(tk.request.endpoint, **arguments), 301))


def _kind() -> str | None:
    """Return what the requested page is about: ``package``, ``group`` or neither."""
    # The first part of the address, not the blueprint: other slices serve such pages too.
    rule = tk.request.url_rule.rule if tk.request.url_rule else ""
    first = rule.removeprefix("/").partition("/")[0]
    if first in tk.h.scheming_dataset_schemas():
        return "package"
    return "group" if first in tk.h.scheming_organization_schemas() else None
