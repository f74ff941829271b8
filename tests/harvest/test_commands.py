"""``ckan ontario-harvest``: what it prints, and its exit status."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestSource
from click.testing import CliRunner, Result

from ckanext.ontario.harvest import approvals
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.cli import ontario_harvest
from ckanext.ontario.harvest.locks import source_lock

from .conftest import Harvests, row, rows, text
from .people import member


@pytest.fixture
def command(internal: Any, ministries: None) -> Callable[..., Result]:
    """A function that runs the command as ``ckan`` does."""

    @click.group()
    @click.pass_context
    def ckan(ctx: click.Context) -> None:
        ctx.meta["flask_app"] = internal.flask_app

    ckan.add_command(ontario_harvest)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(ckan, ["ontario-harvest", *arguments])

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """A function that writes an inventory and returns its path."""

    def write(content: Any, name: str = "inventory.csv") -> str:
        path = tmp_path / name
        path.write_text(text(content) if isinstance(content, list) else content, encoding="utf-8")
        return str(path)

    return write


def printed(result: Result) -> dict[str, Any]:
    assert result.stdout, (result.output, result.exception)
    return json.loads(result.stdout)


def test_a_file_goes_in_and_the_same_file_finds_nothing_to_do(command: Any, file: Any) -> None:
    path = file(rows(3))
    first = command("run", path, "--organization", "moh", "--json")
    assert first.exit_code == 0, first.output
    answer = printed(first)
    assert (answer["status"], answer["outcome"]) == ("finished", "finished")
    assert answer["counts"]["new"] == 3
    assert answer["issues"] == [] or all(
        issue["severity"] in {"warning", "publish"} for issue in answer["issues"]
    )
    assert set(answer["timings"]) >= {"download", "read", "plan", "write", "index"}
    again = printed(command("run", path, "--organization", "Ministère de la Santé", "--json"))
    assert (again["counts"]["new"], again["counts"]["unchanged"]) == (0, 3)
    assert again["same_as"] == answer["run"]
    assert model.Session.query(HarvestSource).count() == 1
    assert model.Session.query(tables.HarvestUpload).count() == 1


def test_refused_rows_are_told_and_ask_for_a_person(command: Any, file: Any) -> None:
    path = file([row(1), row(2, access="Partly open")])
    result = command("run", path, "--organization", "moh")
    assert result.exit_code == 3
    assert "attention: 2 rows, 1 new, 1 invalid" in result.output
    assert "row 3 Access Level" in result.output


def test_an_unusable_document_fails(command: Any, file: Any) -> None:
    result = command("run", file("a,b\n1,2\n"), "--organization", "moh", "--json")
    assert result.exit_code == 1
    answer = printed(result)
    assert (answer["status"], answer["issues"][0]["code"]) == ("failed", "header_unknown")
    assert set(answer["issues"][0]["message"]) == {"en", "fr"}


def test_settings_of_the_kind_are_those_of_the_form(command: Any, file: Any) -> None:
    record = {"identifier": "1", "title": "Roads", "publisher": {"name": "Elsewhere"}}
    path = file(json.dumps({"dataset": [record]}), "data.json")
    asked = ("run", path, "--organization", "moh", "--kind", "dcat_us", "--json")
    refused = printed(command(*asked, "--dry-run"))
    assert [one["code"] for one in refused["issues"] if one["severity"] == "error"] == [
        "unknown_organization"
    ]
    taken = printed(command(*asked, "--config", '{"publishers": "source"}'))
    assert taken["counts"]["new"] == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{publishers}", "this is no JSON"),
        ("[1]", "write a JSON object"),
        ('{"publishers": "nobody"}', "publishers"),
    ],
)
def test_wrong_settings_are_wrong_use(command: Any, file: Any, settings: str, said: str) -> None:
    result = command("run", file(rows(1)), "--organization", "moh", "--config", settings)
    assert result.exit_code == 2
    assert said in result.output


def test_a_dry_run_says_it_all_and_writes_nothing(command: Any, file: Any) -> None:
    path = file([row(1), row(2, access="Partly open"), row(3, access="Restricted")])
    result = command("run", path, "--organization", "moh", "--dry-run", "--json")
    assert result.exit_code == 0, result.output
    answer = printed(result)
    assert (answer["status"], answer["run"]) == ("planned", None)
    assert (answer["counts"]["new"], answer["counts"]["invalid"]) == (2, 1)
    codes = {issue["code"] for issue in answer["issues"]}
    assert {"choice_unknown", "restricted-exemption"} <= codes
    model.Session.rollback()
    for table in (model.Package, HarvestSource, HarvestJob, tables.HarvestRecord):
        assert model.Session.query(table).count() == 0
    real = printed(command("run", path, "--organization", "moh", "--json"))
    assert real["counts"] == {**answer["counts"]}


def test_a_dry_run_of_a_known_source_tells_news_from_changes(command: Any, file: Any) -> None:
    command("run", file(rows(10)), "--organization", "moh")
    path = file([row(1, en="Changed"), *rows(9)[1:], row(11)])
    answer = printed(command("run", path, "--organization", "moh", "--dry-run", "--json"))
    counts = {name: number for name, number in answer["counts"].items() if number}
    assert counts == {"rows": 10, "new": 1, "changed": 1, "unchanged": 8, "gone": 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.csv", "--organization", "moh"], "there is no file"),
        (["{file}", "--organization", "nobody"], "there is no organization"),
        (["{file}", "--organization", "moh", "--kind", "x"], "there is no kind"),
        (["{file}", "--organization", "moh", "--profile", "x"], "x"),
        (["{file}"], "organization"),
        (["{empty}", "--organization", "moh"], "empty"),
    ],
)
def test_wrong_use(command: Any, file: Any, arguments: list[str], words: str) -> None:
    places = {"{file}": file(rows(1)), "{empty}": file("", "empty.csv")}
    result = command("run", *[places.get(each, each) for each in arguments])
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert model.Session.query(tables.HarvestRecord).count() == 0


def test_while_another_process_harvests(command: Any, file: Any) -> None:
    path = file(rows(1))
    command("run", path, "--organization", "moh")
    source_id = model.Session.query(HarvestSource).one().id
    with source_lock(source_id):
        result = command("run", path, "--organization", "moh")
    assert result.exit_code == 1
    assert "another process" in result.output


def test_runs_and_reports(command: Any, file: Any) -> None:
    path = file([row(1), row(2, access="Partly open")])
    run = printed(command("run", path, "--organization", "moh", "--json"))
    listed = json.loads(command("runs", "--json").stdout)
    assert [each["id"] for each in listed] == [run["run"]]
    assert run["run"][:8] in command("runs").output
    named = model.Package.get(run["source"]).name
    assert len(json.loads(command("runs", "--source", named, "--json").stdout)) == 1
    assert command("runs", "--source", "nothing").exit_code == 2

    for language, header in (("en", "Row"), ("fr", "Ligne")):
        result = command("report", run["run"], "--csv", "--lang", language)
        lines = list(csv.DictReader(io.StringIO(result.stdout)))
        assert header in lines[0] or language == "fr"
        assert len(lines) == len(run["issues"])
    issue = next(each for each in run["issues"] if each["severity"] == "error")
    shown = command("report", run["run"], "--lang", "fr").output
    assert issue["message"]["fr"] in shown
    assert command("report", "nothing").exit_code == 2


def test_the_samples_go_in_twice(internal: Any, command: Any, seeded: Any) -> None:
    first = command("samples", "--json")
    assert first.exit_code == 0, first.output[-2000:]
    answers = json.loads(first.stdout)
    assert len(answers) >= 4
    assert sum(answer["counts"]["new"] for answer in answers) >= 250
    assert {answer["status"] for answer in answers} == {"finished"}
    again = json.loads(command("samples", "--json").stdout)
    assert {answer["counts"]["new"] + answer["counts"]["changed"] for answer in again} == {0}
    assert [a["counts"]["unchanged"] for a in again] == [a["counts"]["new"] for a in answers]


def test_a_url_is_fetched_through_the_guard(command: Any) -> None:
    result = command("run", "http://127.0.0.1:9/x.csv", "--organization", "moh", "--json")
    assert result.exit_code == 1
    assert printed(result)["issues"][0]["code"].startswith("download_")


# --- sources and runs ------------------------------------------------------------------------


def test_every_command_has_help_with_an_example(command: Any) -> None:
    for name, each in ontario_harvest.commands.items():
        shown = command(name, "--help")
        assert shown.exit_code == 0
        assert "Example:" in shown.output, name
        assert f"ontario-harvest {name}" in shown.output, name
        assert "--json" in {option for one in each.params for option in one.opts}, name


def test_kinds_say_what_their_sources_may_hold(command: Any) -> None:
    (inventory,) = [
        each for each in json.loads(command("kinds", "--json").stdout)
        if each["kind"] == "inventory"
    ]  # fmt: skip
    options = {each["name"]: each for each in inventory["options"]}
    assert "federal" in options["profile"]["choices"]
    assert ".csv" in inventory["uploads"]
    assert "profile: " in command("kinds").output


@pytest.fixture
def gone(harvests: Harvests) -> dict[str, Any]:
    """A run that has left a decision to a person."""
    harvests.run(rows(10))
    return harvests.run([row(1, en="Lake levels"), *rows(5)[1:]])


def test_a_run_is_shown_with_what_waits(command: Any, gone: dict[str, Any]) -> None:
    shown = command("show", gone["id"])
    assert shown.exit_code == 3
    assert "5 records are gone and wait: too_many_gone" in shown.output
    assert printed(command("show", gone["job_id"], "--json"))["approval"]["state"] == "waiting"
    assert command("show", "nothing").exit_code == 2
    listed = command("gone", gone["id"], "--json")
    assert (listed.exit_code, printed(listed)["total"]) == (3, 5)
    assert "Water quality 10" in command("gone", gone["id"]).output


def test_a_run_prints_what_it_changed(command: Any, gone: dict[str, Any]) -> None:
    shown = command("changes", gone["id"]).output
    assert "1 records" in shown
    assert '"Water quality 1"' in shown
    assert '"Lake levels"' in shown
    found = printed(command("changes", gone["id"], "--kind", "created", "--json"))
    assert found["total"] == 0


@pytest.mark.parametrize(("verb", "left"), [("approve", 5), ("refuse", 10)])
def test_a_decision_is_made_in_the_name_of_one_who_may(
    internal: Any, command: Any, gone: dict[str, Any], verb: str, left: int
) -> None:
    editor, director = member(internal, "moh").name, member(internal, "moh", "admin").name
    assert command(verb, gone["id"]).exit_code == 2
    assert command(verb, gone["id"], "--user", "nobody-at-all").exit_code == 2
    refused = command(verb, gone["id"], "--user", editor)
    assert refused.exit_code == 1
    assert "administrators" in refused.output
    assert tables.count_records(gone["source_id"]) == 10
    done = command(verb, gone["id"], "--user", director, "--json")
    assert done.exit_code == 0, done.output
    model.Session.rollback()
    assert tables.count_records(gone["source_id"]) == left
    found = approvals.find(gone["id"])
    assert found is not None
    assert found["decided_by"] == model.User.get(director).id
    assert command(verb, gone["id"], "--user", director).exit_code == 2


def test_records_are_written_again(command: Any, harvests: Harvests, packages: Any) -> None:
    run = harvests.run(rows(3))
    name = packages()["2"]["name"]
    for arguments, count in ((["--guid", "1"], 1), (["--dataset", name], 1), ([], 3)):
        result = command("again", harvests.name, *arguments, "--json")
        assert printed(result) == {"records": count}
    assert tables.count_records(run["source_id"], forced=True) == 3
    assert harvests.run()["counters"]["updated"] == 3
    for wrong in (["--guid", "9"], ["--dataset", "nothing"], ["--guid", "1", "--dataset", name]):
        assert command("again", harvests.name, *wrong).exit_code == 2
    assert command("again", "nothing").exit_code == 2


def test_one_record_is_harvested_alone(command: Any, harvests: Harvests) -> None:
    source_id = harvests.run(rows(3))["source_id"]
    same = command("record", harvests.name, "2", "--json")
    assert same.exit_code == 0, same.output
    assert printed(same)["record"] == {"guid": "2", "result": "unchanged"}
    harvests.source([row(1, en="x"), row(2, en="Changed"), row(3, access="?")])
    changed = command("record", source_id, "2")
    assert (changed.exit_code, "updated: 2" in changed.output) == (0, True), changed.output
    refused = command("record", harvests.name, "3")
    assert refused.exit_code == 3
    assert "refused: 3" in refused.output
    assert "row 4 Access Level" in refused.output
    harvests.source(rows(1))
    gone = command("record", harvests.name, "2")
    assert gone.exit_code == 1
    assert "The document holds no record “2”." in gone.output
    assert "Le document ne contient aucune fiche «\xa02\xa0»." in gone.output
    for wrong in (("record", harvests.name, "9"), ("record", "nothing", "1")):
        assert command(*wrong).exit_code == 2, wrong
    with source_lock(source_id):
        busy = command("record", harvests.name, "1")
    assert (busy.exit_code, "under way" in busy.output) == (1, True)
    assert HarvestJob.filter(source_id=source_id, status="Running").count() == 0


def test_a_schedule_is_set_and_taken_away(command: Any, harvests: Harvests) -> None:
    harvests.source(rows(1))
    assert printed(command("schedule", harvests.name, "--json"))["expression"] is None
    found = printed(command("schedule", harvests.name, "--cron", "30 2 * * *", "--json"))
    assert (found["zone"], len(found["next"])) == ("America/Toronto", 3)
    assert "30 2 * * * (America/Toronto)" in command("schedule", harvests.name).output
    for wrong in (["--cron", "often"], ["--cron", "0 0 * * *", "--zone", "Mars/North"],
                  ["--zone", "UTC"], ["--none", "--cron", "0 0 * * *"]):  # fmt: skip
        assert command("schedule", harvests.name, *wrong).exit_code == 2, wrong
    assert "only when asked" in command("schedule", harvests.name, "--none").output


def test_a_report_is_filtered(command: Any, harvests: Harvests) -> None:
    run = harvests.run([row(1), row(2, access="Partly open"), row(3, access="Half open")])
    lines = command("report", run["id"], "--severity", "error", "--json").stdout.splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0])["code"] == "choice_unknown"
    quoted = command("report", run["id"], "--severity", "error", "--text", "half OPEN", "--csv")
    assert len(list(csv.reader(io.StringIO(quoted.stdout)))) == 2
    assert command("report", run["id"], "--severity", "loud").exit_code == 2
