"""What keeps a record from being published: one pure check, driven by the one table of rules.

The table (``schemas/rules.yaml``) says for each rule its level, field, message and suggestion;
here is what each rule looks at. Submission, approval, the receiver, harvest reports and the action
``ontario_dataset_check`` all ask :func:`check`. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from ckanext.ontario.schema import tables
from ckanext.ontario.schema.texts import stored_object
from ckanext.ontario.schema.values import in_order
from ckanext.ontario.shared.bilingual import LANGUAGES

Record = Mapping[str, Any]
"""A dataset as ``package_show`` answers it, or as a program is about to send it."""

LONG_TEXT = 80
"""Characters from which a French text equal to the English one is no coincidence."""

CLOSED = frozenset({"under_review", "restricted"})
"""Access levels at which the public may not have the data."""

PERIOD_DAYS = {
    "daily": 1,
    "weekly": 7,
    "fortnightly": 14,
    "monthly": 31,
    "quarterly": 92,
    "biannually": 184,
    "yearly": 366,
    "quinquennial": 1827,
}
"""How many days may lie between two updates, for the frequencies that say so."""

GRACE = 2
"""An update is overdue after this many periods: one to come, one of patience."""


@dataclass(frozen=True)
class Issue:
    """One rule that a record breaks."""

    level: str
    """``error`` keeps the record from being submitted; ``warning`` does not."""
    field: str
    code: str


@dataclass(frozen=True)
class Facts:
    """What the rules look at: the record, and the day it is looked at."""

    record: Record
    today: date

    def text(self, name: str) -> str:
        """Return a plain value as text; empty when it is not there."""
        value = self.record.get(name)
        return str(value).strip() if value else ""

    @property
    def access(self) -> str:
        """The access level."""
        return self.text("access_level")

    @property
    def active(self) -> bool:
        """Whether the record is kept up; a discontinued one is never overdue."""
        return self.text("record_status") != "inactive"

    @property
    def files(self) -> list[Mapping[str, Any]]:
        """The record's resources."""
        return cast("list[Mapping[str, Any]]", self.record.get("resources") or [])

    @property
    def data_files(self) -> list[Mapping[str, Any]]:
        """The resources that are data and can be had; without a type a resource counts as data."""
        return [
            one for one in self.files if one.get("url") and one.get("type") in {None, "", "data"}
        ]

    def lacks_language(self, name: str) -> bool:
        """Say whether a bilingual value is not there in both languages."""
        return not in_both(self.record.get(name))

    def day(self, name: str) -> date | None:
        """Return a date of the record; ``None`` when there is none that can be read."""
        return _day(self.record.get(name))


def in_both(value: object) -> bool:
    """Say whether a bilingual value has something in each language."""
    texts = stored_object(value)
    return all(texts.get(code) for code in LANGUAGES)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


Predicate = Callable[[Facts], bool]
"""Says whether a record breaks a rule."""


def _open_licence(facts: Facts) -> bool:
    return facts.access == "open" and facts.text("license_id") not in tables.open_licences()


def _closed_licence(facts: Facts) -> bool:
    return facts.access in CLOSED and facts.text("license_id") not in {"", "other-closed"}


def _open_exemption(facts: Facts) -> bool:
    return facts.access == "open" and facts.text("exemption") not in {"", "none"}


def _open_data(facts: Facts) -> bool:
    planned = facts.text("planned_release_date")
    return facts.access == "open" and not facts.data_files and not planned


def _restricted_exemption(facts: Facts) -> bool:
    return facts.access == "restricted" and facts.text("exemption") in {"", "none"}


def _restricted_rationale(facts: Facts) -> bool:
    return facts.access == "restricted" and facts.lacks_language("exemption_rationale")


def _review_plan(facts: Facts) -> bool:
    planned = facts.text("planned_release_date")
    explained = not facts.lacks_language("exemption_rationale")
    return facts.access == "under_review" and not planned and not explained


def _closed_files(facts: Facts) -> bool:
    return facts.access in CLOSED and any(
        one.get("publically_available_date") for one in facts.files
    )


def _dates_order(facts: Facts) -> bool:
    return not in_order(facts.text("date_range_start"), facts.text("date_range_end"))


def _file_names(facts: Facts) -> bool:
    return any(not in_both(one.get("name_translated")) for one in facts.files)


def _french_copied(facts: Facts) -> bool:
    return any(
        texts.get("en") == texts.get("fr") and len(str(texts.get("fr") or "")) >= LONG_TEXT
        for name in ("notes_translated", "exemption_rationale", "access_instructions")
        if (texts := stored_object(facts.record.get(name)))
    )


def _release_overdue(facts: Facts) -> bool:
    planned = facts.day("planned_release_date")
    released = facts.access == "open" and bool(facts.data_files)
    return facts.active and planned is not None and planned < facts.today and not released


def _update_overdue(facts: Facts) -> bool:
    period = PERIOD_DAYS.get(facts.text("update_frequency"))
    updates = [_day(one.get("data_last_updated")) for one in facts.files]
    known = [one for one in (*updates, facts.day("current_as_of")) if one is not None]
    if not facts.active or period is None or not known:
        return False
    return facts.today - max(known) > timedelta(days=GRACE * period)


BROKEN: Mapping[str, Predicate] = {
    "title-languages": lambda facts: facts.lacks_language("title_translated"),
    "description-languages": lambda facts: facts.lacks_language("notes_translated"),
    "organization-missing": lambda facts: not facts.text("owner_org"),
    "access-level-missing": lambda facts: not facts.access,
    "open-licence": _open_licence,
    "closed-licence": _closed_licence,
    "open-exemption": _open_exemption,
    "open-data": _open_data,
    "restricted-exemption": _restricted_exemption,
    "restricted-rationale": _restricted_rationale,
    "review-plan": _review_plan,
    "closed-files": _closed_files,
    "dates-order": _dates_order,
    "file-names": _file_names,
    "contact-missing": lambda facts: not facts.text("maintainer_email"),
    "tags-languages": lambda facts: facts.lacks_language("keywords"),
    "summary-languages": lambda facts: facts.lacks_language("short_description_translated"),
    "topics-missing": lambda facts: not facts.record.get("topics"),
    "frequency-missing": lambda facts: not facts.text("update_frequency"),
    "french-copied": _french_copied,
    "release-overdue": _release_overdue,
    "update-overdue": _update_overdue,
}
"""Rule → whether a record breaks it. Its keys are the table's codes; a test holds them equal."""


def check(record: Record, today: date) -> list[Issue]:
    """Return the publication rules that ``record`` breaks, in the table's order.

    Args:
        record: a dataset, bilingual values as objects or as JSON text; nothing is asked of a
            database.
        today: the day for what may be overdue.
    """
    return list(_issues(Facts(record, today)))


def _issues(facts: Facts) -> Iterator[Issue]:
    for rule in tables.publish_rules():
        if BROKEN[rule.code](facts):
            yield Issue(rule.level, rule.field, rule.code)


def publishable(issues: list[Issue]) -> bool:
    """Say whether a record with these issues may be submitted: warnings do not stop it."""
    return all(issue.level != "error" for issue in issues)
