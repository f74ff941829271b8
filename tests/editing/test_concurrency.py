"""Nobody replaces another's save unknowingly: by the form, by the API, and both at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from lxml import html

from factories import call, make_dataset

from .conftest import Caller, People

EXPECTED = "ontario_expected_version"


@pytest.fixture
def record(people: People) -> dict[str, Any]:
    return make_dataset(people.owner.name, people.ministry)


def form_of(page: Any) -> Any:
    (form,) = html.fromstring(page.text).xpath(f"//form[.//input[@name='{EXPECTED}']]")
    return form


def filled(form: Any, **typed: Any) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return {**sent, "save": "", **typed}


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def stored(record: dict[str, Any]) -> dict[str, Any]:
    return call("package_show", id=record["id"])


# --- by the form -----------------------------------------------------------------------------


def edit(caller: Caller, record: dict[str, Any], prefix: str = "") -> tuple[str, Any]:
    address = f"{prefix}/dataset/edit/{record['name']}"
    return address, form_of(caller.get(address))


def test_the_second_of_two_forms_is_told_and_keeps_what_it_typed(
    people: People, record: dict[str, Any]
) -> None:
    address, mine = edit(people.owner, record)
    _, theirs = edit(people.colleague, record)
    saved = people.colleague.post(
        address, filled(theirs, **{"title_translated-fr": "Le leur", "update_frequency": "daily"})
    )
    assert saved.status_code == 302
    answer = people.owner.post(address, filled(mine, **{"title_translated-fr": "Le mien"}))
    assert answer.status_code == 200
    assert stored(record)["title_translated"]["fr"] == "Le leur"

    page = html.fromstring(answer.text)
    (panel,) = page.xpath("//section[@class='ontario-conflict']")
    said = words(panel)
    assert "Colleague saved this on" in said
    rows = {
        row.xpath("string(th)").strip(): [
            " ".join(td.text_content().split()) for td in row.xpath("td")
        ]
        for row in panel.xpath(".//tbody/tr")
    }
    assert set(rows) == {"Title", "Update frequency"}
    assert "Le leur" in rows["Title"][0]
    assert "Le mien" in rows["Title"][1]
    assert rows["Update frequency"][0] == "Daily"
    assert rows["Update frequency"][1].startswith("Other As it was before")
    assert form_of(answer).fields["title_translated-fr"] == "Le mien"

    # Sent again as it is, it is refused again; the version stays the one it was made from.
    again = people.owner.post(address, filled(form_of(answer)))
    assert again.status_code == 200
    assert stored(record)["title_translated"]["fr"] == "Le leur"

    over = filled(form_of(again))
    over["ontario_save_over"] = page.xpath("//input[@name='ontario_save_over']/@value")[0]
    assert people.owner.post(address, over).status_code == 302
    assert stored(record)["title_translated"]["fr"] == "Le mien"


def test_saving_over_one_save_does_not_save_over_the_next(
    people: People, record: dict[str, Any]
) -> None:
    address, mine = edit(people.owner, record, "/fr")
    call("package_patch", people.colleague.name, id=record["id"], maintainer_email="a@ontario.ca")
    answer = people.owner.post(address, filled(mine))
    page = html.fromstring(answer.text)
    assert "Colleague a enregistré" in page.text_content()
    over = filled(form_of(answer))
    over["ontario_save_over"] = page.xpath("//input[@name='ontario_save_over']/@value")[0]
    call("package_patch", people.colleague.name, id=record["id"], maintainer_email="b@ontario.ca")
    assert people.owner.post(address, over).status_code == 200
    assert stored(record)["maintainer_email"] == "b@ontario.ca"


def test_another_error_does_not_make_the_form_forget_its_version(
    people: People, record: dict[str, Any]
) -> None:
    address, mine = edit(people.owner, record)
    call("package_patch", people.colleague.name, id=record["id"], maintainer_email="a@ontario.ca")
    wrong = filled(mine, maintainer_email="no address")
    wrong.pop(EXPECTED)  # as if its save had come before the other's
    first = people.owner.post(address, wrong)
    assert first.status_code == 200
    sent = filled(mine, maintainer_email="c@ontario.ca")
    assert people.owner.post(address, sent).status_code == 200
    assert stored(record)["maintainer_email"] == "a@ontario.ca"


def test_a_save_that_touched_only_files_is_no_conflict_for_the_records_form(
    people: People, record: dict[str, Any]
) -> None:
    address, mine = edit(people.owner, record)
    call(
        "resource_create", people.colleague.name,
        package_id=record["id"], url="https://example.com/b.csv",
    )  # fmt: skip
    assert people.owner.post(address, filled(mine, url="https://a.ca/")).status_code == 302
    now = stored(record)
    assert len(now["resources"]) == 2
    assert now["url"] == "https://a.ca/"


def test_forms_of_one_file_meet_and_forms_of_two_do_not(
    people: People, record: dict[str, Any]
) -> None:
    second = call(
        "resource_create", people.colleague.name,
        package_id=record["id"], url="https://example.com/b.csv",
    )  # fmt: skip
    first = stored(record)["resources"][0]
    address = f"/dataset/{record['name']}/resource/{first['id']}/edit"
    mine = form_of(people.owner.get(address))
    call("resource_patch", people.colleague.name, id=second["id"], type="information")
    sent = filled(mine, **{"name_translated-en": "Mine", "save": "go-metadata"})
    assert people.owner.post(address, sent).status_code == 302

    mine = form_of(people.owner.get(address))
    call("resource_patch", people.colleague.name, id=first["id"], type="information")
    answer = people.owner.post(address, filled(mine, save="go-metadata"))
    assert answer.status_code == 200
    panel = html.fromstring(answer.text).xpath("//section[@class='ontario-conflict']")
    assert "Information" in panel[0].text_content()
    assert stored(record)["resources"][0]["type"] == "information"


def test_the_form_of_a_new_record_has_no_version(people: People) -> None:
    assert EXPECTED not in people.owner.get("/dataset/new").text


# --- by the API ------------------------------------------------------------------------------


def test_a_client_that_names_no_version_saves_as_always(
    people: People, record: dict[str, Any]
) -> None:
    call("package_patch", people.colleague.name, id=record["id"], maintainer_email="a@ontario.ca")
    people.owner.ask("package_update", **{**record, "maintainer_email": "c@ontario.ca"})
    assert stored(record)["maintainer_email"] == "c@ontario.ca"


@pytest.mark.parametrize("action", ["package_update", "package_patch"])
def test_a_client_may_name_the_version_it_read(
    people: People, record: dict[str, Any], action: str
) -> None:
    whole = record if action == "package_update" else {"id": record["id"]}
    sent = {**whole, "maintainer_email": "c@ontario.ca", EXPECTED: record["metadata_modified"]}
    saved = people.owner.ask(action, **sent)
    assert saved["maintainer_email"] == "c@ontario.ca"
    answer = people.owner.action(action, "fr", **sent)
    assert answer.status_code == 409
    assert answer.json["error"]["__type"] == "Validation Error"
    assert "Vous avez enregistré" in answer.json["error"][EXPECTED][0]
    people.owner.ask(action, **{**sent, EXPECTED: saved["metadata_modified"]})


@pytest.mark.parametrize("version", ["yesterday", 7, {"a": 1}, "2026-01-01~x", "9" * 20_000])
def test_what_is_no_version_is_refused(
    people: People, record: dict[str, Any], version: Any
) -> None:
    answer = people.owner.action("package_patch", id=record["id"], **{EXPECTED: version})
    assert answer.status_code == 409
    assert list(answer.json["error"]) == [EXPECTED, "__type"] or EXPECTED in answer.json["error"]


def test_who_may_not_edit_learns_nothing_from_a_version(
    people: People, record: dict[str, Any]
) -> None:
    sent = {"id": record["id"], EXPECTED: "2020-01-01T00:00:00"}
    for caller in (people.outsider, people.member, people.nobody):
        answer = caller.action("package_patch", **sent)
        assert answer.status_code in {401, 403}
        assert "Owner" not in answer.text


# --- at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["record", "file"])
def test_of_two_saves_at_once_exactly_one_wins(
    people: People, record: dict[str, Any], kind: str
) -> None:
    if kind == "record":
        action, values, field = "package_update", record, "url"
    else:
        action, values, field = "resource_update", record["resources"][0], "url"

    def save(number: int) -> int:
        caller = (people.owner, people.colleague)[number]
        version = values["metadata_modified"]
        sent = {**values, EXPECTED: version, field: f"https://example.com/{number}.csv"}
        return caller.action(action, **sent).status_code

    # The row is held until both saves wait for it, so that they meet whatever the machine does.
    # (CKAN's patches lock the row by themselves; these actions do not.)
    with model.meta.engine.connect() as holder, ThreadPoolExecutor(2) as pool:
        transaction = holder.begin()
        lock = "SELECT pg_backend_pid() FROM package WHERE id = :id FOR UPDATE"
        pid = holder.execute(sa.text(lock), {"id": record["id"]}).scalar()
        saves = [pool.submit(save, number) for number in (0, 1)]
        assert _waiting(pid) == 2
        transaction.rollback()
        codes = sorted(one.result() for one in saves)
    assert codes == [200, 409]


def _waiting(holder: int | None) -> int:
    """Return how many wait, in the end, for what one backend holds."""
    query = sa.text(
        "WITH RECURSIVE held(pid) AS (SELECT CAST(:pid AS integer) UNION SELECT a.pid"
        " FROM pg_stat_activity a JOIN held h ON h.pid = ANY(pg_blocking_pids(a.pid)))"
        " SELECT count(*) - 1 FROM held"
    )
    found = 0
    for _ in range(400):
        with model.meta.engine.connect() as connection:
            found = int(connection.execute(query, {"pid": holder}).scalar() or 0)
        if found == 2:
            break
        time.sleep(0.05)  # asking Postgres again, not waiting for luck
    return found
