"""What can be asked of the inventory through the API."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.ontario.inventory import config, dumps, reading, summary
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.bilingual import LANGUAGES

__all__ = ["ontario_inventory_dump", "ontario_inventory_dump_list", "ontario_inventory_summarize"]

ANYBODY = cast("Context", {"user": "", "auth_user_obj": None, "ignore_auth": False})
"""Dumps hold what everyone may see, whoever writes them."""


@tk.side_effect_free
def ontario_inventory_summarize(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return how many datasets of the inventory are open, under review and restricted.

    Only what the caller may see is counted.

    Args:
        context: CKAN's, with the user.
        data_dict: ``by``, what each row stands for: ``organization`` (default), ``groups``
            (topics), ``update_frequency``, ``license_id``, ``asset_type`` or ``category``.

    Returns:
        ``{"by", "total", "levels": {"open", "under_review", "restricted"}, "rows": [{"name",
        "display_name", "open", "under_review", "restricted", "total"}], "exemptions": [{"name",
        "display_name", "count"}]}``; rows with most datasets first, at most 500. A dataset with
        several topics counts in each. ``display_name`` is in the caller's language.

    Raises:
        ValidationError: when ``by`` is something else.
    """
    tk.check_access("ontario_inventory_summarize", context, data_dict)
    by = data_dict.get("by") or summary.BY[0]
    if by not in summary.BY:
        allowed = tk._("Choose one of: {names}").format(names=", ".join(summary.BY))
        raise tk.ValidationError({"by": [allowed]})
    return summary.summarize(context, by)


def ontario_inventory_dump(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write a dump of what everyone may see: JSON Lines, and the inventory in both languages.

    The scheduler does it every night on the public portal. A dump is complete or not there at
    all; a second one at the same time is refused.

    Args:
        context: CKAN's, with the user; may hold ``progress``, told how many records are done.
        data_dict: nothing.

    Returns:
        ``{"name", "created", "records", "files": [{"name", "bytes", "sha256"}]}``.

    Raises:
        ValidationError: when another process is writing one.
    """
    tk.check_access("ontario_inventory_dump", context, data_dict)
    try:
        dump = dumps.write(
            config.dumps_folder(),
            reading.records(ANYBODY, progress=cast("Any", context).get("progress")),
            {language: reading.words(language) for language in LANGUAGES},
            clock.now(),
            config.dumps_kept(),
        )
    except dumps.Busy as err:
        message = tk._("A dump is being written at this moment; try again when it is complete.")
        raise tk.ValidationError({"message": [message]}) from err
    return dump.view()


@tk.side_effect_free
def ontario_inventory_dump_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return the dumps of the whole catalogue that can be downloaded, the latest first.

    Returns:
        ``[{"name", "created", "records", "files": [{"name", "bytes", "sha256", "url"}]}]``.
    """
    tk.check_access("ontario_inventory_dump_list", context, data_dict)
    return [_linked(one.view()) for one in dumps.existing(config.dumps_folder())]


def _linked(dump: dict[str, Any]) -> dict[str, Any]:
    for one in dump["files"]:
        place = {"name": dump["name"], "file": one["name"]}
        one["url"] = tk.url_for("ontario_inventory.dump_file", **place, _external=True)
    return dump
