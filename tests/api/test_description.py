"""The description is valid, complete, and what the running portals answer."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ckan.logic import schema as core_schemas
from ckan.logic.action import get as core_get

from ckanext.ontario.api import catalogue, examples, openapi
from ckanext.ontario.visibility.policy import lock

PORTALS = ["public", "internal_site"]
DIALECT = jsonschema.Draft202012Validator


@pytest.fixture(params=PORTALS)
def site(request: pytest.FixtureRequest) -> Any:
    """Each portal, with ``reader``: somebody who may read it."""
    found = request.getfixturevalue(request.param)
    found.reader = found.anonymous if request.param == "public" else found.member
    return found


@pytest.fixture
def document(site: Any) -> dict[str, Any]:
    return site.reader.get("/api/3/openapi.json").json()


# --- the document ----------------------------------------------------------------------------


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    problems = [
        f"{list(error.absolute_path)}: {error.message[:200]}"
        for error in DIALECT(_openapi_schema()).iter_errors(document)
    ]
    assert problems == []
    for name, schema in document["components"]["schemas"].items():
        DIALECT.check_schema(schema), name
    broken = {**document, "paths": {"no-slash": {"get": {"responses": 5}}}}
    assert not DIALECT(_openapi_schema()).is_valid(broken)


@cache
def _openapi_schema() -> Any:
    """The OpenAPI Initiative's own schema of 3.1, as schemathesis brings it along."""
    import jsonschema_rs  # noqa: F401, PLC0415 -- the reader of the file's dialect
    from schemathesis.specs.openapi import definitions  # noqa: PLC0415

    return definitions.OPENAPI_31


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named
    assert named <= set(document["components"]["schemas"])


