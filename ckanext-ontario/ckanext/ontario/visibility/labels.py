"""Permission labels of the internal portal, from core's own."""

from __future__ import annotations

from collections.abc import Iterator

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.plugins import DefaultPermissionLabels

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility import domain


class PermissionLabels(DefaultPermissionLabels):
    """``IPermissionLabels``: core's labels, without ``public`` and with ``ops``, inside."""

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        """Return the labels of a record; on the public portal, core's."""
        inherited = super().get_dataset_labels(dataset_obj)
        if not portal.is_internal():
            return inherited
        return domain.internal_labels(_record(dataset_obj), inherited)

    def get_user_dataset_labels(self, user_obj: model.User) -> list[str]:
        """Return the labels a reader holds; on the public portal, core's."""
        if not portal.is_internal():
            return super().get_user_dataset_labels(user_obj)
        if not user_obj or user_obj.is_anonymous:
            return [domain.NOBODY]
        return domain.reader_labels(
            super().get_user_dataset_labels(user_obj),
            _edited_organizations(user_obj),
            active=is_active(user_obj),
        )


def is_active(user: model.User) -> bool:
    """Say whether an account is in use: not deleted, not only invited."""
    return user.state == model.State.ACTIVE


def _record(package: model.Package) -> domain.Record:
    extras = package.extras
    named = domain.ministries_of(extras.get("audience_ministries"))
    return domain.Record(
        id=package.id,
        type=package.type or "dataset",
        state=str(package.state),
        owner_org=package.owner_org,
        creator=package.creator_user_id,
        audience=extras.get("audience"),
        audience_ministries=tuple(_organization_ids(named)),
    )


def _organization_ids(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        organization = model.Group.get(name)
        if organization is not None and organization.is_organization:
            yield organization.id


def _edited_organizations(user: model.User) -> list[str]:
    organizations = tk.get_action("organization_list_for_user")(
        {"user": user.id}, {"permission": "update_dataset"}
    )
    return [organization["id"] for organization in organizations]
