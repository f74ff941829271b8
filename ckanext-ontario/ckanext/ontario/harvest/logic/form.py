"""A source's form: an uploaded document instead of an address, and who may open a source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import Action, Context, DataDict

from ckanext.ontario.harvest import messages, source_form
from ckanext.ontario.harvest.fields import FORM, PREFIX
from ckanext.ontario.harvest.logic import refusals
from ckanext.ontario.shared.bilingual import language_of

__all__ = ["package_create", "package_update"]

DOCUMENT = "document"
"""The form's file field."""


@tk.chained_action
def package_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Create a package; a harvest source's document is kept first and becomes its address."""
    if data_dict.get("type") == "harvest":
        with refusals.translated():
            return next_action(context, prepared(context, data_dict))
    return next_action(context, data_dict)


@tk.chained_action
def package_update(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Update a package; a harvest source's document is kept first and becomes its address."""
    if data_dict.get("type") == "harvest" or DOCUMENT in data_dict or FORM in data_dict:
        with refusals.translated():
            return next_action(context, prepared(context, data_dict))
    return next_action(context, data_dict)


def prepared(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what is to be saved of a source: its options as configuration, its document kept.

    The address of a document that was kept is put into ``data_dict`` too: a form that comes back
    for another reason need not ask for the file again.

    Raises:
        ValidationError: naming the fields that are wrong.
    """
    config = source_form.composed(data_dict)
    data = {
        key: value
        for key, value in data_dict.items()
        if key not in {FORM, DOCUMENT} and not key.startswith(PREFIX)
    }
    if config is not None:
        data["config"] = config
    _refuse_open_sources(context, data)
    document: Any = data_dict.pop(DOCUMENT, None)
    if getattr(document, "filename", ""):
        data["url"] = data_dict["url"] = _kept(context, data, document)
    return data


def _kept(context: Context, data: DataDict, document: Any) -> str:
    package: Any = model.Package.get(data["id"]) if data.get("id") else None
    organization = data.get("owner_org") or (package.owner_org if package else None)
    if not organization:
        raise tk.ValidationError({"owner_org": [tk._("Choose whose inventory this is.")]})
    answer = tk.get_action("ontario_harvest_upload_create")(
        tk.fresh_context(context), {"organization": organization, "upload": document}
    )
    return str(answer["url"])


def _refuse_open_sources(context: Context, data_dict: DataDict) -> None:
    """Let system administrators alone open a source: it writes for others, or takes names."""
    codes = [code for text in _configs(data_dict) for code in _opened(text)]
    if not codes:
        return
    if context.get("ignore_auth") or authz.is_sysadmin(context.get("user")):
        return
    words = messages.render(codes[0], {}, language_of(str(tk.h.lang())))
    raise tk.ValidationError({"config": [f"{words['message']} {words['suggestion']}"]})


def _configs(data_dict: DataDict) -> Iterator[Any]:
    """Yield the configuration from both places where ckanext-harvest looks for it."""
    yield data_dict.get("config")
    for extra in data_dict.get("extras") or ():
        if extra.get("key") == "config":
            yield extra.get("value")


def _opened(text: Any) -> Iterator[str]:
    """Yield the code of what a configuration may not say, unless an administrator writes it."""
    try:
        config = json.loads(text or "{}")
    except (TypeError, ValueError):
        return  # the source's validator says what is wrong with it
    if isinstance(config, dict):
        if config.get("publishers") == "any":
            yield "publishers_any"
        if config.get("takeover"):
            yield "takeover_any"
