"""Validation asks the database next to nothing: harvests write hundreds of records."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.lib import plugins as lib_plugins

from factories import as_user, dataset_values, make_dataset
from statements import statements


def validated(editor: Any, data: dict[str, Any], action: str, **more: Any) -> list[str]:
    plugin = lib_plugins.lookup_package_plugin("dataset")
    context = as_user(editor.name, ignore_auth=True, **more)
    schema = plugin.create_package_schema()
    if action == "package_update":
        schema = plugin.update_package_schema()
    with statements() as seen:
        _data, errors = lib_plugins.plugin_validate(plugin, context, data, schema, action)
    assert errors == {}
    return seen


def test_a_new_record_costs_only_ckans_own_questions(editor: Any) -> None:
    values = dataset_values(owner_org=editor.organization["id"], type="dataset")
    seen = validated(editor, values, "package_create")
    # Is the name free, is there such an organization, may the user write there.
    assert len(seen) <= 5, seen


def test_a_changed_record_costs_its_extras_and_no_more(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization)
    model.Session.expire_all()
    package = model.Package.get(made["id"])
    made["title_translated"] = {"fr": "Neuf"}
    made.pop("metadata_modified")
    seen = validated(editor, made, "package_update", package=package)
    ours = [one for one in seen if "package_extra" in one or "resource" in one or "tag" in one]
    assert len(ours) <= 3, ours
    assert len(seen) <= 14, seen
