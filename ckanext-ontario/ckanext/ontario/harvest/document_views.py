"""Uploading an inventory: a new source from a document, or a new document for a source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask.views import MethodView

from ckanext.ontario.harvest import names
from ckanext.ontario.harvest.pages import context, editable_source
from ckanext.ontario.shared.guard import guarded

_KIND = "inventory"


class UploadView(MethodView):
    """A new source whose document is uploaded."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, data: dict[str, Any] | None = None, errors: Any = None) -> Any:
        """Show the form."""
        organizations = tk.h.ontario_schema_owners()
        if not organizations:
            return tk.abort(
                403, tk._("Only editors of a ministry or agency may upload inventories.")
            )
        extra = {"data": data or {}, "errors": errors or {}, "organizations": organizations}
        return tk.render("ontario/harvest/upload.html", extra_vars=extra)

    def post(self) -> Any:
        """Keep the document, make the source, and show its dashboard."""
        form, document = tk.request.form, tk.request.files.get("document")
        data = {key: form.get(key, "").strip() for key in ("title", "owner_org", "profile")}
        if document is None or not document.filename:
            return self.get(data, {"upload": [tk._("Choose a file.")]})
        name = names.source_name(data["owner_org"], document.filename, _KIND)
        config = tk.h.dump_json({"profile": data["profile"]}) if data["profile"] else ""
        source = {
            "title": data["title"],
            "owner_org": data["owner_org"],
            "name": name,
            "source_type": _KIND,
            "document": document,
            "url": "",
            "config": config,
        }
        try:
            made = tk.get_action("harvest_source_create")(context(), source)
        except tk.ValidationError as err:
            return self.get(data, err.error_dict)
        except tk.NotAuthorized:
            return tk.abort(
                403, tk._("Only editors of the organization may upload its inventories.")
            )
        tk.h.flash_success(tk._("The document was kept. Harvest it when you are ready."))
        return tk.redirect_to("harvester.admin", id=made["name"])


class DocumentView(MethodView):
    """A new document for a source."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, source: str, errors: Any = None) -> str:
        """Show the form."""
        extra = {"harvest_source": editable_source(source), "errors": errors or {}}
        return tk.render("ontario/harvest/document.html", extra_vars=extra)

    def post(self, source: str) -> Any:
        """Keep the document as the source's."""
        found = editable_source(source)
        document = tk.request.files.get("document")
        if document is None or not document.filename:
            return self.get(source, {"upload": [tk._("Choose a file.")]})
        try:
            data = {"id": found["id"], "document": document}
            tk.get_action("harvest_source_patch")(context(), data)
        except tk.ValidationError as err:
            return self.get(source, err.error_dict)
        tk.h.flash_success(tk._("The document was kept. Harvest it when you are ready."))
        return tk.redirect_to("harvester.admin", id=found["name"])
