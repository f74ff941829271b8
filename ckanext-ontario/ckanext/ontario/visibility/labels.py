"""Permission labels of the internal portal, from core's own."""

from __future__ import annotations

from ckan import model
from ckan.lib.plugins import DefaultPermissionLabels

from ckanext.ontario.shared import portal, sharing
from ckanext.ontario.visibility import domain, memberships, records
from ckanext.ontario.visibility import model as model_of_requests
from ckanext.ontario.visibility.access import shown
from ckanext.ontario.visibility.reading import once_a_request


class PermissionLabels(DefaultPermissionLabels):
    """``IPermissionLabels``: core's labels, without ``public`` and with ``ops``, inside."""

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        """Return the labels of a record; on the public portal, core's."""
        inherited = super().get_dataset_labels(dataset_obj)
        if not portal.is_internal():
            return inherited
        record = records.of_package(dataset_obj, shared=sharing.is_shared(dataset_obj.id))
        return domain.internal_labels(record, inherited)

    def get_user_dataset_labels(self, user_obj: model.User) -> list[str]:
        """Return the labels a reader holds; on the public portal, core's."""
        if not user_obj or user_obj.is_anonymous:
            return [domain.NOBODY] if portal.is_internal() else [domain.PUBLIC]
        return list(once_a_request(f"labels-{user_obj.id}", lambda: _held_by(self, user_obj)))


def _held_by(labels: PermissionLabels, user: model.User) -> list[str]:
    inherited = DefaultPermissionLabels.get_user_dataset_labels(labels, user)
    if not portal.is_internal():
        return inherited
    if any(label.startswith(domain.COLLABORATOR) for label in inherited):
        # A grant ends with its last day, also when the nightly job is late.
        over = model_of_requests.run_out(user.id, shown.today())
        inherited = [one for one in inherited if one.removeprefix(domain.COLLABORATOR) not in over]
    edited = memberships.organizations_of(user, "update_dataset")
    return domain.reader_labels(inherited, edited, active=is_active(user))


def is_active(user: model.User) -> bool:
    """Say whether an account is in use: not deleted, not only invited."""
    return user.state == model.State.ACTIVE
