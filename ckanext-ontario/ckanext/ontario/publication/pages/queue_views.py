"""Pages of the queue: what waits, and approving several records at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask.views import MethodView

from ckanext.ontario.publication.pages import forms, queue
from ckanext.ontario.shared.guard import guarded

QUEUE = "ontario/publication/queue.html"
BATCH = "ontario/publication/batch.html"
RESULTS = "ontario/publication/results.html"


def work() -> Any:
    """Show the parts of the queue."""
    given = tk.request.args
    section, offset = given.get("section", ""), queue.offset_in(given.get("offset", ""))
    try:
        sort = _sort()
        sections = queue.queue(section, offset, sort)
        return tk.render(QUEUE, {"sections": sections, "rows": queue.ROWS, "sort": sort})
    except tk.NotAuthorized as err:
        return tk.abort(403, str(err))


def _sort() -> str:
    return "votes" if tk.request.args.get("sort") == "votes" else ""


class BatchView(MethodView):
    """Several records: a GET shows what changes in each, a POST approves those ticked."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self) -> Any:
        """Show the records that were chosen on the queue, or a whole page of it."""
        given = tk.request.args
        ids = given.getlist("id")
        if given.get("all"):
            ids = queue.everything_waiting(queue.offset_in(given.get("offset", "")), _sort())
        if not ids:
            tk.h.flash_notice(tk._("Choose records first."))
            return tk.redirect_to("ontario_publication.queue")
        return self._show(ids, ids, {})

    def post(self) -> Any:
        """Approve those ticked, and say how each went."""
        form = tk.request.form
        try:
            asked = queue.approval(form)
            done = tk.get_action("ontario_release_approve")({}, asked)
        except forms.Wrong as err:
            return self._again(err.errors)
        except tk.ValidationError as err:
            return self._again(forms.said(err))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        titles = {one: form.get(f"title-{one}", "") for one in form.getlist("id")}
        results = queue.outcomes(done["results"], titles)
        if all(one.approved for one in results):
            said = tk.ungettext(
                "{number} record approved.", "{number} records approved.", len(results)
            )
            tk.h.flash_success(said.format(number=len(results)))
            return tk.redirect_to("ontario_publication.queue")
        return tk.render(RESULTS, {"results": results})

    def _again(self, errors: forms.Errors) -> Any:
        form = tk.request.form
        return self._show(form.getlist("id"), form.getlist("chosen"), errors)

    def _show(self, ids: list[str], chosen: list[str], errors: forms.Errors) -> Any:
        made = queue.batch(ids, chosen, errors)
        page = tk.render(BATCH, {"batch": made, "typed": tk.request.form})
        return page, 409 if errors else 200
