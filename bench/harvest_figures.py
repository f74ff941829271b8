"""The harvest benchmark's figures for the docs, from a saved result: tables, and the chart's data.

Pure but for :func:`write`. All is made in English and in French.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from bench import chart, harvest_saved

LANGUAGES = ("en", "fr")
ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
NO_COMMIT = "_no_commit"
FLOORS = {"first": 12, "unchanged": 1000, "changed_10": 20, "rebuild": 8}
"""What the engine is held to: peer ÷ ours by the wall clock, against ``DCATJSONHarvester``."""

Result = Mapping[str, Any]


@cache
def words() -> Any:
    """Return the texts in both languages."""
    text = Path(__file__).with_name("harvest_words.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def write(saved: Path, images: Path = IMAGES) -> list[Path]:
    """Write the charts into the docs, and the tables beside the saved result; return where.

    Raises:
        OSError: when the file can't be read.
        ValueError: when it is no JSON.
        KeyError: when it has no figures.
    """
    result = harvest_saved.read(saved)
    made = {saved.with_suffix(f".{one}.md"): tables(result, one) for one in LANGUAGES}
    for one in LANGUAGES:
        made[images / f"harvest-bench.{one}.svg"] = picture(result, one)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return list(made)


def picture(result: Result, language: str) -> str:
    """Return the chart of the ratios with CKAN's default of ``solr_commit``.

    It has the smallest of the sizes: there all stock harvesters were measured, with all their work.
    """
    runs = [run for run in result["runs"] if run["records"] == result["runs"][0]["records"]]
    compared = {
        name: one
        for peer in words()["comparisons"]
        for run in runs
        for name, one in run["comparisons"].items()
        if name == peer
    }
    said = in_language(words(), language)
    texts = chart.Texts(
        title=said["title"],
        axis=said["axis"],
        taken=_taken(runs[0], language),
        series=[_comparison(name, language) for name in compared],
        times=partial(times, language=language),
    )
    groups = [
        chart.Group(
            label=said["work"][work],
            floor=floor,
            bars=[one["ratios"][_ratio(work)] for one in compared.values()],
        )
        for work, floor in FLOORS.items()
    ]
    return chart.svg(texts, groups)


def tables(result: Result, language: str) -> str:
    """Return all figures as Markdown."""
    said = in_language(words(), language)
    parts: list[str] = []
    for run in result["runs"]:
        parts += [_taken(run, language), _compared(run, language), _memory(run, language)]
    if "growth" in result:
        growth = result["growth"]
        said_of = said["growth"].format(**growth["machine"])
        parts += [said_of, _growth(growth, language)]
    if "plan" in result:
        plan = result["plan"]
        given = {
            "rows": number(plan["rows"], 0, language),
            **{name: number(taken, 1, language) for name, taken in plan["stages"].items()},
            "peak": number(plan["peak_mb"], 0, language),
            "floor": number(plan["floor_mb"], 0, language),
        }
        parts.append(said["plan"].format(**given, **plan["machine"]))
    return "\n\n".join(parts) + "\n"


def _compared(run: Result, language: str) -> str:
    said = in_language(words(), language)
    names = ("against", "work", "stock", "ours", "ratio", "cpu", "statements")
    columns = [said["columns"][name] for name in names]

    def rows() -> Iterator[list[str]]:
        for name, one in run["comparisons"].items():
            wall, sql = one["seconds"]["wall"], one["statements"]
            for work in wall["ours"]:
                asked = (number(sql[side][work], 1, language) for side in ("peer", "ours"))
                yield [
                    _comparison(name, language),
                    said["work"][work],
                    number(wall["peer"][work], 2, language),
                    number(wall["ours"][work], 2, language),
                    times(one["ratios"][_ratio(work)], language),
                    times(one["cpu_ratios"][_ratio(work)], language),
                    " → ".join(asked),
                ]

    return markdown(columns, rows(), texts=2)


def _memory(run: Result, language: str) -> str:
    said = in_language(words(), language)["columns"]
    columns = [said[name] for name in ("against", "stock_memory", "our_memory")]
    rows = (
        [
            _comparison(name, language),
            *(number(one["peak_mb"][side], 0, language) for side in ("peer", "ours")),
        ]
        for name, one in run["comparisons"].items()
    )
    return markdown(columns, rows)


def _growth(result: Result, language: str) -> str:
    said = in_language(words(), language)
    columns = [said["columns"]["records"], *(said["work"][w] for w in FLOORS)]

    def rows() -> Iterator[list[str]]:
        for one in result["sizes"]:
            each = [number(one["ms"][work], 3, language) for work in FLOORS]
            yield [
                number(one["records"], 0, language),
                *each,
                number(one["peak_mb"], 0, language),
            ]
        flat = [times(result["flatness"][work], language) for work in FLOORS]
        yield [said["growth_last"], *flat, ""]

    return markdown([*columns, said["columns"]["memory"]], rows())


def markdown(columns: Sequence[str], rows: Iterator[list[str]], texts: int = 1) -> str:
    """Return a table whose first ``texts`` columns are texts, and the others figures."""
    rule = ["---" if at < texts else "--:" for at in range(len(columns))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [columns, rule, *rows])


def in_language(said: Any, language: str) -> Any:
    """Return texts with each pair of languages replaced by the one that is wanted."""
    if not isinstance(said, Mapping):
        return said
    if set(said) == set(LANGUAGES):
        return said[language]
    return {key: in_language(value, language) for key, value in said.items()}


def number(value: float, digits: int, language: str) -> str:
    """Return a number as it is written in a language."""
    text = f"{value:,.{digits}f}"
    if language == "fr":
        return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
    return text


def times(value: float, language: str) -> str:
    """Return a ratio with as many digits as say something."""
    digits = 0 if value >= 100 or value in {1, 10} else 1 if value >= 2 else 2
    return f"{number(value, digits, language)}\N{NO-BREAK SPACE}×"


def _ratio(work: str) -> str:
    return "first_import" if work == "first" else work


def _comparison(name: str, language: str) -> str:
    said = in_language(words(), language)
    plain = said["comparisons"][name.removesuffix(NO_COMMIT)]
    return said["no_commit"].format(name=plain) if name.endswith(NO_COMMIT) else plain


def _taken(run: Result, language: str) -> str:
    given = {
        **run["machine"],
        "records": number(run["records"], 0, language),
        "rounds": run["rounds"],
    }
    return in_language(words(), language)["taken"].format(**given)
