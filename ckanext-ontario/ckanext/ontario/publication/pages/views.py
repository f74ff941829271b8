"""Pages of publication on the internal portal: a record's, and one for each step.

They only call actions; what changes something is posted and guarded; everything works without
JavaScript. Who may not know of a record gets 404, who may know of it and not more, 403.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

from ckanext.ontario.publication.pages import forms, page, queue_views, roles_views, words
from ckanext.ontario.shared.guard import guarded

__all__ = ["ontario_publication"]

RECORD = "ontario/publication/record.html"
STEP = "ontario/publication/step.html"


def record(id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
    """Show where a record stands: the next steps, the preview, the history."""
    try:
        return tk.render(RECORD, {"page": page.record(id)})
    except tk.ObjectNotFound:
        return _missing()
    except tk.NotAuthorized as err:
        return tk.abort(403, str(err))


class StepView(MethodView):
    """One step with a record: a GET shows its form, a POST takes it."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, id: str, step: str) -> Any:  # noqa: A002 -- as above
        """Show the form, to those who may take the step."""
        return _answered(lambda: self._show(id, step, {}))

    def post(self, id: str, step: str) -> Any:  # noqa: A002 -- as above
        """Take the step and show the record, or say what is wrong."""
        return _answered(lambda: self._take(id, step))

    def _take(self, package_id: str, step: str) -> Any:
        form = tk.request.form
        if step not in forms.READ:
            return _missing()
        try:
            if step == "remove":
                forms.require_name(form, page.status(package_id).name)
            asked = forms.READ[step](form)
            done = tk.get_action(f"ontario_release_{step}")({}, {"id": package_id, **asked})
        except forms.Wrong as err:
            return self._show(package_id, step, err.errors)
        except tk.ValidationError as err:
            return self._show(package_id, step, forms.said(err))
        tk.h.flash_success(words.done(_outcome(step, asked, done)))
        return tk.redirect_to("ontario_publication.record", id=done["id"])

    def _show(self, package_id: str, step: str, errors: forms.Errors) -> Any:
        if step not in forms.READ:
            return _missing()
        made = page.step(package_id, step, errors)
        shown = tk.render(STEP, {"page": made, "typed": tk.request.form})
        return shown, 409 if errors or not made.open else 200


def _outcome(step: str, asked: dict[str, Any], done: dict[str, Any]) -> str:
    """Return which sentence fits what happened."""
    if step == "schedule" and asked.get("cancel"):
        return "cancel"
    if step == "approve" and done.get("scheduled"):
        return "approve-later"
    return step


def _answered(show: Callable[[], Any]) -> Any:
    try:
        return show()
    except tk.ObjectNotFound:
        return _missing()
    except tk.NotAuthorized as err:
        return tk.abort(403, str(err))


def _missing() -> Any:
    return tk.abort(404, tk._("Dataset not found"))


ontario_publication = Blueprint("ontario_publication", __name__)
_RULES: list[tuple[str, str, Callable[..., Any]]] = [
    ("/publication", "queue", queue_views.work),
    ("/publication/approve", "batch", queue_views.BatchView.as_view("batch")),
    ("/publication/roles", "roles", roles_views.RolesView.as_view("roles")),
    ("/publication/<id>", "record", record),
    ("/publication/<id>/standing", "standing", roles_views.StandingView.as_view("standing")),
    ("/publication/<id>/<step>", "step", StepView.as_view("step")),
]
for _rule, _endpoint, _view in _RULES:
    ontario_publication.add_url_rule(_rule, _endpoint, _view)
