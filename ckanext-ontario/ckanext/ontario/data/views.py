"""Pages of a table: its rows, its dictionary, and reading the file again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response
from flask.views import MethodView

from ckanext.ontario.data import asking, charts, helpers, maps, pictures, preview, serving
from ckanext.ontario.data.domain import dictionary
from ckanext.ontario.shared.bilingual import language_of
from ckanext.ontario.shared.guard import guarded

__all__ = ["get_blueprints"]

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet calculate a cell."""

TYPE_CHOICES = ("", "text", "numeric", "date", "timestamp")


def _found(id: str, resource_id: str) -> dict[str, Any]:  # noqa: A002 -- CKAN's name
    """Return a record and one of its resources; for those who may not read it there is none."""
    try:
        pkg = tk.get_action("package_show")({}, {"id": id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Resource not found"))
    for resource in pkg["resources"]:
        if resource["id"] == resource_id:
            # Core's templates of resource pages know the record by several names.
            return {"pkg": pkg, "package": pkg, "pkg_dict": pkg, "resource": resource}
    return tk.abort(404, tk._("Resource not found"))


def table(id: str, resource_id: str) -> Any:  # noqa: A002
    """Show a page of a resource's table; it can be sorted, searched and turned without scripts."""
    found = _found(id, resource_id)
    asked = preview.Asked.from_query(tk.request.args)
    view = helpers.ontario_data_view(found["resource"], asked)
    code = 400 if view.page and view.page.problem else 200
    return tk.render("ontario/data/table.html", {**found, "view": view}), code


def chart(id: str, resource_id: str) -> Any:  # noqa: A002
    """Draw the chart of a resource's table that the address asks for."""
    found, read = _drawable(id, resource_id)
    drawn = charts.read(read, pictures.asked(tk.request.args), language_of(str(tk.h.lang())))
    if drawn is None:
        return tk.abort(404, tk._("This table has no columns that suit a chart."))
    code = 400 if drawn.problem else 200
    return tk.render("ontario/data/chart.html", {**found, "chart": drawn}), code


def map_(id: str, resource_id: str) -> Any:  # noqa: A002
    """Draw the places of a resource's table."""
    found, read = _drawable(id, resource_id)
    drawn = maps.read(read, language_of(str(tk.h.lang())))
    if drawn is None:
        return tk.abort(404, tk._("This table has no columns of places."))
    return tk.render("ontario/data/map.html", {**found, "map": drawn})


def _drawable(id: str, resource_id: str) -> tuple[dict[str, Any], asking.Table]:  # noqa: A002
    found = _found(id, resource_id)
    read = None
    if found["resource"].get("datastore_active"):
        read = asking.table(resource_id, language_of(str(tk.h.lang())))
    if read is None:
        return tk.abort(404, tk._("This resource has no table."))
    return found, read


def dictionary_csv(id: str, resource_id: str) -> Any:  # noqa: A002
    """Return a table's dictionary as CSV, safe to open in a spreadsheet."""
    _found(id, resource_id)
    try:
        shown = tk.get_action("ontario_data_dictionary_show")({}, {"resource_id": resource_id})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("This resource has no table."))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(dictionary.HEADERS)
    for field in shown["fields"]:
        cells = [field["id"], *(field[key] for key in dictionary.HEADERS[1:])]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULAS) else cell for cell in cells])
    headers = {"Content-Disposition": f"attachment; filename=dictionary-{resource_id}.csv"}
    return Response(f"\ufeff{out.getvalue()}", mimetype="text/csv", headers=headers)


class DictionaryView(MethodView):
    """The form in which editors describe a table's columns."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(
        self,
        id: str,  # noqa: A002
        resource_id: str,
        sent: list[dict[str, str]] | None = None,
        errors: list[dict[str, list[str]]] | None = None,
    ) -> Any:
        """Show the form, with what was sent and what is wrong with it."""
        found = _editable(id, resource_id)
        fields = _fields(resource_id)
        if sent is not None:
            fields = [{**field, **one} for field, one in zip(fields, sent, strict=False)]
        extra = {**found, "fields": fields, "errors": errors or [], "types": TYPE_CHOICES}
        extra["limits"] = dictionary.LIMITS
        return tk.render("ontario/data/dictionary.html", extra), 400 if errors else 200

    def post(self, id: str, resource_id: str) -> Any:  # noqa: A002
        """Keep what was sent."""
        _editable(id, resource_id)
        form = tk.request.form
        sent = [
            {"id": field["id"], **{key: form.get(f"{n}-{key}", "") for key in dictionary.LIMITS}}
            for n, field in enumerate(_fields(resource_id))
        ]
        try:
            tk.get_action("ontario_data_dictionary_update")(
                {}, {"resource_id": resource_id, "fields": sent}
            )
        except tk.ValidationError as err:
            told: dict[str, Any] = err.error_dict
            return self.get(id, resource_id, sent, told.get("fields") or [{}])
        tk.h.flash_success(
            tk._("The data dictionary was saved. Types hold from the next reading of the file.")
        )
        return tk.redirect_to("ontario_data.table", id=id, resource_id=resource_id)


@guarded
def reload_file(id: str, resource_id: str) -> Any:  # noqa: A002
    """Read the uploaded file into its table again."""
    _editable(id, resource_id)
    try:
        queued = tk.get_action("xloader_submit")({}, {"resource_id": resource_id})
    except tk.ValidationError as err:
        told: dict[str, Any] = err.error_dict
        tk.h.flash_error(" ".join(told.get("resource_id", [])))
    else:
        message = (
            tk._("The file will be read again; that takes a moment.")
            if queued
            else tk._("The file already waits to be read.")
        )
        tk.h.flash_notice(message)
    return tk.redirect_to("ontario_data.table", id=id, resource_id=resource_id)


def _editable(id: str, resource_id: str) -> dict[str, Any]:  # noqa: A002
    found = _found(id, resource_id)
    try:
        tk.check_access("ontario_data_dictionary_update", {}, {"resource_id": resource_id})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("Only editors of this record may do this."))
    return found


def _fields(resource_id: str) -> list[dict[str, str]]:
    try:
        shown = tk.get_action("ontario_data_dictionary_show")({}, {"resource_id": resource_id})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("This resource has no table."))
    return list(shown["fields"])


def get_blueprints() -> list[Blueprint]:
    """Return the slice's pages, with the hooks that guard what is uploaded."""
    pages = Blueprint("ontario_data", __name__)
    address = "/dataset/<id>/resource/<resource_id>"
    pages.add_url_rule(f"{address}/table", "table", table)
    pages.add_url_rule(f"{address}/chart", "chart", chart)
    pages.add_url_rule(f"{address}/map", "map", map_)
    pages.add_url_rule(f"{address}/dictionary.csv", "dictionary_csv", dictionary_csv)
    pages.add_url_rule(f"{address}/dictionary", view_func=DictionaryView.as_view("dictionary"))
    pages.add_url_rule(f"{address}/reload", "reload", reload_file, methods=["POST"])
    serving.install(pages)
    return [pages]
