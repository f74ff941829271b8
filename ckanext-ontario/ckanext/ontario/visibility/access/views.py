"""Pages: asking for the data of a record, one's own requests, and those to decide on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.ontario.shared.errors import in_words
from ckanext.ontario.shared.guard import guarded
from ckanext.ontario.visibility import config
from ckanext.ontario.visibility.access import pages

__all__ = ["requests"]

requests = Blueprint("ontario_visibility_requests", __name__)

ASK = "ontario/visibility/ask.html"
MINE = "ontario/visibility/requests.html"
WAITING = "ontario/visibility/waiting.html"


@requests.route("/dataset/<id>/access-request", methods=["GET", "POST"])
@guarded
def ask(id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
    """Ask for the files of a record: a GET shows the form, a POST sends it."""
    pkg = _found(id)
    note = tk.h.ontario_visibility_access(pkg)
    errors: Mapping[str, str] = {}
    reason = tk.request.form.get("reason", "")
    if tk.request.method == "POST":
        try:
            tk.get_action("ontario_access_request_create")({}, {"id": pkg["id"], "reason": reason})
        except tk.ValidationError as err:
            errors = in_words(err)
        except (tk.ObjectNotFound, tk.NotAuthorized):
            return tk.abort(404, tk._("Dataset not found"))
        else:
            tk.h.flash_success(tk._("Your request was sent to the ministry."))
            return tk.redirect_to("ontario_visibility_requests.mine")
    extra = {"pkg": pkg, "pkg_dict": pkg, "dataset_type": "dataset", "title": pages.title(pkg)}
    page = tk.render(ASK, {**extra, "note": note, "errors": errors, "reason": reason})
    return page, 400 if errors else 200


@requests.route("/access-requests")
def mine() -> Any:
    """Show the reader's own requests."""
    return tk.render(MINE, {"page": pages.listed("mine", _offset())})


@requests.route("/access-requests/waiting")
def waiting() -> Any:
    """Show the requests that wait for the reader, and the grants they may end."""
    return _waiting({}, {})


@requests.route("/access-requests/<request_id>/decide", methods=["POST"])
@guarded
def decide(request_id: str) -> Any:
    """Take a step with a request, and return to the list it was on."""
    form = tk.request.form
    sent = {name: form.get(name, "") for name in ("decision", "reason", "until")}
    try:
        done = tk.get_action("ontario_access_request_decide")({}, {"id": request_id, **sent})
    except tk.ValidationError as err:
        return _waiting({request_id: in_words(err)}, sent), 400
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Request not found"))
    except tk.NotAuthorized as err:
        return tk.abort(403, str(err))
    tk.h.flash_success(pages.done(done["state"]))
    own = sent["decision"] == "withdraw"
    return tk.redirect_to(f"ontario_visibility_requests.{'mine' if own else 'waiting'}")


def _waiting(errors: Mapping[str, Mapping[str, str]], sent: Mapping[str, str]) -> str:
    page, granted = pages.listed("waiting", _offset()), pages.listed("granted", 0)
    here = {row.id for row in (*page.rows, *granted.rows)}
    extra = {
        "page": page,
        "granted": granted,
        "errors": errors,
        "gone": [said for one, told in errors.items() if one not in here for said in told.values()],
        "sent": sent,
        "last_day": pages.last_day(config.grant_days()),
        "first_day": pages.last_day(0),
    }
    return tk.render(WAITING, extra)


def _offset() -> int:
    return pages.offset_in(tk.request.args.get("offset", ""))


def _found(package_id: str) -> dict[str, Any]:
    try:
        return tk.get_action("package_show")({}, {"id": package_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Dataset not found"))
