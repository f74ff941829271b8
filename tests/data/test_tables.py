"""Tables over HTTP, as everybody who may ask: questions, pages, dictionaries, files."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import jobs
from lxml import html
from tests import factories
from tests.data import corpus

from ckanext.ontario.data import loading, states, uploading


def address(lakes: Any, page: str, language: str = "") -> str:
    return f"{language}/dataset/lakes/resource/{lakes.resource['id']}/{page}"


# --- questions -------------------------------------------------------------------------------


def test_a_table_is_searched_filtered_sorted_and_paged(lakes: Any) -> None:
    ask = {"resource_id": lakes.resource["id"]}
    found = lakes.member.ask("datastore_search", **ask, sort="level desc", limit=2)
    assert [row["lake"] for row in found["records"]] == ["Érié", "Simcoe"]
    assert found["total"] == 3
    found = lakes.member.ask("datastore_search", **ask, filters={"lake": "Simcoe"})
    assert found["records"][0]["level"] == 219.15
    assert lakes.member.ask("datastore_search", **ask, limit=100_000)["limit"] == 32_000
    fields = lakes.member.ask("datastore_info", **ask)["fields"]
    assert [field["type"] for field in fields] == ["text", "numeric", "date"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": "abc"},
        {"limit": -1},
        {"offset": 10**30},
        {"offset": [1]},
        {"filters": {"nope": 1}},
        {"filters": {"level": "abc"}},
        {"filters": {"day": "never"}},
        {"filters": {"lake": {"a": 1}}},
        {"filters": {"lake": []}},
        {"filters": {"lake": ["x"] * 2000}},
        {"filters": "{bad"},
        {"q": ["a"]},
        {"q": "a & | b", "plain": False},
        {"sort": "nope"},
        {"sort": "lake; DROP TABLE x"},
        {"fields": ["_full_text"]},
        {"language": "klingon"},
        {"resource_id": ["a"]},
        {"junk": 1},
    ],
    ids=str,
)
def test_a_wrong_question_is_a_clear_error(lakes: Any, wrong: dict[str, Any]) -> None:
    answer = lakes.member.action(
        "datastore_search", **{"resource_id": lakes.resource["id"], **wrong}
    )
    assert answer.status_code == 409, answer.text
    assert "SELECT" not in answer.text
    assert len(answer.json["error"]) > 1


@pytest.mark.parametrize("name", ["_table_metadata", ' "_table_metadata"', "pg_tables", "_foo"])
def test_the_datastores_own_tables_are_closed_to_all(lakes: Any, name: str) -> None:
    for person in (lakes.member, lakes.editor, lakes.sysadmin):
        for action in ("datastore_search", "datastore_info"):
            assert person.action(action, resource_id=name).status_code == 404
        assert person.action("datastore_info", id=name).status_code == 404
        assert person.get(f"/datastore/dump/{name}").status_code == 404


def test_free_sql_and_code_are_refused_to_administrators_too(lakes: Any) -> None:
    assert lakes.sysadmin.action("datastore_search_sql", sql="SELECT 1").status_code == 400
    for action in ("datastore_function_create", "datastore_run_triggers"):
        assert lakes.sysadmin.action(action, name="x", resource_id="x").status_code == 403


def test_who_may_read_and_change_a_table(lakes: Any) -> None:
    given = {"resource_id": lakes.resource["id"]}
    reads = ("datastore_search", "datastore_info", "ontario_data_dictionary_show")
    writes = {
        "datastore_upsert": {"force": True, "method": "insert", "records": [{"level": "x"}]},
        "datastore_create": {"force": True, "fields": [{"id": "lake", "type": "klingon"}]},
        "ontario_data_dictionary_update": {"fields": [{"id": "nope"}]},
    }
    for action in reads:
        assert lakes.member.action(action, **given).status_code == 200
        # The record is for its ministry alone: to others its table does not exist.
        assert lakes.other.action(action, **given).status_code == 404, action
        assert lakes.anonymous.action(action, **given).status_code == 401
    for action, data in writes.items():
        assert lakes.editor.action(action, **given, **data).status_code == 409, action
        assert lakes.member.action(action, **given, **data).status_code == 403, action
        assert lakes.other.action(action, **given, **data).status_code == 404, action
        assert lakes.anonymous.action(action, **given, **data).status_code == 401
    for action in ("xloader_status", "xloader_submit"):
        assert lakes.member.action(action, **given).status_code == 403
        assert lakes.other.action(action, **given).status_code == 404
    hook = {"metadata": given, "status": "running"}
    assert lakes.editor.action("xloader_hook", **hook).status_code == 403


# --- pages -----------------------------------------------------------------------------------


def test_a_page_of_a_table_in_both_languages(lakes: Any) -> None:
    shown = html.fromstring(lakes.member.get(address(lakes, "table?sort=level&order=desc")).text)
    cells = [cell.text for cell in shown.xpath("(//table)[1]/tbody/tr[1]/td")][:3]
    assert cells[:2] == ["Érié", "12,345.5"]
    header = shown.xpath("//th[@aria-sort='descending']")[0]
    assert header.get("scope") == "col"
    assert shown.xpath("//*[@tabindex='0']/table/caption")
    french = html.fromstring(lakes.member.get(address(lakes, "table", "/fr")).text)
    text = french.text_content().replace("\xa0", " ").replace("\u202f", " ")
    assert "12 345,5" in text
    assert "Lignes 1 à 3 sur 3" in text
    assert "2 janv. 2020" in text


def test_an_impossible_page_says_so(lakes: Any) -> None:
    answer = lakes.member.get(address(lakes, "table?sort=nope&page=99"))
    assert answer.status_code == 400
    assert html.fromstring(answer.text).xpath("//*[@role='alert']")
    assert lakes.member.get(address(lakes, "table?page=-4&q=%01")).status_code == 200
    for bad in ("fields=nope", "sort=nope", "limit=-1", "q=%00", "filters=5", "format=x"):
        dumped = lakes.member.get(f"/datastore/dump/{lakes.resource['id']}?{bad}")
        assert dumped.status_code == 400, bad


@pytest.mark.parametrize("page", ["table", "dictionary", "dictionary.csv"])
def test_pages_are_for_readers_of_the_record(lakes: Any, page: str) -> None:
    assert lakes.editor.get(address(lakes, page)).status_code == 200
    assert lakes.other.get(address(lakes, page)).status_code == 404
    assert lakes.anonymous.get(address(lakes, page)).status_code == 401


def test_the_pages_that_ours_replace_take_nothing(lakes: Any) -> None:
    for old in ("dictionary", "resource_data", "delete-datastore"):
        url = f"/dataset/lakes/{old}/{lakes.resource['id']}"
        assert lakes.editor.get(url).status_code == 302
        # 403: the table of endpoints takes no POST there, before anything is looked up.
        assert lakes.editor.post(url).status_code == 403


def test_a_whole_table_as_csv_and_json(lakes: Any) -> None:
    dumped = lakes.member.get(f"/datastore/dump/{lakes.resource['id']}")
    assert dumped.headers["Content-Type"].startswith("text/csv")
    assert [row["lake"] for row in csv.DictReader(io.StringIO(dumped.text))][2] == "Érié"
    as_json = lakes.member.get(f"/datastore/dump/{lakes.resource['id']}?format=json")
    assert len(as_json.json["records"]) == 3
    assert lakes.other.get(f"/datastore/dump/{lakes.resource['id']}").status_code == 404


def test_a_dictionary_is_written_shown_and_exported(lakes: Any) -> None:
    given = {"resource_id": lakes.resource["id"]}
    entries = {"id": "level", "label_en": "Level", "label_fr": "Niveau", "unit": "m"}
    lakes.editor.ask("ontario_data_dictionary_update", **given, fields=[entries])
    lakes.editor.ask(
        "ontario_data_dictionary_update", **given, fields=[{"id": "lake", "notes_fr": "=1+1"}]
    )
    shown = lakes.member.ask("ontario_data_dictionary_show", **given)["fields"]
    assert (shown[1]["label_fr"], shown[1]["unit"]) == ("Niveau", "m")
    french = lakes.member.get(address(lakes, "table", "/fr")).text
    assert ">Niveau</a>" in french
    exported = lakes.member.get(address(lakes, "dictionary.csv")).data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert rows[1]["label_en"] == "Level"
    assert rows[0]["notes_fr"] == "'=1+1"
    for wrong in ({"label_en": "x" * 300}, {"type_override": "klingon"}, {"unit": 5}):
        answer = lakes.editor.action(
            "ontario_data_dictionary_update", **given, fields=[{"id": "level", **wrong}]
        )
        assert answer.status_code == 409
        info = [{"id": "level", "type": "numeric", "info": wrong}]
        answer = lakes.editor.action("datastore_create", **given, force=True, fields=info)
        assert answer.status_code == 409


# --- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["program as csv", "page as csv", "bomb", "upwards", "macros"])
def test_a_hostile_file_is_refused_and_leaves_nothing(lakes: Any, case: str) -> None:
    name, declared, make, _code = corpus.BAD[case]
    before = stored()
    answer = lakes.editor.upload(
        "resource_create",
        name,
        make(),
        package_id=lakes.record["id"],
        type="data",
        format=declared,
        name_translated={"en": "x", "fr": "x"},
    )
    assert answer.status_code == 409, answer.text
    assert name in answer.json["error"]["upload"][0]
    french = lakes.editor._client().post(
        "/fr/api/3/action/resource_patch",
        data={"id": lakes.resource["id"], "format": declared, "upload": (io.BytesIO(make()), name)},
        headers=lakes.editor.headers,
    )
    assert "«" in french.json["error"]["upload"][0]
    assert stored() == before
    assert len(lakes.editor.ask("package_show", id="lakes")["resources"]) == 1


def stored() -> list[tuple[str, int]]:
    folder = Path(tk.config["ckan.storage_path"])
    return sorted((str(p), p.stat().st_size) for p in folder.rglob("*") if p.is_file())


def test_too_large_a_file_is_stopped(lakes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "ckan.max_resource_size", 1)
    body = b"a,b\n" + b"1,2\n" * 400_000
    answer = lakes.editor.upload(
        "resource_patch", "a.csv", body, id=lakes.resource["id"], format="CSV"
    )
    assert answer.status_code == 409
    assert "a.csv" in answer.json["error"]["upload"][0]
    answer = lakes.editor.upload(
        "resource_patch", "a.csv", body * 7, id=lakes.resource["id"], format="CSV"
    )
    assert answer.status_code == 413
    assert answer.json["error"]["upload"]


def test_an_uploaded_page_never_acts_as_one(lakes: Any) -> None:
    made = lakes.editor.upload(
        "resource_create",
        "page.html",
        corpus.HTML,
        package_id=lakes.record["id"],
        type="information",
        format="HTML",
        mimetype="text/plain",
        name_translated={"en": "Page", "fr": "Page"},
    ).json["result"]
    url = f"/dataset/lakes/resource/{made['id']}/download/another.exe"
    served = lakes.member.get(url)
    assert served.status_code == 200
    assert served.headers["Content-Disposition"] == "attachment; filename=page.html"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Security-Policy"].startswith("sandbox")
    assert made["mimetype"] == "text/html"
    uploading.remove_file(made["id"])
    assert lakes.member.get(url).status_code == 404
    lakes.editor.ask("resource_delete", id=made["id"])


def test_a_picture_must_be_one(lakes: Any) -> None:
    organization = lakes.record["owner_org"]
    answer = lakes.sysadmin._client().post(
        "/api/3/action/organization_patch",
        data={"id": organization, "image_upload": (io.BytesIO(corpus.HTML), "logo.png")},
        headers=lakes.sysadmin.headers,
    )
    assert answer.status_code == 409
    assert "logo.png" in answer.json["error"]["image_upload"][0]


def test_a_link_is_never_read(lakes: Any) -> None:
    link = factories.call(
        "resource_create",
        package_id=lakes.record["id"],
        url="http://169.254.169.254/latest.csv",
        format="CSV",
        type="data",
        name_translated={"en": "Link", "fr": "Lien"},
    )
    answer = lakes.editor.action("xloader_submit", resource_id=link["id"])
    assert answer.status_code == 409
    assert not [job for job in jobs.get_queue().jobs if link["id"] in str(job.args)]
    assert not uploading.may_become_a_table(link)
    lakes.editor.ask("resource_delete", id=link["id"])


def test_a_status_never_shows_the_portals_token(lakes: Any) -> None:
    told = lakes.editor.action("xloader_status", resource_id=lakes.resource["id"])
    assert told.json["result"]["status"] == "waiting"
    assert loading.token() not in told.text


def test_what_is_deleted_is_gone_with_its_table(lakes: Any) -> None:
    made = lakes.editor.upload(
        "resource_create",
        "gone.csv",
        corpus.CSV,
        package_id=lakes.record["id"],
        type="data",
        format="CSV",
        name_translated={"en": "Gone", "fr": "Parti"},
    ).json["result"]
    factories.call(
        "datastore_create",
        resource_id=made["id"],
        force=True,
        fields=[{"id": "a", "type": "text"}],
        records=[{"a": "x"}],
    )
    assert uploading.stored_file(made["id"])
    rest = lakes.editor.ask("package_show", id="lakes")["resources"]
    kept = [r for r in rest if r["id"] != made["id"]]
    lakes.editor.ask("package_patch", id="lakes", resources=kept)
    # At once for readers, then by a job for good.
    assert lakes.member.action("datastore_search", resource_id=made["id"]).status_code == 404
    assert [job for job in jobs.get_queue().jobs if job.args == [made["id"]]]
    loading.clear(made["id"])
    assert uploading.stored_file(made["id"]) is None
    assert lakes.sysadmin.action("datastore_search", resource_id=made["id"]).status_code == 404
    assert states.read(made["id"], states.LOAD) is None
    model.Session.remove()
