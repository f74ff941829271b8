"""Permission labels of the internal portal, from core's own."""

from __future__ import annotations

from collections.abc import Iterator

from ckan import model
from ckan.lib.plugins import DefaultPermissionLabels

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility import domain, memberships
from ckanext.ontario.visibility.reading import once_a_request


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
        if not user_obj or user_obj.is_anonymous:
            return [domain.NOBODY] if portal.is_internal() else [domain.PUBLIC]
        return list(once_a_request(f"labels-{user_obj.id}", lambda: _held_by(self, user_obj)))


def _held_by(labels: PermissionLabels, user: model.User) -> list[str]:
    inherited = DefaultPermissionLabels.get_user_dataset_labels(labels, user)
    if not portal.is_internal():
        return inherited
    edited = memberships.organizations_of(user, "update_dataset")
    return domain.reader_labels(inherited, edited, active=is_active(user))


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
