"""Reading what a release freezes, from a real record with an uploaded file and its table."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from ckan.lib import uploader
from ckan.tests.helpers import call_action
from tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.ontario.publication import files, gathering, projection

BODY = b"lake,level\nSimcoe,219.15\n"


@pytest.fixture(scope="module")
def record(internal: Any, clean_module: None) -> dict[str, Any]:
    call_action("ontario_schema_seed")
    made = factories.make_dataset(
        owner_org="mecp", resources=[], colby_notes="not for the public", custodian_name="A. Person"
    )
    resource = factories.call(
        "resource_create",
        package_id=made["id"],
        upload=FileStorage(io.BytesIO(BODY), "levels.csv"),
        type="data",
        format="CSV",
        name_translated={"en": "Levels", "fr": "Niveaux"},
    )
    fields = [{"id": "lake", "type": "text", "info": {"label_en": "Lake", "label_fr": "Lac"}}]
    call_action(
        "datastore_create",
        context={"ignore_auth": True},
        resource_id=resource["id"],
        force=True,
        fields=[*fields, {"id": "level", "type": "numeric"}],
    )
    return factories.call("package_show", id=made["id"])


def test_everything_public_is_there(record: dict[str, Any]) -> None:
    frozen = gathering.freeze(record["id"])
    public = frozen.projection.public
    assert public["owner_org"] == public["organization"]["name"] == "mecp"
    assert public["organization"]["title_translated"]["fr"]
    assert [one["name"] for one in public["groups"]] == ["environment-and-natural-resources"]
    (resource,) = public["resources"]
    assert resource["url"] == "levels.csv"
    assert resource["dictionary"] == [{"id": "lake", "label_en": "Lake", "label_fr": "Lac"}]
    assert {"colby_notes", "custodian_name"} <= set(frozen.projection.kept_inside)
    assert "not for the public" not in projection.canonical(public).decode()
    digest = hashlib.sha256(BODY).hexdigest()
    assert frozen.files == [
        {
            "resource_id": resource["id"],
            "sha256": digest,
            "size": len(BODY),
            "filename": "levels.csv",
        }
    ]
    assert files.path_of(digest).read_bytes() == BODY
    assert gathering.freeze(record["id"]).content_hash == frozen.content_hash


def test_what_stays_inside_does_not_change_the_hash(record: dict[str, Any]) -> None:
    before = gathering.freeze(record["id"]).content_hash
    factories.call("package_patch", id=record["id"], colby_notes="something else")
    assert gathering.freeze(record["id"]).content_hash == before


def test_a_lost_file_is_named(record: dict[str, Any]) -> None:
    resource = record["resources"][0]["id"]
    path = Path(uploader.get_resource_uploader({}).get_path(resource))
    path.rename(path.with_suffix(".away"))
    try:
        with pytest.raises(gathering.FileMissing) as missing:
            gathering.freeze(record["id"])
    finally:
        path.with_suffix(".away").rename(path)
    assert missing.value.resource_id == resource
