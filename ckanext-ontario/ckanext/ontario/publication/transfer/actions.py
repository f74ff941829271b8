"""Actions between the portals: receive, status, push, retry, reconcile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.publication.gathering import dataset_schema
from ckanext.ontario.publication.projection import schema_version
from ckanext.ontario.publication.transfer import (
    auth,
    outbox,
    parcels,
    received,
    receiving,
    reconciling,
    service,
    tombstones,
    waiting,
)
from ckanext.ontario.publication.transfer.wire import BATCH
from ckanext.ontario.shared import portal

__all__ = [
    "ontario_publication_kind_receive",
    "ontario_publication_push",
    "ontario_publication_receive",
    "ontario_publication_reconcile",
    "ontario_publication_retry",
    "ontario_publication_status",
    "ontario_publication_token_ensure",
    "package_show",
]

package_show = tombstones.package_show
INSIDE = (
    "ontario_publication_push",
    "ontario_publication_reconcile",
    "ontario_publication_retry",
    "ontario_publication_status",
)
"""Actions of the internal portal."""

OUTSIDE = (
    "ontario_publication_kind_receive",
    "ontario_publication_receive",
    "ontario_publication_status",
    "ontario_publication_token_ensure",
    "package_show",
)
"""Actions of the public portal."""

MOST_ROWS = 1000


def ontario_publication_receive(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take releases from the internal portal and apply them; the public portal's only writer.

    Args:
        context: of the service user; nobody else may, system administrators included.
        data_dict: ``{"records": [release, …]}``, at most 100, each record once.

    Returns:
        ``{"generation": int, "answers": [{"id", "sequence", "status", "reason", "known"}]}``, in
        order. ``status`` is ``applied``, ``duplicate``, ``older``, ``removed``, ``refused`` or
        ``again``; one bad release does not keep the others out.

    Raises:
        NotAuthorized: for everybody else.
        ValidationError: when there are too many, or a record is there twice.
    """
    tk.check_access("ontario_publication_receive", context, data_dict)
    if not auth.is_service_user(model.User.get(str(context.get("user") or ""))):
        # Also for callers inside this process that skip authorisation.
        raise tk.NotAuthorized(tk._("Only the publication service may deliver releases."))
    records = data_dict.get("records")
    if not isinstance(records, list):
        raise tk.ValidationError({"records": [tk._("This must be a list of releases.")]})
    answers = receiving.receive(cast("list[Any]", records))
    return {"generation": received.generation(), "answers": answers}


@tk.side_effect_free
def ontario_publication_status(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return how publication stands on this portal.

    Args:
        context: of a catalogue administrator; on the public portal of the service user too.
        data_dict: on the public portal ``after`` and ``limit`` (at most 1,000) ask for rows.

    Returns:
        Inside ``{"portal", "generation", "public_url", "waiting", "parked", "oldest",
        "parked_releases": [{"package_id", "sequence", "reason", "attempts", "created"}],
        "waiting_kinds", "parked_kinds": [{"kind", "package_id", …}]}``, the last two of releases
        that are no record;
        outside ``{"portal", "generation", "schema_version", "records": {"put", "withdraw",
        "remove"}, "rows": [{"id", "operation", "generation", "sequence", "content_hash"}]}``.
    """
    tk.check_access("ontario_publication_status", context, data_dict)
    generation = received.generation()
    if portal.is_internal():
        return {"portal": "internal", "generation": generation, **waiting.summary(), **_kinds()}
    limit = min(max(tk.asint(data_dict.get("limit") or 0), 0), MOST_ROWS)
    return {
        "portal": "public",
        "generation": generation,
        "schema_version": schema_version(dataset_schema()),
        "records": received.counts(),
        "rows": received.page(str(data_dict.get("after") or ""), limit) if limit else [],
    }


def _kinds() -> dict[str, Any]:
    return {"waiting_kinds": parcels.count(), "parked_kinds": parcels.parked()}


def ontario_publication_kind_receive(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take releases that are no record (such as answers to votes), and hand each to its slice.

    Args:
        context: of the service user; nobody else may, system administrators included.
        data_dict: ``{"items": [{"kind", "package_id", "sequence", "content"}, …]}``, at most 100.

    Returns:
        ``{"answers": [{"status", "reason"}]}``, in order. ``status`` is ``applied``, ``duplicate``,
        ``again`` or ``refused``; a bad one does not keep the others out.

    Raises:
        NotAuthorized: for everybody else.
        ValidationError: when there are too many.
    """
    tk.check_access("ontario_publication_kind_receive", context, data_dict)
    if not auth.is_service_user(model.User.get(str(context.get("user") or ""))):
        raise tk.NotAuthorized(tk._("Only the publication service may deliver releases."))
    items = data_dict.get("items")
    if not isinstance(items, list) or len(cast("list[Any]", items)) > BATCH:
        raise tk.ValidationError({"items": [tk._("This must be a list of releases.")]})
    return {"answers": parcels.receive(cast("list[Any]", items))}


def ontario_publication_push(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send what waits in the outbox to the public portal; one process at a time does.

    Args:
        context: of a catalogue administrator; may hold ``progress``, told how many are done.
        data_dict: nothing.

    Returns:
        ``{"sent", "parked", "waiting", "busy", "problem"}``: how many went out and how many were
        parked by this call, how many wait still, whether another process is at it, and what is
        in the way of all (no token, no connection).
    """
    tk.check_access("ontario_publication_push", context, data_dict)
    return outbox.push(_progress(context))


def ontario_publication_retry(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Let parked releases be sent again.

    Args:
        context: of a catalogue administrator.
        data_dict: ``package_id`` for those of one record; without it, all.

    Returns:
        ``{"retried": int}``.
    """
    tk.check_access("ontario_publication_retry", context, data_dict)
    package_id = data_dict.get("package_id")
    count = waiting.retry(package_id) + parcels.retry(package_id)
    model.Session.commit()
    outbox.wake()
    return {"retried": count}


def ontario_publication_reconcile(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Compare the portals and repair what differs.

    Args:
        context: of a catalogue administrator; a system administrator for the flags.
        data_dict: ``dry_run`` only reports. ``after_restore`` raises the generation, so that this
            portal's releases count although the public one has later ones. ``purge_unknown``
            hides records that no release of this portal brought, when they are at most a tenth.

    Returns:
        ``{"compared", "same", "repaired": [id], "ahead": [id], "hidden_outside": [id],
        "unknown": [id], "purged": [id], "generation"}``.

    Raises:
        ValidationError: when the public portal can't be asked, or too much would be purged.
    """
    tk.check_access("ontario_publication_reconcile", context, data_dict)
    wanted = reconciling.Wanted(
        dry_run=tk.asbool(data_dict.get("dry_run", False)),
        after_restore=tk.asbool(data_dict.get("after_restore", False)),
        purge_unknown=tk.asbool(data_dict.get("purge_unknown", False)),
    )
    return reconciling.reconcile(wanted, _progress(context))


def ontario_publication_token_ensure(context: Context, data_dict: DataDict) -> dict[str, bool]:
    """See to it that a file holds a good token of the service user. For the portal itself.

    Args:
        context: of the portal; everybody else is refused.
        data_dict: ``file``, a path that the internal portal reads.

    Returns:
        ``{"made": bool}``: whether a new token was written.
    """
    tk.check_access("ontario_publication_token_ensure", context, data_dict)
    return {"made": service.ensure_token(Path(tk.get_or_bust(dict(data_dict), "file")))}


def _progress(context: Context) -> Callable[[int], None]:
    return cast("Any", context).get("progress") or (lambda _done: None)
