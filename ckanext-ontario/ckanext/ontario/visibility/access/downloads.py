"""The gate before files that are downloaded: CKAN's view asks only who may read the record."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.ontario.shared import portal

downloads = Blueprint("ontario_visibility_downloads", __name__)

ENDING = "resource.download"
"""How the endpoints end by which CKAN sends a file, whatever the type of its record."""


@downloads.before_app_request
def require_data() -> Any:
    """Let those pass who may use the file; to others there is none (404)."""
    if not portal.is_internal() or not (tk.request.endpoint or "").endswith(ENDING):
        return None
    resource = (tk.request.view_args or {}).get("resource_id")
    try:
        tk.check_access("ontario_data_read", {}, {"resource_id": resource})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Resource not found"))
    except tk.NotAuthorized as err:
        return tk.abort(404, str(err))
    return None
