"""Calls of an action as they are pasted into a shell, Python or R.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ckanext.ontario.api.domain import Action
from ckanext.ontario.api.openapi import PREFIX

TOKEN = "TOKEN"  # noqa: S105 -- the name of the environment variable, not a token
"""The environment variable that the examples of the internal portal read the token from."""


@dataclass(frozen=True)
class Snippets:
    """One call in three languages."""

    curl: str
    python: str
    r: str


def filled(example: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """Return an example's parameters with ``{dataset}`` and its like filled in."""
    return {
        name: known.get(value[1:-1], value) if _is_blank(value) else value
        for name, value in example.items()
    }


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("{") and value.endswith("}")


def snippets(action: Action, site: str, known: Mapping[str, str], *, token: bool) -> Snippets:
    """Return the example call of an action.

    Args:
        action: which one.
        site: address of the portal.
        known: names and ids of things that exist, see :func:`filled`.
        token: whether a call needs one; it is read from the environment, never written down.
    """
    data = filled(action.example, known)
    address = f"{site}{PREFIX}{action.name}"
    if "GET" in action.methods:
        return Snippets(
            _curl_get(address, data, token=token),
            _python(address, "get", "params", data, token=token),
            _r_get(address, data, token=token),
        )
    return Snippets(
        _curl_post(address, data, token=token),
        _python(address, "post", "json", data, token=token),
        _r_post(address, data, token=token),
    )


def _curl_get(address: str, data: Mapping[str, Any], *, token: bool) -> str:
    full = f"{address}?{urlencode(data)}" if data else address
    return " ".join(["curl", "-sS", *_curl_token(token=token), shlex.quote(full)])


def _curl_post(address: str, data: Mapping[str, Any], *, token: bool) -> str:
    body = json.dumps(data, ensure_ascii=False)
    words = ["curl", "-sS", *_curl_token(token=token), "-H", "'Content-Type: application/json'"]
    return " ".join([*words, "-d", shlex.quote(body), shlex.quote(address)])


def _curl_token(*, token: bool) -> list[str]:
    return ["-H", f'"Authorization: ${TOKEN}"'] if token else []


def _python(address: str, method: str, how: str, data: Mapping[str, Any], *, token: bool) -> str:
    lines = ["import os", ""] if token else []
    lines += ["import requests", ""]
    headers = f'    headers={{"Authorization": os.environ["{TOKEN}"]}},\n' if token else ""
    call = (
        f'answer = requests.{method}(\n    "{address}",\n    {how}={dict(data)!r},\n'
        f"{headers}    timeout=60,\n)"
    )
    lines += [call, "answer.raise_for_status()", 'print(answer.json()["result"])']
    return "\n".join(lines)


def _r_get(address: str, data: Mapping[str, Any], *, token: bool) -> str:
    full = f"{address}?{urlencode(data)}" if data else address
    if not token:
        return f"library(jsonlite)\n\nanswer <- fromJSON({json.dumps(full)})\nstr(answer$result)"
    return "\n".join(["library(httr2)", "", f"answer <- request({json.dumps(full)}) |>", *_R_SEND])


def _r_post(address: str, data: Mapping[str, Any], *, token: bool) -> str:
    body = json.dumps(data, ensure_ascii=False)
    lines = [
        "library(httr2)",
        "",
        f"answer <- request({json.dumps(address)}) |>",
        f'  req_body_raw({json.dumps(body, ensure_ascii=False)}, type = "application/json") |>',
    ]
    return "\n".join([*lines, *(_R_SEND if token else _R_SEND[1:])])


_R_SEND = (
    f'  req_headers(Authorization = Sys.getenv("{TOKEN}")) |>',
    "  req_perform() |>",
    "  resp_body_json()",
    "str(answer$result)",
)
