"""Each rule of the table is shown to be broken by one record and kept by another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ckanext.ontario.schema import tables
from ckanext.ontario.schema.domain import BROKEN, check, publishable

TODAY = date(2026, 6, 15)
LONG = "The same long text in both languages, which nobody translated, though it should have been. "

OPEN: dict[str, Any] = {
    "title_translated": {"en": "Lakes", "fr": "Lacs"},
    "notes_translated": {"en": "Levels of lakes.", "fr": "Niveaux des lacs."},
    "short_description_translated": {"en": "Levels.", "fr": "Niveaux."},
    "owner_org": "mnr",
    "access_level": "open",
    "license_id": "OGL-ON-1.0",
    "exemption": "none",
    "maintainer_email": "lakes@ontario.ca",
    "keywords": {"en": ["lakes"], "fr": ["lacs"]},
    "topics": ["environment-and-natural-resources"],
    "update_frequency": "monthly",
    "resources": [
        {
            "url": "https://example.com/lakes.csv",
            "type": "data",
            "name_translated": {"en": "Levels", "fr": "Niveaux"},
            "data_last_updated": "2026-05-20",
            "publically_available_date": "2020-01-01",
        }
    ],
}
CLOSED_FILES = [{**OPEN["resources"][0], "publically_available_date": ""}]
REVIEW = {
    **OPEN,
    "access_level": "under_review",
    "license_id": "other-closed",
    "planned_release_date": "2027-01-01",
    "resources": CLOSED_FILES,
}
RESTRICTED = {
    **OPEN,
    "access_level": "restricted",
    "license_id": "other-closed",
    "exemption": "privacy",
    "exemption_rationale": {"en": "Names of patients.", "fr": "Noms de patients."},
    "resources": [],
}

# rule → (a record that keeps it, changes that break it …)
EXAMPLES: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "title-languages": (OPEN, [{"title_translated": {"en": "Lakes"}}, {"title_translated": None}]),
    "description-languages": (OPEN, [{"notes_translated": {"fr": "Lacs"}}]),
    "organization-missing": (OPEN, [{"owner_org": None}, {"owner_org": " "}]),
    "access-level-missing": (OPEN, [{"access_level": ""}]),
    "open-licence": (OPEN, [{"license_id": "other-closed"}, {"license_id": None}]),
    "closed-licence": (REVIEW, [{"license_id": "OGL-ON-1.0"}]),
    "open-exemption": (OPEN, [{"exemption": "privacy"}]),
    "open-data": (
        OPEN,
        [
            {"resources": []},
            {"resources": [{**OPEN["resources"][0], "type": "technical_document"}]},
            {"resources": [{**OPEN["resources"][0], "url": ""}]},
        ],
    ),
    "restricted-exemption": (RESTRICTED, [{"exemption": "none"}, {"exemption": ""}]),
    "restricted-rationale": (
        RESTRICTED,
        [{"exemption_rationale": {"en": "Names."}}, {"exemption_rationale": None}],
    ),
    "review-plan": (REVIEW, [{"planned_release_date": ""}]),
    "closed-files": (REVIEW, [{"resources": OPEN["resources"]}]),
    "dates-order": (
        {**OPEN, "date_range_start": "2020-01-01", "date_range_end": "2020-01-01"},
        [{"date_range_end": "2019-12-31"}],
    ),
    "file-names": (
        OPEN,
        [{"resources": [{**OPEN["resources"][0], "name_translated": {"en": "L"}}]}],
    ),
    "contact-missing": (OPEN, [{"maintainer_email": None}]),
    "tags-languages": (OPEN, [{"keywords": {"en": ["lakes"]}}]),
    "summary-languages": (OPEN, [{"short_description_translated": {"en": "Levels."}}]),
    "topics-missing": (OPEN, [{"topics": []}]),
    "frequency-missing": (OPEN, [{"update_frequency": ""}]),
    "french-copied": (OPEN, [{"notes_translated": {"en": LONG, "fr": LONG}}]),
    "release-overdue": (REVIEW, [{"planned_release_date": "2026-06-14"}]),
    "update-overdue": (
        OPEN,
        [
            {"resources": [{**OPEN["resources"][0], "data_last_updated": "2026-03-01"}]},
            {"resources": [], "planned_release_date": "2027-01-01", "current_as_of": "2025-01-01"},
        ],
    ),
}


def codes(record: dict[str, Any]) -> set[str]:
    return {issue.code for issue in check(record, TODAY)}


def test_every_rule_has_examples_and_a_test_of_its_own() -> None:
    listed = [rule.code for rule in tables.publish_rules()]
    assert listed == list(BROKEN)
    assert set(EXAMPLES) == set(listed)


@pytest.mark.parametrize("record", [OPEN, REVIEW, RESTRICTED], ids=["open", "review", "restricted"])
def test_a_complete_record_breaks_no_rule(record: dict[str, Any]) -> None:
    assert check(record, TODAY) == []


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_record_that_keeps_the_rule(code: str) -> None:
    record, _changes = EXAMPLES[code]
    assert code not in codes(record)


@pytest.mark.parametrize(
    ("code", "change"),
    [(code, change) for code, (_record, changes) in EXAMPLES.items() for change in changes],
)
def test_a_record_that_breaks_the_rule(code: str, change: dict[str, Any]) -> None:
    record, _changes = EXAMPLES[code]
    (issue,) = [one for one in check({**record, **change}, TODAY) if one.code == code]
    rule = tables.rules()[code]
    assert (issue.level, issue.field) == (rule.level, rule.field)
    assert publishable([issue]) == (rule.level == "warning")


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({**OPEN, "resources": [], "planned_release_date": "2027-01-01"}, "open-data"),
        (
            {
                **REVIEW,
                "planned_release_date": "",
                "exemption_rationale": {"en": "No plan yet.", "fr": "Pas encore de plan."},
            },
            "review-plan",
        ),
        (
            {**REVIEW, "planned_release_date": "2020-01-01", "record_status": "inactive"},
            "release-overdue",
        ),
        ({**OPEN, "planned_release_date": "2020-01-01"}, "release-overdue"),
        ({**OPEN, "planned_release_date": "soon"}, "release-overdue"),
        ({**OPEN, "current_as_of": "2020-01-01", "record_status": "inactive"}, "update-overdue"),
        ({**OPEN, "update_frequency": "other", "current_as_of": "1999-01-01"}, "update-overdue"),
        ({**OPEN, "resources": [{**CLOSED_FILES[0], "data_last_updated": None}]}, "update-overdue"),
        ({**OPEN, "notes_translated": {"en": "Ontario", "fr": "Ontario"}}, "french-copied"),
        ({**RESTRICTED, "license_id": ""}, "closed-licence"),
    ],
)
def test_what_does_not_break_a_rule(record: dict[str, Any], code: str) -> None:
    assert code not in codes(record)


def test_values_kept_as_text_read_alike() -> None:
    kept = {**OPEN, "title_translated": '{"en": "Lakes", "fr": "Lacs"}'}
    assert check(kept, TODAY) == []


def test_an_empty_record_has_issues_and_no_exception() -> None:
    assert {"title-languages", "access-level-missing"} <= codes({})


def test_rules_are_bilingual_and_their_fields_exist() -> None:
    content = tables.read("dataset.yaml")
    fields = {field["field_name"] for field in content["dataset_fields"]} | {"resources"}
    for rule in tables.rules().values():
        texts = [rule.message, rule.suggestion] if rule.level != "always" else [rule.message]
        for text in texts:
            assert set(text) == {"en", "fr"}
            assert all(text.values())
        assert rule.level in {"always", "error", "warning"}
        assert rule.level == "always" or rule.field in fields
