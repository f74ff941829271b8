"""Pages of the root plugin."""

from __future__ import annotations

from flask import Blueprint, Response

__all__ = ["ontario"]

ontario = Blueprint("ontario", __name__)


@ontario.route("/ontario/health")
def health() -> Response:
    """Answer ``ok``: this process serves requests. Says nothing about the portal."""
    return Response("ok", mimetype="text/plain", headers={"Cache-Control": "no-store"})
