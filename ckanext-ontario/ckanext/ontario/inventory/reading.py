"""The records of the inventory, one page of the index at a time, as the caller may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
import orjson
import sqlalchemy as sa
from ckan import model
from ckan.types import Context

from ckanext.ontario.inventory.domain import Words
from ckanext.ontario.shared.bilingual import LANGUAGES, pick

PAGE = 200
"""Records asked for at once: about two megabytes."""

DATASETS = 'dataset_type:"dataset"'

Progress = Callable[[int, int], None]
"""Told how many records are done, and how many there are in all."""


def records(
    context: Context, search: Mapping[str, Any] | None = None, progress: Progress | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the datasets that the caller may see and ``search`` finds, in the order of their ids.

    Each page begins after the last id of the one before, so that no page costs more than another
    and a record that changes meanwhile comes neither twice nor never.

    Args:
        context: CKAN's, with the user; the search itself decides what that user may see.
        search: parameters of ``package_search``: ``q``, ``fq`` and ``fq_list``.
        progress: told after each page.

    Raises:
        SearchQueryError: when ``search`` is refused; before the first record.
    """
    asked: dict[str, Any] = {**(search or {}), "rows": PAGE, "sort": "id asc"}
    filters = [*asked.pop("fq_list", []), DATASETS]
    after, done, total = "", 0, None
    while True:
        page = [*filters, f'id:{{"{after}" TO *]'] if after else filters
        found = tk.get_action("package_search")(fresh(context), {**asked, "fq_list": page})
        total = found["count"] if total is None else total
        yield from found["results"]
        done += len(found["results"])
        if progress:
            progress(done, max(total, done))
        if len(found["results"]) < PAGE:
            return
        after = found["results"][-1]["id"]


def fresh(context: Context) -> Context:
    """Return a new context of the same caller, for an action inside an action."""
    kept = {"user", "auth_user_obj", "ignore_auth"}
    return cast("Context", {key: value for key, value in context.items() if key in kept})


def words(language: str) -> Words:
    """Return the labels, publishers and addresses that rows in ``language`` need."""
    return Words(language, _choices(language), _publishers(), _page)


def _choices(language: str) -> dict[str, dict[str, str]]:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    return {
        field["field_name"]: {
            one["value"]: pick(one["label"], language) or one["value"]
            for one in tk.h.scheming_field_choices(field) or ()
            if isinstance(one["label"], Mapping)
        }
        for field in schema.get("dataset_fields", ())
        if field.get("kind") in {"choice", "choices"}
    }


def _publishers() -> dict[str, dict[str, str]]:
    """Return the titles of every organization by name; one query."""
    found = model.Session.execute(
        sa.select(model.Group.name, model.GroupExtra.value)
        .join(model.GroupExtra, model.GroupExtra.group_id == model.Group.id)
        .where(
            model.Group.is_organization.is_(True),
            model.GroupExtra.key == "title_translated",
            model.GroupExtra.state == model.State.ACTIVE,
        )
    )
    return {name: orjson.loads(value) for name, value in found}


def _page(name: str, language: str) -> str:
    locale = "default" if language == LANGUAGES[0] else language
    return str(tk.url_for("dataset.read", id=name, _external=True, locale=locale))
