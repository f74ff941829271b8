"""Whether a record exists is known only to those who may read it.

CKAN answers "not authorized", with the record's id, for what is there and hidden, and "not found"
for what is not. Here both are the same empty error; what hangs on a record (files, previews,
activity, tables, graphs) asks these two functions and follows.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import AuthFunction, AuthResult, Context, DataDict

__all__ = ["package_show", "package_update"]


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def package_show(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who may read the record; to others it does not exist.

    Raises:
        ObjectNotFound: without a word, when there is none or the caller may not know it.
    """
    try:
        allowed = next_auth(context, data_dict or {})
    except tk.ObjectNotFound:
        raise tk.ObjectNotFound from None
    if not allowed.get("success"):
        raise tk.ObjectNotFound
    return allowed


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def package_update(
    next_auth: AuthFunction, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Let those who may change the record; to those who may not read it, it does not exist.

    Raises:
        ObjectNotFound: as ``package_show``.
    """
    try:
        allowed = next_auth(context, data_dict or {})
    except tk.ObjectNotFound:
        raise tk.ObjectNotFound from None
    if not allowed.get("success"):
        authz.is_authorized("package_show", context, data_dict or {})
    return allowed
