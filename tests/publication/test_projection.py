"""What the public gets of a record: for any schema and any record, only what is marked public."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.ontario.publication import projection
from ckanext.ontario.publication.projection import Attachments, project
from ckanext.ontario.schema import tables

SECRET = "canary"

names = st.sampled_from([f"f{number}" for number in range(8)])
marks = st.sampled_from(["public", "internal", None, "Public", True])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["en", "fr", "de", "f0", "f1"]), inner, max_size=3),
    ),
    max_leaves=8,
)


def a_field(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    base: dict[str, Any] = {"field_name": names}
    if depth:
        for key in ("repeating_subfields", "simple_subfields"):
            base[key] = st.lists(a_field(depth - 1), max_size=3)
    optional = {key: value for key, value in base.items() if key != "field_name"}
    return st.fixed_dictionaries({"field_name": names, "visibility": marks}, optional=optional)


schemas = st.fixed_dictionaries(
    {
        "dataset_fields": st.lists(a_field(1), max_size=6),
        "resource_fields": st.lists(a_field(1), max_size=6),
    }
)
bodies = st.dictionaries(
    st.one_of(names, st.sampled_from(["id", "type", "access_level", "unknown", "notes"])),
    values,
    max_size=8,
)
records = st.builds(
    lambda body, resources, level: {**body, "resources": resources, "access_level": level},
    bodies,
    st.lists(st.builds(lambda b, i: {**b, "id": i}, bodies, st.uuids().map(str)), max_size=3),
    st.sampled_from(["open", "restricted", "under_review", None, "OPEN"]),
)


def public_names(fields: list[dict[str, Any]]) -> set[str]:
    return {one["field_name"] for one in fields if one.get("visibility") == "public"}


def leaves(value: Any) -> Any:
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


@settings(max_examples=150, deadline=None)
@given(schemas, records)
def test_only_marked_and_core_keys_go_out(schema: Any, record: Any) -> None:
    public = project(record, schema, {"name": "mecp"}).public
    fixed = {"id", "type", "resources", "organization", "groups"}
    assert set(public) <= fixed | public_names(schema["dataset_fields"])
    for resource in public["resources"]:
        assert set(resource) <= {"id", "url_type", "url"} | public_names(schema["resource_fields"])
    if record["access_level"] != "open":
        assert public["resources"] == []


@settings(max_examples=150, deadline=None)
@given(schemas, records)
def test_projecting_twice_is_projecting_once(schema: Any, record: Any) -> None:
    level = {"field_name": "access_level", "visibility": "public"}
    schema = {**schema, "dataset_fields": [level, *schema["dataset_fields"]]}
    once = project(record, schema, {"name": "mecp"}).public
    assert project(once, schema, {"name": "mecp"}).public == once


@settings(max_examples=200, deadline=None)
@given(schemas, records)
def test_the_hash_is_that_of_the_content_whatever_the_order(schema: Any, record: Any) -> None:
    public = project(record, schema, {}).public
    kept = json.loads(json.dumps(public))
    turned = dict(reversed(list(kept.items())))
    assert projection.content_hash(public, []) == projection.content_hash(turned, [])


@st.composite
def planted(draw: Any) -> tuple[Any, Any]:
    """A schema and a record in which every value of an unmarked field, at any depth, is secret."""

    def fields(depth: int) -> list[dict[str, Any]]:
        found = []
        for number in range(draw(st.integers(1, 4))):
            one = {"field_name": f"f{number}", "visibility": draw(marks)}
            kind = draw(st.sampled_from(["plain", "repeating_subfields", "simple_subfields"]))
            if depth and kind != "plain":
                one[kind] = fields(depth - 1)
            found.append(one)
        return found

    def body(level: list[dict[str, Any]], secret: bool) -> dict[str, Any]:
        made: dict[str, Any] = {"zz_unknown": SECRET}
        for one in level:
            inside = secret or one["visibility"] != "public"
            if "repeating_subfields" in one:
                made[one["field_name"]] = [body(one["repeating_subfields"], inside)]
            elif "simple_subfields" in one:
                made[one["field_name"]] = body(one["simple_subfields"], inside)
            else:
                text = SECRET if inside else "shown"
                shape = draw(st.sampled_from([text, [text], {"en": text, "internal": SECRET}]))
                made[one["field_name"]] = shape
        return made

    schema = {"dataset_fields": fields(2), "resource_fields": fields(2)}
    record = body(schema["dataset_fields"], False)
    resource = body(schema["resource_fields"], False)
    return schema, {**record, "access_level": "open", "resources": [{**resource, "id": "r"}]}


@settings(max_examples=150, deadline=None)
@given(planted())
def test_nothing_internal_survives_at_any_depth(case: Any) -> None:
    schema, record = case
    assert SECRET not in set(leaves(project(record, schema, {"name": "o"}).public))


SCHEMA = tables.read("dataset.yaml")
ORGANIZATION = {"name": "mecp", "title_translated": {"en": "Environment"}, "notes": SECRET}


def record(**more: Any) -> dict[str, Any]:
    return {
        "id": "p",
        "type": "dataset",
        "name": "lakes",
        "private": True,
        "title_translated": {"en": "Lakes", "fr": "Lacs"},
        "owner_org": "internal-id",
        "access_level": "open",
        "colby_notes": SECRET,
        "creator_user_id": SECRET,
        "resources": [
            {
                "id": "r",
                "url_type": "upload",
                "url": f"http://{SECRET}.example/dataset/p/resource/r/download/levels.csv",
                "format": "CSV",
                "data_birth_date": "2020-01-01",
                "hash": "abc",
                "package_id": "p",
            }
        ],
        **more,
    }


def test_a_record_of_ours() -> None:
    given_ = record()
    attached = Attachments(
        {"r": [{"id": "lake", "type": "text", "label_en": "Lake", "label_fr": "", "x": SECRET}]},
        {"r": [{"id": "v", "view_type": "table", "title": "T", "package_id": "p", "x": SECRET}]},
    )
    made = project(
        given_,
        SCHEMA,
        ORGANIZATION,
        organization_schema=tables.read("organization.yaml"),
        attachments=attached,
    )
    assert made.public == {
        "id": "p",
        "type": "dataset",
        "name": "lakes",
        "title_translated": {"en": "Lakes", "fr": "Lacs"},
        "owner_org": "mecp",
        "access_level": "open",
        "resources": [
            {
                "id": "r",
                "url_type": "upload",
                "url": "levels.csv",
                "format": "CSV",
                "hash": "abc",
                "dictionary": [{"id": "lake", "label_en": "Lake"}],
                "views": [{"id": "v", "view_type": "table", "title": "T"}],
            }
        ],
        "organization": {"name": "mecp", "title_translated": {"en": "Environment"}},
        "groups": [],
    }
    assert made.kept_inside == ["colby_notes", "resources.r.data_birth_date"]


@pytest.mark.parametrize("level", ["restricted", "under_review", "", None, "open "])
def test_files_go_out_only_while_it_is_open(level: Any) -> None:
    made = project(record(access_level=level), SCHEMA, ORGANIZATION)
    assert made.public["resources"] == []
    assert "resources" in made.kept_inside


def test_pictures_that_are_no_web_address_stay() -> None:
    schema = tables.read("organization.yaml")
    for image, goes in (("https://example.com/a.png", True), ("2026-a.png", False)):
        organization = {"name": "mecp", "image_url": image}
        made = project(record(), SCHEMA, organization, organization_schema=schema)
        assert ("image_url" in made.public["organization"]) is goes


def test_free_extras_are_refused() -> None:
    with pytest.raises(projection.ProjectionRefused):
        project(record(extras=[{"key": "note", "value": "x"}]), SCHEMA, ORGANIZATION)
    harvested = record(extras=[{"key": "harvest_source_title", "value": SECRET}])
    assert SECRET not in set(leaves(project(harvested, SCHEMA, ORGANIZATION).public))


def test_what_changed_says_how_it_is_approved() -> None:
    before = project(record(current_as_of="2026-01-01"), SCHEMA, ORGANIZATION).public
    resource = {**record()["resources"][0], "hash": "def", "format": "XLSX"}
    after = project(
        record(current_as_of="2026-02-01", license_id="OGL-ON-1.0", resources=[resource]),
        SCHEMA,
        {"name": "mecp", "title_translated": {"en": "Another name"}},
    ).public
    one, other = ({"resource_id": "r", "sha256": sha} for sha in ("1", "2"))
    found = projection.differences(before, after, SCHEMA, files_before=[one], files_after=[other])
    assert {(difference.path, difference.approval) for difference in found} == {
        ("current_as_of", "refresh"),
        ("license_id", "content"),
        ("resources.r.hash", "refresh"),
        ("resources.r.format", "content"),
        ("resources.r.file", "refresh"),
    }
    assert projection.differences(before, before, SCHEMA) == []
    gone = projection.differences(before, {**before, "resources": []}, SCHEMA, files_before=[one])
    assert [(one.path, one.approval) for one in gone] == [
        ("resources.r", "content"),
        ("resources.r.file", "content"),
    ]


def test_a_file_with_other_bytes_is_other_content() -> None:
    public = project(record(), SCHEMA, ORGANIZATION).public
    listed = [{"resource_id": "r", "sha256": "1", "size": 1, "filename": "a"}]
    other = [{**listed[0], "sha256": "2"}]
    assert projection.content_hash(public, listed) != projection.content_hash(public, other)


def test_a_schema_with_another_public_field_is_another_version() -> None:
    fields = [one for one in SCHEMA["dataset_fields"] if one["field_name"] != "topics"]
    fewer = {**SCHEMA, "dataset_fields": fields}
    assert projection.schema_version(fewer) != projection.schema_version(SCHEMA)
