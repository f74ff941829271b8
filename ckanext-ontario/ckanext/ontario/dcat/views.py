"""``/catalog.<format>``, ``/dataset/<id>.<format>``, and the same by content negotiation.

The addresses are ckanext-dcat's; its own views are off (``ckanext.dcat.enable_rdf_endpoints``),
because they answer an unknown format with an error of the server and, negotiating, take the place
of CKAN's dataset page.
"""

from __future__ import annotations

from typing import cast

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError, SearchQueryError
from flask import Blueprint, Response

from ckanext.ontario.dcat.logic.parameters import FORMATS

__all__ = ["ontario_dcat"]

ontario_dcat = Blueprint("ontario_dcat", __name__)

SUFFIXES = f"any({', '.join(FORMATS)})"
"""Werkzeug's way to say that a part of an address is one of these."""

NEGOTIATED = ("dataset.read", "home.index")
"""CKAN's pages that have a graph beside them: one record, and the catalogue."""

_OFFERED = {"text/html": None, **{kind: suffix for suffix, kind in reversed(FORMATS.items())}}

_READ = frozenset({"GET", "HEAD"})


@ontario_dcat.route(f"/catalog.<{SUFFIXES}:_format>", endpoint="catalog")
def catalog(_format: str) -> Response:
    """Answer with a page of the catalogue."""
    asked = tk.request.args
    names = ("page", "modified_since", "q", "fq", "profiles")
    wanted = {name: asked[name] for name in names if name in asked}
    return _answer("dcat_catalog_show", {**wanted, "format": _format})


@ontario_dcat.route(f"/dataset/<_id>.<{SUFFIXES}:_format>", endpoint="dataset")
def dataset(_id: str, _format: str) -> Response:
    """Answer with one record."""
    wanted = {"id": _id, "format": _format, "profiles": tk.request.args.get("profiles")}
    return _answer("dcat_dataset_show", wanted)


@ontario_dcat.before_app_request
def negotiate() -> Response | None:
    """Answer with the graph where a client prefers one to the page at the same address."""
    endpoint = tk.request.endpoint
    if endpoint not in NEGOTIATED or tk.request.method not in _READ:
        return None
    accepted = tk.request.accept_mimetypes
    wanted = _OFFERED[accepted.best_match(list(_OFFERED), default="text/html")]
    if wanted is None:
        return None
    if endpoint == "home.index":
        return catalog(wanted)
    return dataset(str((tk.request.view_args or {})["id"]), wanted)


@ontario_dcat.after_app_request
def vary(response: Response) -> Response:
    """Tell caches that these addresses answer by what the client accepts."""
    if tk.request.endpoint in NEGOTIATED:
        response.vary.add("Accept")
    return response


def _answer(action: str, wanted: dict[str, str | None]) -> Response:
    try:
        graph = tk.get_action(action)({}, wanted)
    except tk.ValidationError as err:
        found = cast("dict[str, list[str]]", err.error_dict)
        return tk.abort(400, " ".join(message for said in found.values() for message in said))
    except SearchQueryError as err:
        return tk.abort(400, str(err))
    except SearchError as err:
        return tk.abort(503, str(err))
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404)
    kind = FORMATS[str(wanted["format"])]
    return Response(graph, content_type=f"{kind}; charset=utf-8")
