"""The ``ontario_data`` plugin: a table of contents."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import CKANConfig

from ckanext.datastore.interfaces import IDataDictionaryForm
from ckanext.ontario.data import after_commit, helpers, loading, uploading, validators, views
from ckanext.ontario.data.logic import action, auth
from ckanext.ontario.shared.startup import require_guards
from ckanext.xloader.interfaces import IXloader


@tk.blanket.blueprints(views.get_blueprints)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
class DataPlugin(p.SingletonPlugin):
    """Uploaded files and their tables: what may be uploaded, the DataStore, dictionaries."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigurable)
    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(p.IUploader, inherit=True)
    p.implements(p.IResourceController, inherit=True)
    p.implements(p.IDomainObjectModification, inherit=True)
    p.implements(IXloader, inherit=True)
    p.implements(IDataDictionaryForm, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        """Add templates and styles, unless the portal lacks its guards."""
        require_guards()
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "ontario_data")

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        """Give xloader its token and listen for what is committed."""
        config[loading.TOKEN_OPTION] = loading.token()
        after_commit.install()

    # IActions, IAuthFunctions

    def get_actions(self) -> dict[str, Any]:
        """Return the slice's actions, and those of the DataStore and xloader that it closes."""
        return {name: getattr(action, name) for name in action.__all__}

    def get_auth_functions(self) -> dict[str, Any]:
        """Return who may read and change tables."""
        return {name: getattr(auth, name) for name in auth.__all__}

    # IUploader

    def get_resource_uploader(self, data_dict: dict[str, Any]) -> Any:
        """Inspect what is uploaded for a resource."""
        return uploading.uploader_for_resource(data_dict)

    def get_uploader(self, upload_to: str, old_filename: str | None = None) -> Any:
        """Inspect pictures of organizations, topics and accounts."""
        return uploading.uploader_for_image(upload_to, old_filename)

    # IResourceController

    def before_resource_show(self, resource_dict: dict[str, Any]) -> dict[str, Any]:
        """Give the loader no address but that of an upload, whatever was written since."""
        if resource_dict.get("url_type") != "upload" and loading.in_job():
            resource_dict["url"] = ""
        if "task_created" in resource_dict:
            for key in loading.JOBS_OWN:
                resource_dict.pop(key, None)
        return resource_dict

    # IDomainObjectModification

    def notify(self, entity: Any, operation: Any) -> None:  # noqa: ARG002 -- CKAN's
        """Clear up after resources that go, and after uploads that links take the place of."""
        if isinstance(entity, model.Resource) and _is_left(entity):
            after_commit.clear(entity.id)

    # IXloader

    def can_upload(self, resource_id: str) -> bool:
        """Say that only uploads are read: a second lock behind the action's."""
        resource = model.Resource.get(resource_id)
        return resource is not None and resource.url_type == "upload"

    def datastore_before_update(
        self,
        resource_id: str,
        existing_fields: list[dict[str, Any]] | None,
        new_headers: list[dict[str, Any]],
    ) -> None:
        """Set the types and the dictionary of a new table's columns."""
        if existing_fields is None:
            loading.give_types(resource_id, new_headers)

    # IDataDictionaryForm

    def update_datastore_create_schema(self, schema: Any) -> Any:
        """Check the dictionary's entries, whoever writes them."""
        schema["fields"]["info"] = [*schema["fields"]["info"], validators.dictionary_entries]
        return schema


def _is_left(resource: model.Resource) -> bool:
    if resource.state == model.State.DELETED:
        return True
    if resource.url_type in {"upload", "datastore"}:
        return False
    return bool(
        (resource.extras or {}).get("datastore_active") or uploading.stored_file(resource.id)
    )
