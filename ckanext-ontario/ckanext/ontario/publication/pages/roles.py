"""What the page of roles and standing approvals shows, and how its forms are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.publication.pages import forms, words
from ckanext.ontario.publication.pages.words import When
from ckanext.ontario.publication.workflow import people
from ckanext.ontario.shared.bilingual import Said


@dataclass(frozen=True)
class Held:
    """A role on record."""

    id: str
    person: str
    role: str
    ministry: Said
    begins: When | None
    until: When | None
    given_by: str
    endable: bool
    """Whether the reader is offered to end it; the action decides."""


@dataclass(frozen=True)
class Standing:
    """A standing approval on record."""

    id: str
    title: Said
    href: str
    source: bool
    """Whether it is of all that a harvest source brings."""
    until: When | None
    given_by: str
    endable: bool


@dataclass(frozen=True)
class RolesPage:
    """The page."""

    roles: tuple[Held, ...]
    standing: tuple[Standing, ...]
    ministries: tuple[tuple[str, str], ...]
    """Where the reader gives roles: ``(name, title)``."""
    people: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Whom roles may be given to, by ministry: ``(title, ((account, name), …))``."""
    choices: tuple[tuple[str, str], ...]
    """Roles that the reader may give, with their names."""
    errors: forms.Errors


def page(errors: forms.Errors) -> RolesPage:
    """Return the page for its reader."""
    directed = ministries_directed()
    sysadmin = bool(tk.current_user.sysadmin)
    roles = tk.get_action("ontario_delegation_list")({}, {})
    return RolesPage(
        roles=tuple(_held(one, directed, sysadmin=sysadmin) for one in roles),
        standing=standing(directed),
        ministries=tuple((name, title) for name, title in directed.values()),
        people=_people(directed),
        choices=_choices(sysadmin=sysadmin),
        errors=errors,
    )


def _people(
    directed: Mapping[str, tuple[str, str]],
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    found = people.choosable(directed, tk.current_user.id)
    return tuple(
        (title, tuple((one["name"], _told_apart(one)) for one in found[organization]))
        for organization, (_name, title) in directed.items()
        if found[organization]
    )


def _told_apart(one: Mapping[str, str]) -> str:
    shown, account = one["display_name"], one["name"]
    return shown if shown == account else f"{shown} ({account})"


def ministries_directed() -> dict[str, tuple[str, str]]:
    """Return the ministries whose Director the reader is (all, for a system administrator)."""
    found = tk.get_action("organization_list_for_user")(
        {}, {"permission": "admin", "include_dataset_count": False}
    )
    return {one["id"]: (one["name"], one["title"]) for one in tk.h.ontario_schema_named(found)}


def _held(
    row: Mapping[str, Any], directed: Mapping[str, tuple[str, str]], *, sysadmin: bool
) -> Held:
    organization = row["organization"] or {}
    user = row["user"] or {}
    own = user.get("id") == tk.current_user.id
    if row["role"] == "delegate":
        gives = organization.get("id") in directed and not sysadmin
    else:
        gives = sysadmin
    return Held(
        id=row["id"],
        person=words.person(row["user"]),
        role=names()[row["role"]],
        ministry=words.organization(organization) or Said(tk._("All ministries")),
        begins=words.when(row["valid_from"]),
        until=words.when(row["valid_until"]),
        given_by=words.person(row["given_by"]),
        endable=own or gives,
    )


def names() -> dict[str, str]:
    """Return the roles in words."""
    return {
        "delegate": tk._("Director’s delegate"),
        "deputy_minister": tk._("Deputy Minister or agency head"),
        "catalogue_administrator": tk._("Catalogue administrator"),
    }


def _choices(*, sysadmin: bool) -> tuple[tuple[str, str], ...]:
    offered = ("deputy_minister", "catalogue_administrator") if sysadmin else ("delegate",)
    return tuple((one, names()[one]) for one in offered)


def standing(directed: Mapping[str, Any], package_id: str = "") -> tuple[Standing, ...]:
    """Return standing approvals of the reader's ministries, or those of one record."""
    found = tk.get_action("ontario_standing_approval_list")({}, {})
    wanted = (one for one in found if package_id in {"", one["package"]["id"]})
    return tuple(_standing(one, director=bool(directed)) for one in wanted)


def _standing(row: Mapping[str, Any], *, director: bool) -> Standing:
    package, source = row["package"], bool(row["harvest_source"])
    endpoint = "harvest.read" if source else "dataset.read"
    return Standing(
        id=row["id"],
        title=words.text(package["title_translated"], package["title"] or package["name"]),
        href=str(tk.url_for(endpoint, id=package["name"])),
        source=source,
        until=words.when(row["valid_until"]),
        given_by=words.person(row["given_by"]),
        endable=director,
    )


def take(form: forms.Form) -> str:
    """Do what a form of the page asks; return the sentence to show.

    Raises:
        ValidationError, NotAuthorized, ObjectNotFound: of the actions.
    """
    wish = form.get("do", "")
    if wish == "end":
        tk.get_action("ontario_delegation_revoke")({}, {"id": form.get("role_id", "")})
        return tk._("The role was ended. The record of it stays.")
    if wish == "end-standing":
        tk.get_action("ontario_standing_approval_revoke")({}, {"id": form.get("standing_id", "")})
        return tk._("The standing approval was ended.")
    if wish == "standing":
        given = {name: form.get(name, "").strip() for name in ("harvest_source_id", "valid_until")}
        tk.get_action("ontario_standing_approval_create")({}, given)
        return tk._("The standing approval was given.")
    tk.get_action("ontario_delegation_create")({}, _role(form))
    return tk._("The role is on record.")


def _role(form: forms.Form) -> dict[str, str]:
    """Return the role a form gives; what is left empty is left out."""
    names_of = ("user", "role", "organization", "valid_from", "valid_until")
    given = {name: form.get(name, "").strip() for name in names_of}
    if given["role"] == "catalogue_administrator":
        given["organization"] = ""  # of all ministries, whatever the list stood on
    return {name: value for name, value in given.items() if value}
