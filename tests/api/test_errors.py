"""The catalogue of errors is what the portals answer, in both languages."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from ckanext.ontario.api import catalogue
from ckanext.ontario.api.catalogue import Error

CALLED = [error for error in catalogue.errors().values() if error.call]


@pytest.fixture
def callers(public: Any, internal_site: Any) -> dict[str, Any]:
    return {"anonymous": public.anonymous, "nobody": internal_site.nobody}


def made(caller: Any, call: dict[str, Any], headers: dict[str, str]) -> requests.Response:
    """Make the example call of an error."""
    if "get" in call:
        return caller.get(call["get"], headers=headers)
    body = call.get("send")
    if "send_size" in call:
        body = json.dumps({"q": "x" * call["send_size"]})
    if body is None:
        body = json.dumps(call.get("data", {}))
    headers = {"Content-Type": call.get("type", "application/json"), **headers}
    return caller.post(f"/api/3/action/{call['action']}", data=body, headers=headers)


def said(error: dict[str, Any]) -> str:
    """What an error says: its message, or each parameter with its own."""
    if "message" in error:
        return str(error["message"])
    return "; ".join(f"{key}: {' '.join(v)}" for key, v in error.items() if key != "__type")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("error", CALLED, ids=lambda error: error.key)
def test_each_error_is_as_the_catalogue_says(
    callers: dict[str, Any], error: Error, language: str
) -> None:
    answer = made(callers[error.call["as"]], dict(error.call), {"Accept-Language": language})
    assert answer.status_code == error.status
    assert answer.headers["Content-Type"].startswith("application/json")
    body = answer.json()
    assert body["success"] is False
    assert body["error"]["__type"] == error.type
    found = said(body["error"]).replace("\N{NO-BREAK SPACE}", " ")
    assert found == error.message[language].replace("\N{NO-BREAK SPACE}", " ")
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_address_decides_the_language_before_the_header(public: Any) -> None:
    answer = public.anonymous.post(
        "/fr/api/3/action/package_show", json={"id": "no"}, headers={"Accept-Language": "en"}
    )
    assert answer.json()["error"]["message"] == catalogue.errors()["not-found"].message["fr"]


@pytest.mark.parametrize("wished", ["fr-CA", "fr;q=0.9, en;q=0.1", "de, fr;q=0.5"])
def test_the_header_is_read_as_browsers_send_it(public: Any, wished: str) -> None:
    answer = public.anonymous.post(
        "/api/3/action/package_serch", json={}, headers={"Accept-Language": wished}
    )
    assert answer.json()["error"]["message"].startswith("Nom d’action inconnu")


@pytest.mark.parametrize("wished", ["de", "*", "en-CA, fr;q=0.5", "xx;q=hm", ""])
def test_other_wishes_get_english(public: Any, wished: str) -> None:
    answer = public.anonymous.post(
        "/api/3/action/package_serch", json={}, headers={"Accept-Language": wished}
    )
    assert answer.json()["error"]["message"].startswith("Action name not known")


def test_errors_that_no_call_brings_about_are_few() -> None:
    silent = {error.key for error in catalogue.errors().values() if not error.call}
    assert silent == {"search-unavailable", "too-many", "fault", "long-address"}
