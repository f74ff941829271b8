"""The harvest benchmark's documents, its other CKAN, and what the docs show of its figures."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from bench import chart, corpus, harvest, harvest_figures, harvest_saved
from bench.remote import Corpus
from lxml import etree

SAVED = harvest_figures.ROOT / "bench" / "results" / "harvest.json"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    return corpus.inventory(tmp_path / "inventory.csv", 23)


def titles(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as handle:
        return [row[corpus.TITLES[0]] for row in csv.DictReader(handle)]


def test_a_tenth_of_the_records_changes(inventory: Path) -> None:
    before, after = titles(inventory), titles(corpus.changed(inventory))
    assert len(before) == len(set(before)) == 23
    differ = [at for at, title in enumerate(before) if title != after[at]]
    assert differ == [0, 10, 20]


def ids(answer: str | None) -> list[str]:
    assert answer
    return [one["id"] for one in json.loads(answer)["result"]["results"]]


def test_the_other_ckan_gives_every_record_once_by_both_ways_of_paging(inventory: Path) -> None:
    written = corpus.document(inventory, "ckan")
    every = [one["id"] for one in json.loads(written.read_text())]
    other = Corpus(written)
    numbered = [
        other.answer("package_search", {"rows": "10", "start": str(n)}) for n in (0, 10, 20)
    ]
    assert [one for page in numbered for one in ids(page)] == every
    found = ids(other.answer("package_search", {"rows": "10"}))
    while page := ids(
        other.answer("package_search", {"rows": "10", "fq": f'+id:{{"{found[-1]}" TO *]'})
    ):
        found += page
    assert found == every
    assert other.answer("package_delete", {}) is None


def test_the_other_ckan_says_what_was_modified(inventory: Path) -> None:
    packages = corpus.portal(corpus.datasets(corpus.changed(inventory)))
    modified = [one["metadata_modified"] for one in packages]
    assert sum(when > dt.datetime.now(dt.timezone.utc).isoformat() for when in modified) == 3


def test_every_document_has_every_record(inventory: Path) -> None:
    for reader, records in (("dcat_json", "dataset"), ("stock_schema", "dataset"), ("ckan", None)):
        made = json.loads(corpus.document(inventory, reader).read_text())
        assert len(made[records] if records else made) == 23
    assert corpus.document(inventory, "ours") == inventory


@pytest.mark.parametrize("language", harvest_figures.LANGUAGES)
def test_the_docs_show_the_saved_figures(language: str) -> None:
    result = harvest_saved.read(SAVED)
    shown = harvest_figures.IMAGES / f"harvest-bench.{language}.svg"
    assert shown.read_text(encoding="utf-8") == harvest_figures.picture(result, language)
    table = SAVED.with_suffix(f".{language}.md")
    assert table.read_text(encoding="utf-8") == harvest_figures.tables(result, language)


def drawn(*bars: float) -> Any:
    texts = chart.Texts("A & B", "axis", "taken", ["one", "two"], "{:g}×".format)
    return etree.fromstring(chart.svg(texts, [chart.Group("work <x>", 12, bars)]).encode())


def test_the_chart_says_its_figures_in_words() -> None:
    picture = drawn(250, 3)
    assert picture.findtext(f"{SVG}title") == "A & B"
    assert picture.findtext(f"{SVG}desc") == "work <x>: one 250×, two 3×. taken"
    assert picture.get("aria-labelledby") == "title desc"


def test_bars_are_logarithmic_and_never_negative() -> None:
    def widths(*bars: float) -> list[float]:
        found = drawn(*bars).findall(f"{SVG}rect")
        return [float(each.get("width")) for each in found][-2:]

    hundred, ten = widths(100, 10)
    assert hundred == pytest.approx(2 * ten)
    assert min(widths(10, 0.2)) > 0


def test_numbers_are_written_as_in_their_language() -> None:
    assert harvest_figures.number(1234.5, 1, "en") == "1,234.5"
    assert harvest_figures.number(1234.5, 1, "fr") == "1\N{NO-BREAK SPACE}234,5"


@pytest.mark.parametrize(
    "wrong", [["--records", "0"], ["--peer", "none"], ["--plan", "9", "--ours-only"]]
)
def test_wrong_arguments_are_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        harvest.main(wrong)
    assert refused.value.code == 2


def test_a_file_that_is_no_result_makes_no_chart(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"records": 3}')
    with pytest.raises(SystemExit) as refused:
        harvest.main(["--chart", str(other)])
    assert refused.value.code == 2
    assert list(tmp_path.iterdir()) == [other]


def a_run(records: int, date: str, **ratios: float) -> dict[str, Any]:
    made = {name: {"ratios": {"first_import": ratio}} for name, ratio in ratios.items()}
    return {"records": records, "rounds": 1, "machine": {"date": date}, "comparisons": made}


def test_saved_runs_of_other_sizes_and_peers_stay() -> None:
    saved = harvest_saved.joined({}, a_run(1000, "monday", dcat_json=2, ckan=3))
    saved = harvest_saved.joined(saved, a_run(10000, "tuesday", dcat_json=4))
    saved = harvest_saved.joined(saved, a_run(1000, "wednesday", ckan=5))
    assert saved["runs"] == [
        a_run(1000, "monday", dcat_json=2),
        a_run(1000, "wednesday", ckan=5),
        a_run(10000, "tuesday", dcat_json=4),
    ]


def test_runs_alike_are_one_and_what_another_replaced_is_gone() -> None:
    saved = harvest_saved.joined({}, a_run(1000, "monday", dcat_json=2))
    saved = harvest_saved.joined(saved, a_run(1000, "monday", ckan=3))
    assert saved["runs"] == [a_run(1000, "monday", dcat_json=2, ckan=3)]
    saved = harvest_saved.joined(saved, a_run(1000, "friday", dcat_json=4, ckan=5))
    assert saved["runs"] == [a_run(1000, "friday", dcat_json=4, ckan=5)]


def test_other_modes_keep_the_machine_that_they_were_taken_on(tmp_path: Path) -> None:
    path = tmp_path / "results" / "harvest.json"
    harvest_saved.write(path, {}, {"plan": {"rows": 3}, "machine": {"date": "monday"}})
    saved = harvest_saved.read(path)
    harvest_saved.write(path, saved, {"growth": {"sizes": []}, "machine": {"date": "friday"}})
    assert harvest_saved.read(path) == {
        "plan": {"rows": 3, "machine": {"date": "monday"}},
        "growth": {"sizes": [], "machine": {"date": "friday"}},
    }
