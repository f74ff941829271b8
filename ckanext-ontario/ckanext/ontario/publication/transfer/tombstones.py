"""What the public portal answers for a record that was removed: 410 Gone, and why, twice."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict
from flask import Response
from flask_babel import force_locale

from ckanext.ontario.publication.transfer import received
from ckanext.ontario.shared.bilingual import LANGUAGES

GONE = 410
_MISSING = 404
_FLAG = "ontario_publication_gone"


@tk.chained_action
@tk.side_effect_free
def package_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return a record: CKAN's action, which says of a removed one that it was removed.

    Raises:
        ObjectNotFound: when there is none; with a notice in both languages when it was removed.
    """
    try:
        return next_action(context, data_dict)
    except tk.ObjectNotFound as err:
        identifier = data_dict.get("id") or data_dict.get("name_or_id")
        if not isinstance(identifier, str) or not received.is_removed(identifier):
            raise
        if tk.request:
            setattr(tk.g, _FLAG, True)
        raise tk.ObjectNotFound(notice()) from err


def notice() -> str:
    """Return what is said of a removed record, in both languages."""
    return " / ".join(notices().values())


def notices() -> dict[str, str]:
    """Return what is said of a removed record, by language."""
    said: dict[str, str] = {}
    for language in LANGUAGES:
        with force_locale(language):
            said[language] = tk._("This record was removed from the catalogue for good.")
    return said


def answer_gone(response: Response) -> Response:
    """Make "not found" of a removed record "gone": the code, and the page people see."""
    if response.status_code != _MISSING or not (tk.g.pop(_FLAG, False) or _names_a_removed_one()):
        return response
    response.status_code = GONE
    if response.mimetype == "text/html":
        # The page "not found" was written already; what it took along is needed again.
        tk.g.pop("_webassets", None)
        response.set_data(tk.render("ontario/publication/gone.html", {"notices": notices()}))
    return response


def _names_a_removed_one() -> bool:
    """Say whether the address is one of a removed record: other guards may have answered first."""
    named = (tk.request.view_args or {}).get("id")
    return isinstance(named, str) and received.is_removed(named)
