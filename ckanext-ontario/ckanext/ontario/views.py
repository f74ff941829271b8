"""Pages of the root plugin, and what every answer of the portal says to browsers."""

from __future__ import annotations

from flask import Blueprint, Response

from ckanext.ontario import content_policy

__all__ = ["ontario"]

ontario = Blueprint("ontario", __name__)
ontario.after_app_request(content_policy.protect)


@ontario.route("/ontario/health")
def health() -> Response:
    """Answer ``ok``: this process serves requests. Says nothing about the portal."""
    return Response("ok", mimetype="text/plain", headers={"Cache-Control": "no-store"})
