"""Pages of a source beside its runs: its records, and when it is harvested by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask.views import MethodView

from ckanext.ontario.harvest import schedules, times
from ckanext.ontario.harvest.list_pages import Paging, asked_page
from ckanext.ontario.harvest.pages import context, editable_source
from ckanext.ontario.shared.cron import InvalidTiming
from ckanext.ontario.shared.guard import guarded

_RECORDS = 50
_ZONES = ("America/Toronto", "America/Winnipeg", "America/Atikokan", "UTC")

Row = dict[str, Any]


def records(source: str) -> str:
    """Show the records of a source; each can be written again."""
    found = editable_source(source)
    text = tk.request.args.get("text", "").strip()
    page = Paging(asked_page(), _RECORDS, 0)
    data = {"source_id": found["id"], "text": text, "offset": page.offset, "limit": page.size}
    answer = tk.get_action("ontario_harvest_record_list")(context(), data)
    extra = {
        "harvest_source": found,
        "records": answer["records"],
        "text": text,
        "paging": Paging(page.number, _RECORDS, answer["total"]),
    }
    return tk.render("ontario/harvest/records.html", extra_vars=extra)


class ScheduleView(MethodView):
    """When a source is harvested by itself."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, source: str) -> str:
        """Show the schedule and its form."""
        found = editable_source(source)
        data = tk.get_action("ontario_harvest_schedule_show")(context(), {"source_id": found["id"]})
        return _schedule(found, data, data["expression"] or "", data["zone"])

    def post(self, source: str) -> Any:
        """Save the schedule, or show when it would be."""
        found = editable_source(source)
        form = tk.request.form
        expression, zone = form.get("expression", "").strip(), form.get("zone", "").strip()
        show = tk.get_action("ontario_harvest_schedule_show")
        stored = show(context(), {"source_id": found["id"]})
        data = {"source_id": found["id"], "expression": expression, "zone": zone}
        try:
            if form.get("do") == "check":
                return _schedule(found, stored, expression, zone, _would(expression, zone))
            tk.get_action("ontario_harvest_schedule_update")(context(), data)
        except tk.ValidationError as err:
            return _schedule(found, stored, expression, zone, errors=err.error_dict)
        tk.h.flash_success(
            tk._("The schedule was saved.") if expression else tk._("The schedule was removed.")
        )
        return tk.redirect_to("ontario_harvest.schedule", source=found["name"])


def _would(expression: str, zone: str) -> list[str]:
    schedules.check(expression, zone)
    return [instant.isoformat() for instant in schedules.upcoming(expression, zone)]


def _schedule(
    source: Row,
    stored: Row,
    expression: str,
    zone: str,
    would: list[str] | None = None,
    errors: Any = None,
) -> str:
    extra = {
        "harvest_source": source,
        "schedule": stored,
        "next": [times.moment_in(instant, stored["zone"]) for instant in stored["next"]],
        "would": [times.moment_in(instant, zone) for instant in would or ()],
        "expression": expression,
        "zone": zone,
        "zones": list(dict.fromkeys([*_ZONES, stored["zone"], *_known(zone)])),
        "errors": errors or {},
    }
    return tk.render("ontario/harvest/schedule.html", extra_vars=extra)


def _known(zone: str) -> list[str]:
    try:
        schedules.upcoming("0 0 * * *", zone, 1)
    except InvalidTiming:
        return []
    return [zone]
