"""Harvests from document to catalogue: what is new, changed, gone, refused, and what stays."""

from __future__ import annotations

from typing import Any

from ckanext.ontario.harvest import report

from .conftest import Harvests, rows


def counts(run: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in report.counts(run).items() if number}


def codes(run: dict[str, Any], *severities: str) -> list[tuple[int | None, str]]:
    found = report.issues(run, severity=list(severities) or None, limit=1000)
    return sorted((issue["row"] or 0, issue["code"]) for issue in found)


def test_new_rows_become_drafts_of_the_ministry(harvests: Harvests, packages: Any) -> None:
    run = harvests.run(rows(3))
    assert (run["status"], run["phase"]) == ("finished", "finish")
    assert counts(run) == {"rows": 3, "new": 3}
    found = packages()
    assert set(found) == {"1", "2", "3"}
    first = found["1"]
    assert first["title_translated"] == {"en": "Water quality 1", "fr": "Qualité de l’eau 1"}
    assert first["owner_org"] == harvests.organization_id
    assert first["harvest_source_id"] == harvests.source()
    assert first["private"] is True
    assert first["name"].startswith("water-quality-1-")
