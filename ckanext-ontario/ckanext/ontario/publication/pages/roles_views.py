"""Pages of roles and standing approvals: those of the reader's ministries, and of one record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask.views import MethodView

from ckanext.ontario.publication.pages import forms, page, roles
from ckanext.ontario.shared.guard import guarded

ROLES = "ontario/publication/roles.html"
STANDING = "ontario/publication/standing.html"


class RolesView(MethodView):
    """Roles: a GET lists them with forms for those who give them, a POST gives or ends one."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self) -> Any:
        """Show the roles and standing approvals of the reader's ministries."""
        return self._show({})

    def post(self) -> Any:
        """Give or end a role or a standing approval."""
        try:
            said = roles.take(tk.request.form)
        except tk.ValidationError as err:
            return self._show(forms.said(err))
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("There is no such thing."))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        tk.h.flash_success(said)
        return tk.redirect_to("ontario_publication.roles")

    def _show(self, errors: forms.Errors) -> Any:
        try:
            made = roles.page(errors)
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        shown = tk.render(ROLES, {"page": made, "typed": tk.request.form})
        return shown, 409 if errors else 200


class StandingView(MethodView):
    """A record's standing approval: a GET asks until when, a POST gives it."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
        """Show the form."""
        return self._show(id, {})

    def post(self, id: str) -> Any:  # noqa: A002 -- as above
        """Give it and show the record."""
        given = {"id": id, "valid_until": tk.request.form.get("valid_until", "")}
        try:
            tk.get_action("ontario_standing_approval_create")({}, given)
            found = page.status(id)
        except tk.ValidationError as err:
            return self._show(id, forms.said(err))
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("Dataset not found"))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        tk.h.flash_success(tk._("The standing approval was given."))
        return tk.redirect_to("ontario_publication.record", id=found.id)

    def _show(self, package_id: str, errors: forms.Errors) -> Any:
        try:
            found = page.standing(package_id, errors)
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("Dataset not found"))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        shown = tk.render(STANDING, {"page": found, "typed": tk.request.form})
        return shown, 409 if errors else 200
