"""Users, organizations and datasets for tests, made by the real actions.

Every dataset is complete and publishable unless a test says otherwise::

    dataset = make_dataset(access_level="under_review", planned_release_date="2031-01-01")
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import search
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.publication.model import WORKING_COPY
from ckanext.ontario.shared import clock

_numbers = itertools.count(1)


def as_user(name: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a context for calling an action as a user with that user's rights.

    Without a name it is the site user, whom nothing is refused.
    """
    if name is None:
        name = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        more = {"ignore_auth": True, **more}
    user = model.User.get(name)
    return {"model": model, "session": model.Session, "user": name, "auth_user_obj": user, **more}


def call(action: str, caller: str | None = None, /, **data: Any) -> Any:
    """Call an action as the user of that name; without one, as the site user."""
    return tk.get_action(action)(as_user(caller), data)


def make_user(*, sysadmin: bool = False, **values: Any) -> dict[str, Any]:
    """Make an account with an address of the Ontario Public Service."""
    name = values.pop("name", f"user-{next(_numbers)}")
    user = call(
        "user_create",
        name=name,
        email=values.pop("email", f"{name}@ontario.ca"),
        password=values.pop("password", "correct-horse-battery"),
        **values,
    )
    if sysadmin:
        call("user_patch", id=user["id"], sysadmin=True)
    return user


def make_organization(**values: Any) -> dict[str, Any]:
    """Make a ministry; ``users=[{"name", "capacity"}]`` gives it members."""
    number = next(_numbers)
    given = {
        "name": f"ministry-{number}",
        "title_translated": {
            "en": f"Ministry of Test Number {number}",
            "fr": f"Ministère de l’essai numéro {number}",
        },
        "jurisdiction": "provincial",
        "category": "ministry",
        **values,
    }
    return call("organization_create", **given)


def dataset_values(**values: Any) -> dict[str, Any]:
    """Return the values of a complete, publishable, open dataset, without its organization."""
    number = next(_numbers)
    return {
        "name": f"dataset-{number}",
        "title_translated": {
            "en": f"Lake water levels, series {number}",
            "fr": f"Niveaux d’eau des lacs, série {number}",
        },
        "notes_translated": {
            "en": "Daily mean level of each regulated lake, in metres above sea level.",
            "fr": "Niveau quotidien moyen de chaque lac régularisé, en mètres au-dessus de la mer.",
        },
        "short_description_translated": {
            "en": "Daily levels of regulated lakes.",
            "fr": "Niveaux quotidiens des lacs régularisés.",
        },
        "keywords": {"en": ["lakes", "water level"], "fr": ["lacs", "niveau d'eau"]},
        "topics": ["environment-and-natural-resources"],
        "asset_type": "dataset",
        "access_level": "open",
        "license_id": "OGL-ON-1.0",
        "exemption": "none",
        "update_frequency": "other",
        "maintainer_translated": {"en": "Surface Water Unit", "fr": "Unité des eaux de surface"},
        "maintainer_email": "surface.water@ontario.ca",
        "resources": [
            {
                "url": f"https://files.ontario.ca/lakes-{number}.csv",
                "format": "CSV",
                "type": "data",
                "language": "english_and_french",
                "name_translated": {"en": "Levels", "fr": "Niveaux"},
            }
        ],
        **values,
    }


def make_dataset(
    user: str | None = None,
    organization: dict[str, Any] | None = None,
    *,
    shared: bool = True,
    **values: Any,
) -> dict[str, Any]:
    """Make a complete dataset; of a new organization unless one is given.

    Its audience may read it, as after a submission, unless ``shared`` is false.
    """
    if "owner_org" not in values:
        values["owner_org"] = (organization or make_organization())["id"]
    create = create_shared if shared else functools.partial(call, "package_create")
    return create(user, **dataset_values(**values))


def create_shared(user: str | None = None, /, **values: Any) -> dict[str, Any]:
    """Make a record of these values that its audience may read, as after a submission."""
    if user is None:  # before it is there, so that it is indexed once
        values.setdefault("id", make_uuid())
        share(values["id"])
    record = call("package_create", user, **values)
    if user is not None:
        share(record["id"])
        model.Session.commit()
        search.rebuild(record["id"])
    return record


def share(package_id: str) -> None:
    """Mark a record as shared with its audience, in the session's transaction."""
    row = {"package_id": package_id, "state": "draft", "since": clock.now(), "shared": True}
    added = insert(WORKING_COPY).values(**row)
    known = added.on_conflict_do_update(index_elements=["package_id"], set_={"shared": True})
    model.Session.execute(known)
