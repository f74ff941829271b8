"""Made-up records that could be Ontario's: bilingual, valid, different, and the same for a seed.

Pure: knows no database. ``bench/subjects.yaml`` holds the words; a record is what
``package_create`` would take, in the shape it keeps.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Record = dict[str, Any]
Texts = dict[str, str]

TODAY = dt.date(2026, 1, 15)
"""The day on which the records are looked at; fixed, so that a seed always gives the same."""

ACCESS_LEVELS = ("open", "under_review", "restricted")
ACCESS_WEIGHTS = (70, 18, 12)
MOST_FILES = 8

FREQUENCIES = (
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "yearly",
    "yearly",
    "other",
    "as_required",
)
PRIORITIES = (
    "frequently_requested",
    "government_priority",
    "mandated_by_legislation",
    "high_public_interest",
)
LANGUAGES = ("english", "english", "english_and_french", "french")
SUFFIXES = {"GeoJSON": "geojson", "SHP": "zip", "WMS": "wms"}


@cache
def words() -> Mapping[str, Any]:
    """Return the subjects, places, sentences and file formats."""
    text = Path(__file__).with_name("subjects.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


def records(
    count: int, seed: int = 1, *, files: Sequence[int] = (1, MOST_FILES), start: int = 0
) -> Iterator[Record]:
    """Yield ``count`` records.

    Args:
        count: how many.
        seed: another seed gives other records with other names.
        files: the least and the most resources of an open record.
        start: number of the first one; records of other numbers are others.
    """
    for number in range(start, start + count):
        yield record(number, seed, files=files)


def record(number: int, seed: int = 1, *, files: Sequence[int] = (1, MOST_FILES)) -> Record:
    """Return the record of that number: ``owner_org`` is a ministry's or agency's name."""
    rng = random.Random(f"{seed}:{number}")  # noqa: S311 -- believable, not secret
    subject: Mapping[str, Any] = rng.choice(words()["subjects"])
    place: Mapping[str, str] = rng.choice(words()["places"])
    year = rng.randint(2004, 2025)
    title = {
        "en": f"{subject['en']} – {place['en']}, {year}",
        "fr": f"{subject['fr']} – {place['fr']}, {year}",
    }
    made = {
        "name": f"{_slug(title['en'])[:80].strip('-')}-{seed}-{number}",
        "type": "dataset",
        "owner_org": subject["org"],
        **_texts(rng, subject, place, title),
        **_facts(rng, subject, place, year),
    }
    made |= _access(rng, made["access_level"])
    made["resources"] = list(_files(rng, subject, made, files, year))
    return made


def _texts(
    rng: random.Random, subject: Mapping[str, Any], place: Mapping[str, str], title: Texts
) -> Record:
    sentences = rng.sample(words()["sentences"], rng.randint(2, 6))
    where = {"en": f"Place: {place['en']}.", "fr": f"Lieu : {place['fr']}."}
    return {
        "title_translated": title,
        "notes_translated": {
            code: "\n\n".join(
                [
                    f"{subject[f'about_{code}']}. {where[code]}",
                    " ".join(sentence[code] for sentence in sentences),
                ]
            )
            for code in ("en", "fr")
        },
        "short_description_translated": {code: f"{subject[f'about_{code}']}." for code in where},
        "keywords": {code: list(subject[f"words_{code}"]) for code in where},
        "maintainer_translated": {code: subject[f"unit_{code}"] for code in where},
        "maintainer_email": f"{_slug(subject['unit_en']).replace('-', '.')}@ontario.ca",
        "geographic_coverage_translated": {code: place[code] for code in where},
    }


def _facts(
    rng: random.Random, subject: Mapping[str, Any], place: Mapping[str, str], year: int
) -> Record:
    topics = {subject["topic"]}
    if rng.random() < 0.25:
        topics.add(rng.choice(words()["subjects"])["topic"])
    first = year - rng.randint(0, 6)
    return {
        "topics": sorted(topics),
        "asset_type": rng.choices(("dataset", "algorithm", "ai"), (97, 2, 1))[0],
        "geographic_granularity": place["granularity"],
        "contains_geographic_markers": rng.choice(("yes", "no")),
        "update_frequency": rng.choice(FREQUENCIES),
        "record_status": rng.choices(("active", "inactive"), (94, 6))[0],
        "date_range_start": f"{first}-01-01",
        "date_range_end": f"{year}-12-31",
        "date_created": _day(rng, first, first),
        "current_as_of": _day(rng, year, max(year, 2025)),
        "access_level": rng.choices(ACCESS_LEVELS, ACCESS_WEIGHTS)[0],
    }


def _access(rng: random.Random, level: str) -> Record:
    """Return what the directive wants to be said of a record of this access level."""
    if level == "open":
        return {"license_id": "OGL-ON-1.0", "exemption": "none", "opened_date": _day(rng, 2012)}
    if level == "restricted":
        why: Mapping[str, str] = rng.choice(words()["rationales"])
        return {
            "license_id": "other-closed",
            "exemption": why["exemption"],
            "exemption_rationale": {"en": why["en"], "fr": why["fr"]},
        }
    planned = TODAY + dt.timedelta(days=rng.randint(30, 900))
    return {
        "license_id": "other-closed",
        "exemption": "none",
        "planned_release_date": planned.isoformat(),
        "release_priority": rng.choice(PRIORITIES),
    }


def _files(
    rng: random.Random, subject: Mapping[str, Any], made: Record, files: Sequence[int], year: int
) -> Iterator[Record]:
    if made["access_level"] != "open":
        # What cannot be had is at most explained.
        yield _document(rng.choice(words()["documents"][:3]), made, subject, 0)
        return
    count = rng.randint(*files)
    documents = min(len(words()["documents"]), count // 3)
    for number in range(count - documents):
        yield _data(rng, subject, made, number, year)
    for number, document in enumerate(rng.sample(words()["documents"], documents)):
        yield _document(document, made, subject, number)


def _data(
    rng: random.Random, subject: Mapping[str, Any], made: Record, number: int, year: int
) -> Record:
    format_ = rng.choice(words()["formats"][subject["kind"]])
    covered = year - number
    suffix = SUFFIXES.get(format_, format_.lower())
    return {
        "url": f"https://files.ontario.ca/{made['name']}/{covered}-{number}.{suffix}",
        "name_translated": {
            "en": f"{subject['en']}, {covered} ({format_})",
            "fr": f"{subject['fr']}, {covered} ({format_})",
        },
        "description_translated": {
            "en": f"All observations of {covered}.",
            "fr": f"Toutes les observations de {covered}.",
        },
        "format": format_,
        "type": "data",
        "language": rng.choice(LANGUAGES),
        "size": rng.randint(2_000, 90_000_000),
        "publically_available_date": _day(rng, 2012),
        "data_last_updated": _day(rng, covered, 2025),
        "data_range_start": f"{covered}-01-01",
        "data_range_end": f"{covered}-12-31",
    }


def _document(
    document: Mapping[str, str], made: Record, subject: Mapping[str, Any], number: int
) -> Record:
    path = f"{_slug(document['en'])}-{number}.{document['format'].lower()}"
    return {
        "url": f"https://files.ontario.ca/{made['name']}/{path}",
        "name_translated": {
            "en": f"{document['en']}: {subject['en']}",
            "fr": f"{document['fr']} : {subject['fr']}",
        },
        "format": document["format"],
        "type": document["type"],
        "language": "english_and_french",
    }


def _day(rng: random.Random, first: int, last: int = 2025) -> str:
    start, end = dt.date(min(first, last), 1, 1), dt.date(last, 12, 31)
    return (start + dt.timedelta(days=rng.randint(0, (end - start).days))).isoformat()


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
