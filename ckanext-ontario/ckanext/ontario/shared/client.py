"""Which client sent a request, past the proxies that are declared and no further."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

TRUSTED_PROXIES = "ckanext.ontario.trusted_proxies"


def client_address() -> str:
    """Return the network address of the caller, for limits and counts; never for rights.

    Each declared proxy adds one address at the right of ``X-Forwarded-For``; what stands left of
    those was written by the caller and is not believed.
    """
    environ = tk.request.environ
    peer = str(environ.get("REMOTE_ADDR") or "")
    proxies = int(tk.config[TRUSTED_PROXIES])
    header = str(tk.request.headers.get("X-Forwarded-For") or "")
    return behind(peer, header, proxies)


def behind(peer: str, forwarded: str, proxies: int) -> str:
    """Return the caller's address, given what the last proxy and the header say.

    Args:
        peer: who opened the connection.
        forwarded: the header ``X-Forwarded-For``.
        proxies: how many proxies of ours stand before the portal.
    """
    told = [one.strip() for one in forwarded.split(",") if one.strip()]
    return told[-proxies] if 0 < proxies <= len(told) else peer
