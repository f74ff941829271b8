"""Programs written for other CKAN sites work: ckanapi, harvesters, crawlers, R's ckanr."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ckanapi import CKANAPIError, NotAuthorized, NotFound, RemoteCKAN, ValidationError
from tests.catalogue.filling import fill

AGENT = "tests/1.0 (https://example.org)"


@pytest.fixture(params=["public", "internal_site"])
def site(request: pytest.FixtureRequest) -> Any:
    """Each portal, with ``token`` and ``reader``: anonymous outside, a member inside."""
    found = request.getfixturevalue(request.param)
    found.reader = found.anonymous if request.param == "public" else found.member
    found.token = found.reader.headers.get("Authorization")
    return found


@pytest.fixture(params=[True, False], ids=["get", "post"])
def remote(site: Any, request: pytest.FixtureRequest) -> Any:
    with RemoteCKAN(site.url, apikey=site.token, user_agent=AGENT, get_only=request.param) as ckan:
        yield ckan


# --- ckanapi ---------------------------------------------------------------------------------


def test_ckanapi_reads(site: Any, remote: Any) -> None:
    record, file = site.datasets[0], site.datasets[0]["resources"][0]
    found = remote.call_action("package_search", {"q": "lake", "rows": 3})
    assert found["count"] >= 3
    assert len(found["results"]) == 3
    for key in (record["id"], record["name"]):
        assert remote.call_action("package_show", {"id": key})["id"] == record["id"]
    assert remote.call_action("resource_show", {"id": file["id"]})["url"] == file["url"]
    assert remote.call_action("status_show")["ckan_version"].startswith("2.11")
    assert site.ministry["name"] in remote.call_action("organization_list")


def test_ckanapi_knows_our_errors(site: Any, remote: Any) -> None:
    with pytest.raises(NotFound):
        remote.call_action("package_show", {"id": "no-such"})
    with pytest.raises(ValidationError):
        remote.call_action("package_search", {"rows": "many"})
    with pytest.raises(CKANAPIError, match="Action name not known"):
        remote.call_action("package_serch")
    if not remote.get_only:
        with pytest.raises(NotAuthorized):
            remote.call_action("dataset_purge", {"id": site.datasets[0]["id"]})


def test_ckanapi_without_a_token_stays_outside(internal_site: Any) -> None:
    with RemoteCKAN(internal_site.url, user_agent=AGENT) as ckan, pytest.raises(NotAuthorized):
        ckan.action.package_search()


# --- a harvester and a crawler ---------------------------------------------------------------


@pytest.mark.parametrize("sort", ["id asc", "name desc", "metadata_modified desc, id asc"])
def test_paging_to_the_end_misses_and_repeats_nothing(site: Any, sort: str) -> None:
    mine, start = [], 0
    fq = f"organization:{site.ministry['name']}"
    while True:
        asked = {"fq": fq, "rows": 5, "start": start, "sort": sort}
        found = site.reader.get("/api/3/action/package_search", params=asked).json()["result"]
        if not found["results"]:
            break
        mine += [record["id"] for record in found["results"]]
        start += 5
    assert len(mine) == found["count"]
    assert sorted(mine) == sorted(record["id"] for record in site.datasets)


def test_facets_count_what_a_search_finds(site: Any) -> None:
    asked = {
        "facet.field": '["organization", "access_level", "res_format", "tags"]',
        "facet.limit": 500,
        "rows": 0,
        "fq": f"organization:{site.ministry['name']}",
    }
    found = site.reader.get("/api/3/action/package_search", params=asked).json()["result"]
    assert found["count"] == len(site.datasets)
    assert found["facets"]["organization"] == {site.ministry["name"]: found["count"]}
    assert found["facets"]["res_format"] == {"CSV": found["count"]}
    items = found["search_facets"]["organization"]["items"]
    assert items[0]["display_name"] == site.ministry["title"]


def test_ckans_own_harvester_asks_like_this(site: Any) -> None:
    """ckanext-harvest: package_search by change since a time, then page by page, by id."""
    asked = "?rows=1000&start=0&sort=id+asc&fq=metadata_modified:[2020-01-01T00:00:00Z+TO+*]"
    for address in (f"/api/action/package_search{asked}", f"/api/3/action/package_search{asked}"):
        found = site.reader.get(address).json()["result"]["results"]
        ids = [record["id"] for record in found]
        assert ids == sorted(ids)
        assert {record["id"] for record in site.datasets} <= set(ids)
    organization = f"/api/action/organization_show?id={site.ministry['name']}"
    assert site.reader.get(organization).json()["success"]


def test_package_list_pages(site: Any) -> None:
    names, offset = [], 0
    while page := site.reader.ask("package_list", limit=7, offset=offset):
        names += page
        offset += 7
    assert names == sorted(set(names))
    assert {record["name"] for record in site.datasets} <= set(names)
    assert names == site.reader.ask("package_list")


def test_lists_a_crawler_reads(site: Any) -> None:
    asked = "/api/3/action/organization_list?all_fields=true&include_dataset_count=true&limit=1000"
    organizations = {one["name"]: one for one in site.reader.get(asked).json()["result"]}
    assert site.ministry["name"] in organizations or len(organizations) == 25
    shown = site.reader.ask("organization_show", id=site.ministry["name"])
    assert shown["package_count"] == len(site.datasets)
    groups = site.reader.ask("group_list", all_fields=True)
    assert "environment-and-natural-resources" in {one["name"] for one in groups}
    assert "lakes" in site.reader.ask("tag_list")
    tag = site.reader.ask("tag_show", id="lakes", include_datasets=True)
    assert {record["id"] for record in site.datasets} <= {one["id"] for one in tag["packages"]}
    assert {one["id"] for one in site.reader.ask("license_list")} >= {"OGL-ON-1.0"}
    recent = site.reader.ask("current_package_list_with_resources", limit=3)
    assert all(record["resources"] for record in recent)


def test_resource_search(public: Any, internal_site: Any) -> None:
    """Outside it finds files; inside it is refused, for core looks at public records only."""
    found = public.anonymous.ask("resource_search", query="format:csv", limit=5)
    assert found["count"] >= len(public.datasets)
    both = {"query": ["format:csv", "url:lakes"], "order_by": "name"}
    assert public.anonymous.ask("resource_search", **both)["count"] >= 1
    for bad in ("nothing", "secret:x", "created:x", "position:x", "size:9" + "9" * 30):
        assert public.anonymous.action("resource_search", query=bad).status_code == 409, bad
    assert internal_site.member.action("resource_search", query="format:csv").status_code == 403


# --- ckanr, by the addresses its functions ask for -------------------------------------------

CKANR = {
    "package_list": {"offset": 0, "limit": 31},
    "package_list_current": {"offset": 0, "limit": 31},
    "package_show": {"id": "{dataset}", "use_default_schema": "FALSE"},
    "package_search": {
        "q": "*:*",
        "fq": "state:active",
        "rows": 10,
        "sort": "name asc",
        "facet": "TRUE",
        "facet.limit": 50,
        "facet.mincount": 1,
        "include_drafts": "FALSE",
        "include_private": "FALSE",
        "use_default_schema": "FALSE",
    },
    "package_search_fields": {"q": "*:*", "facet.field": '["tags"]', "rows": 0},
    "group_list": {"offset": 0, "limit": 31, "sort": "name", "all_fields": "TRUE"},
    "group_show": {"id": "environment-and-natural-resources", "include_datasets": "TRUE"},
    "organization_list": {
        "order_by": "name",
        "sort": "name",
        "organizations": "{organization}",
        "all_fields": "TRUE",
    },
    "organization_show": {"id": "{organization}", "include_datasets": "FALSE"},
    "tag_list": {"query": "lakes", "all_fields": "TRUE"},
    "tag_show": {"id": "lakes", "include_datasets": "FALSE"},
    "tag_search": {"query": "lake", "offset": 0, "limit": 31},
    "license_list": {},
    "resource_show": {"id": "{resource}"},
    "status_show": {},
}
"""Parameters as ckanr sends them: numbers as they are, TRUE and FALSE in capitals."""

ACTIONS = {
    "package_list_current": "current_package_list_with_resources",
    "package_search_fields": "package_search",
}


@pytest.mark.parametrize("name", CKANR)
def test_what_ckanr_asks(site: Any, name: str) -> None:
    record = site.datasets[0]
    known = {
        "{dataset}": record["id"],
        "{resource}": record["resources"][0]["id"],
        "{organization}": site.ministry["name"],
    }
    asked = {key: known.get(value, value) for key, value in CKANR[name].items()}
    answer = site.reader.get(f"/api/3/action/{ACTIONS.get(name, name)}", params=asked)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.json()["result"]


# --- tables ----------------------------------------------------------------------------------


def test_datastore_search_with_filters_and_sort(public: Any) -> None:
    """Runs wherever the DataStore is loaded; where it is not, the description must not name it."""
    document = public.anonymous.get("/api/3/openapi.json").json()
    described = "/api/3/action/datastore_search" in document["paths"]
    plugins = public.anonymous.ask("status_show")["extensions"]
    assert described is ("datastore" in plugins)
    if not described:
        answer = public.anonymous.action("datastore_search", resource_id="x")
        assert (answer.status_code, answer.json()["error"]["__type"]) == (400, "Bad Request")
        return
    file = public.datasets[0]["resources"][0]["id"]
    rows = [{"lake": "Erie", "year": 2020}, {"lake": "Huron", "year": 2021}]
    fields = [{"id": "lake", "type": "text"}, {"id": "year", "type": "int"}]
    _fill_table(public, file, fields, rows)
    asked = {
        "resource_id": file,
        "filters": json.dumps({"lake": ["Erie", "Huron"]}),
        "sort": "year desc",
    }
    found = public.anonymous.get("/api/3/action/datastore_search", params=asked).json()["result"]
    assert [row["lake"] for row in found["records"]] == ["Huron", "Erie"]
    posted = public.anonymous.ask("datastore_search", resource_id=file, filters={"year": 2020})
    assert [row["lake"] for row in posted["records"]] == ["Erie"]
    for bad in (
        {"filters": "x"},
        {"sort": "no-such"},
        {"limit": "x"},
        {"q": "a\0"},
        {"fields": "no"},
    ):
        refused = public.anonymous.action("datastore_search", **{"resource_id": file, **bad})
        assert 400 <= refused.status_code < 500, bad


def _fill_table(public: Any, file: str, fields: list[Any], rows: list[Any]) -> None:
    """Put rows into a table, as the loader does: through the portal's own command line."""
    made = {"resource_id": file, "fields": fields, "records": rows, "force": True}
    fill(public.server, ("datastore_create", made))
