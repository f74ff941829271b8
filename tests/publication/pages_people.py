"""Everyone around one ministry's records, as callers over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import html

from callers import Caller
from factories import call, make_organization, make_user

from .ministry import Ministry, make_ministry

CONFIRMED = dict.fromkeys(("legal", "privacy", "security", "accessibility", "issues_plan"), "yes")
REASON = "The period is wrong."


@dataclass(frozen=True)
class People:
    """A ministry, and who may ask about it."""

    ministry: Ministry
    editor: Caller
    director: Caller
    delegate: Caller
    deputy: Caller
    member: Caller
    outsider: Caller
    """Another ministry's editor."""
    sysadmin: Caller
    nobody: Caller


def make_people(app: Any) -> People:
    """Make two ministries and a system administrator."""
    ministry, outsider = make_ministry(), make_user()["name"]
    make_organization(users=[{"name": outsider, "capacity": "editor"}])
    admin = make_user(sysadmin=True)["name"]
    names = {
        "editor": ministry.editor, "director": ministry.director, "delegate": ministry.delegate,
        "deputy": ministry.deputy, "member": ministry.member, "outsider": outsider,
        "sysadmin": admin,
    }  # fmt: skip
    callers = {
        role: Caller(app, name, call("api_token_create", user=name, name="tests")["token"])
        for role, name in names.items()
    }
    return People(ministry, nobody=Caller(app), **callers)


def text_of(answer: Any) -> str:
    """Return the words of a page, without the frame around it."""
    (main,) = html.fromstring(answer.text).xpath("//*[@role='main' or self::main][1]")
    return " ".join(main.text_content().split())


def steps_on(caller: Caller, record: dict[str, Any]) -> list[str]:
    """Return the steps that the record's page of publication offers."""
    page = caller.page(f"/publication/{record['id']}")
    return [
        href.rpartition("/")[2] for href in page.xpath("//ul[@class='publication-steps']//a/@href")
    ]


def filled(caller: Caller, url: str, action: str = "") -> dict[str, Any]:
    """What a browser would post of a page's form as it stands, without the button."""
    forms = caller.page(url).xpath(
        "//main//form[@method='post'] | //*[@role='main']//form[@method='post']"
    )
    form = next(one for one in forms if not action or action in (one.get("action") or ""))
    sent: dict[str, Any] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return sent