def test_it_is_kept_by_tag_and_in_both_languages(site: Any) -> None:
    english = site.reader.get("/api/3/openapi.json")
    french = site.reader.get("/fr/api/3/openapi.json")
    assert english.headers["Content-Type"] == "application/json"
    tag = english.headers["ETag"]
    assert tag != french.headers["ETag"]
    same = site.reader.get("/api/3/openapi.json", headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    show = "/api/3/action/package_show"
    assert english.json()["paths"][show]["get"]["summary"] == "Show one dataset with its files."
    assert french.json()["paths"][show]["get"]["summary"].startswith("Montrer un jeu de données")
    by_header = site.reader.get("/api/3/openapi.json", headers={"Accept-Language": "fr"})
    assert by_header.headers["ETag"] == french.headers["ETag"]


def test_only_staff_get_the_internal_one(internal_site: Any) -> None:
    for path in ("/api/3/openapi.json", "/fr/api/3/openapi.json", "/developers"):
        assert internal_site.nobody.get(path).status_code == 401, path
        page = internal_site.nobody.get(path, headers={"Accept": "text/html"})
        assert page.status_code in {302, 401}
        for caller in (internal_site.member, internal_site.other, internal_site.owner):
            assert caller.get(path).status_code == 200, path


def test_the_public_one_names_no_internal_field_and_no_write(
    public: Any, internal_site: Any
) -> None:
    outside = public.anonymous.get("/api/3/openapi.json").text
    inside = internal_site.member.get("/api/3/openapi.json").text
    for name in ("colby_notes", "custodian_name", "package_create", "DatasetInput", "harvest_guid"):
        assert name in inside, name
        assert name not in outside, name


def test_records_are_described_by_their_schema(document: dict[str, Any]) -> None:
    dataset = document["components"]["schemas"]["Dataset"]["properties"]
    assert set(dataset["title_translated"]["properties"]) == {"en", "fr"}
    assert dataset["title_translated"]["properties"]["fr"]["maxLength"] == 200
    assert dataset["title_translated"]["x-title"] == {"en": "Title", "fr": "Titre"}
    assert dataset["title_translated"]["x-required"] is True
    assert "restricted" in dataset["access_level"]["enum"]
    assert dataset["access_level"]["x-choices"]["open"]["fr"]
    assert "OGL-ON-1.0" in dataset["license_id"]["enum"]
    resource = document["components"]["schemas"]["Resource"]["properties"]
    assert "CSV" in resource["format"]["enum"]
    assert resource["publically_available_date"]["x-also-accepts"] == ["publicly_available_date"]


def test_the_command_writes_the_same(public: Any, tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    done = public.server.ckan("ontario-api", "openapi", str(path), "--language", "fr", "--json")
    served = public.anonymous.get("/fr/api/3/openapi.json")
    assert path.read_bytes() == served.content
    said = json.loads(done.stdout.splitlines()[-1])
    assert said == {
        "file": str(path),
        "actions": len(served.json()["paths"]),
        "tag": served.headers["ETag"].strip('"'),
    }


# --- against the running portals -------------------------------------------------------------


def known(site: Any) -> dict[str, str]:
    record = site.datasets[0]
    file = record["resources"][0]["id"]
    return {
        "dataset": record["name"],
        "resource": file,
        "table": file,
        "organization": site.ministry["name"],
        "tag": "lakes",
    }


def test_every_described_read_answers_as_described(site: Any, document: dict[str, Any]) -> None:
    every = catalogue.actions().values()
    reads = [one for one in every if one.topic != "writing" and one.can_be_tried]
    described = [a for a in reads if f"{openapi.PREFIX}{a.name}" in document["paths"]]
    assert len(described) > 25
    problems: list[str] = []
    for action in described:
        for method in action.methods:
            problems += _problems(site, document, action, method)
    assert problems == []


def _problems(site: Any, document: dict[str, Any], action: Any, method: str) -> list[str]:
    data = examples.filled(action.example, known(site))
    path = f"{openapi.PREFIX}{action.name}"
    answer = (
        site.reader.get(path, params=data)
        if method == "GET"
        else site.reader.action(action.name, **data)
    )
    described = document["paths"][path][method.lower()]["responses"]
    no_table = "{table}" in str(action.example) and answer.status_code == 404
    if answer.status_code != 200 and not no_table:
        return [f"{method} {action.name}: {answer.status_code} {answer.text[:200]}"]
    content = described[str(answer.status_code)]["content"]["application/json"]["schema"]
    schema = {**content, "components": document["components"]}
    return [
        f"{method} {action.name}: {list(error.absolute_path)} {error.message[:200]}"
        for error in DIALECT(schema).iter_errors(answer.json())
    ]


def test_records_are_as_described(site: Any, document: dict[str, Any]) -> None:
    """The description can fail: a value outside it is found."""
    schema = {"$ref": "#/components/schemas/Dataset", "components": document["components"]}
    record = site.reader.ask("package_show", id=site.datasets[0]["id"])
    DIALECT(schema).validate(record)
    assert not DIALECT(schema).is_valid({**record, "access_level": "secret"})
    assert not DIALECT(schema).is_valid({**record, "resources": [{"url": "x"}]})
    found = site.reader.ask("package_search", rows=50)["results"]
    assert found
    for one in found:
        DIALECT(schema).validate(one)


def test_an_owner_writes_as_described(internal_site: Any) -> None:
    owner, other = internal_site.owner, internal_site.other
    document = owner.get("/api/3/openapi.json").json()
    record = owner.ask("package_show", id=internal_site.datasets[-1]["id"])
    schema = {"$ref": "#/components/schemas/DatasetInput", "components": document["components"]}
    DIALECT(schema).validate(record)
    notes = {"en": "Changed.", "fr": "Modifié."}
    changed = owner.ask("package_patch", id=record["id"], short_description_translated=notes)
    assert changed["short_description_translated"] == notes
    refused = other.action("package_patch", id=record["id"], short_description_translated=notes)
    assert refused.status_code == 403
    wrong = owner.action("package_patch", id=record["id"], access_level="secret")
    assert wrong.status_code == 409
    assert "access_level" in wrong.json()["error"]


# --- complete --------------------------------------------------------------------------------


@pytest.mark.parametrize("portal", PORTALS)
def test_no_readable_action_is_missing(portal: str, request: pytest.FixtureRequest) -> None:
    """A new readable action is described in tables/reads.yaml, or left out there with a reason."""
    site = request.getfixturevalue(portal)
    listed = json.loads(site.server.ckan("ontario-visibility", "actions", "--json").stdout)
    allowed = {n for n, d in listed["actions"].items() if d in {"allow", "gate"}}
    readable = {name for name in allowed if _is_read(name)}
    assert "package_search" in readable
    assert readable - set(catalogue.actions()) - set(catalogue.omitted()) == set()


def _is_read(name: str) -> bool:
    """Say whether an action is read-only, as this process has registered it."""
    return lock.registered(besides="ontario_visibility").get(name, False)


def test_nothing_is_both_described_and_left_out() -> None:
    assert set(catalogue.actions()) & set(catalogue.omitted()) == set()


def test_every_text_is_in_both_languages() -> None:
    texts = [action.summary for action in catalogue.actions().values()]
    texts += [one.about for a in catalogue.actions().values() for one in a.parameters]
    texts += [text for e in catalogue.errors().values() for text in (e.when, e.remedy)]
    texts += [*catalogue.topics().values(), *catalogue.omitted().values()]
    assert [text for text in texts if not (text.get("en") and text.get("fr"))] == []


NOT_DESCRIBED = {
    "package_search": {"count", "results", "facets", "search_facets"},  # of the answer
    "package_autocomplete": {"ignore_self"},
}


@pytest.mark.parametrize("name", [n for n in catalogue.actions() if hasattr(core_get, n)])
def test_parameters_are_those_of_ckan(name: str) -> None:
    """Each parameter that CKAN's docstring or its schema of the action names is described."""
    doc = inspect.getdoc(getattr(core_get, name)) or ""
    named = {word.replace("\\", "") for word in re.findall(r":param ([\w.\\]+):", doc)}
    schemas = {
        "package_search": core_schemas.default_package_search_schema,
        "resource_search": core_schemas.default_resource_search_schema,
        "package_list": core_schemas.default_pagination_schema,
        "package_autocomplete": core_schemas.default_autocomplete_schema,
    }
    if name in schemas:
        named |= set(schemas[name]())
    described = {one.name for one in catalogue.actions()[name].parameters}
    assert named - described - NOT_DESCRIBED.get(name, set()) == set()


def test_the_tables_are_in_the_wheel() -> None:
    names = {one.name for one in resources.files(catalogue.PACKAGE).iterdir()}
    assert {"reads.yaml", "writes.yaml", "errors.yaml", "answers.yaml"} <= names


# --- the page --------------------------------------------------------------------------------


def test_the_page_lists_every_action_in_both_languages(site: Any, document: dict[str, Any]) -> None:
    for prefix, title in (("", "For developers"), ("/fr", "Pour les développeurs")):
        page = site.reader.get(f"{prefix}/developers")
        assert page.status_code == 200
        assert title in page.text
        for path in document["paths"]:
            assert f'id="{path.rpartition("/")[2]}"' in page.text
    home = site.reader.get("/about").text
    assert "/developers" in home
    assert "docs.ckan.org" not in home


@pytest.fixture
def pasted(public: Any) -> dict[str, list[str]]:
    """What the page offers to paste, by language."""
    from lxml import html  # noqa: PLC0415

    tree = html.fromstring(public.anonymous.get("/developers").text)
    kinds = ("curl", "python", "r")
    return {
        kind: [one.text_content() for one in tree.xpath(f"//code[@data-example='{kind}']")]
        for kind in kinds
    }


def test_curl_examples_work_as_pasted(pasted: dict[str, list[str]]) -> None:
    assert len(pasted["curl"]) > 25
    script = "\necho\n".join(pasted["curl"])
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines() if line]
    failed = [answer for answer in answers if not answer["success"]]
    assert len(answers) == len(pasted["curl"])
    assert [answer for answer in failed if "datastore" not in answer.get("help", "")] == []


def test_python_examples_work_as_pasted(pasted: dict[str, list[str]]) -> None:
    chosen = [e for e in pasted["python"] if "datastore" not in e]
    done = subprocess.run(
        [sys.executable, "-c", "\n\n".join(chosen)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(done.stdout.splitlines()) >= len(chosen)


def test_r_examples_ask_for_what_exists(public: Any, pasted: dict[str, list[str]]) -> None:
    """No R here: the address that each example reads is asked for."""
    addresses = re.findall(r'fromJSON\("([^"]+)"\)', "\n".join(pasted["r"]))
    assert len(addresses) > 20
    paths = [one.removeprefix(public.url) for one in addresses if "datastore" not in one]
    assert [path for path in paths if public.anonymous.get(path).status_code != 200] == []
