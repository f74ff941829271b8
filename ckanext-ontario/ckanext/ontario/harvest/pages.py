"""What the harvest's pages share."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.ontario.shared.bilingual import language_of


def as_harvest() -> None:
    """Let ckanext-harvest's templates know what kind of page this is."""
    tk.g.dataset_type = "harvest"


def context() -> Context:
    """Return a fresh context of the reader."""
    return Context(model=model, session=model.Session, user=str(tk.g.user))


def editable_source(source_id: str) -> dict[str, Any]:
    """Return a source that the reader may edit; for all others there is none."""
    try:
        tk.check_access("harvest_source_update", context(), {"id": source_id})
        return dict(tk.get_action("harvest_source_show")(context(), {"id": source_id}))
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such harvest source."))


def in_language(issue: dict[str, Any]) -> dict[str, Any]:
    """Return an issue with its words in the reader's language alone."""
    language = language_of(str(tk.h.lang()))
    return {**issue, **{key: issue[key][language] for key in ("message", "suggestion")}}
