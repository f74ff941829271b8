"""What the samples hold: enough, valid, publishable, bilingual, and no two alike."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from ckanext.ontario.harvest.reader import Record, Severity
from ckanext.ontario.harvesters.mapping.folding import folded
from ckanext.ontario.schema import domain, tables
from ckanext.ontario.schema.naming import organization_key

Dataset = Mapping[str, Any]
TODAY = date(2024, 6, 3)
FOUND = {  # words people search for, and the least number of records that hold them
    "énergie": 10,
    "energy": 10,
    "écoles": 15,
    "schools": 15,
    "données de la santé": 2,
    "health data": 4,
    "qualité de l’air": 6,
    "air quality": 6,
    "eau potable": 6,
    "drinking water": 6,
    "routes": 8,
    "roads": 8,
    "forêts": 8,
    "forests": 8,
    "logement": 5,
    "housing": 5,
    "budget": 8,
    "gaz à effet de serre": 4,
    "greenhouse gas": 4,
    "Nord de l’Ontario": 12,
    "northern Ontario": 12,
    "hôpitaux": 10,
    "hospitals": 10,
    "faune": 8,
    "wildlife": 8,
    "agriculture": 5,
}
FILLER = re.compile(
    r"lorem|ipsum|dolor sit|\?\?"
    r"|\b(?:dataset|jeu de données|sample|exemple|record|table|test) ?n?[°#]? ?\d"
    r"|\b(?:foo|bar|todo|tbd|xxx|asdf|placeholder)\b",
    re.IGNORECASE,
)
SMALL_WORDS = {
    "en": re.compile(r"the|of|and|by|with|is|are|was|in|from|for|to|at|an|it|not|who|than|may"),
    "fr": re.compile(r"le|la|les|l|des|du|de|d|un|une|et|par|au|aux|qui|que|sur|pour|est|dans"),
}
INTERNAL = ("other_title", "colby_notes")


def texts(dataset: Dataset, language: str) -> Iterator[str]:
    """What the public would read of a dataset in one language."""
    for name in ("title_translated", "short_description_translated", "notes_translated"):
        if said := dataset.get(name, {}).get(language):
            yield said
    yield from dataset.get("keywords", {}).get(language, [])


def publish_errors(dataset: Dataset) -> set[str]:
    """What keeps a dataset from being published, once the engine has named its organization."""
    found = domain.check({**dataset, "owner_org": "of-the-source"}, TODAY)
    return {issue.code for issue in found if issue.level == "error"}


def said(datasets: list[Dataset], field: str, language: str) -> list[str]:
    return [text for d in datasets if (text := d.get(field, {}).get(language))]


# --- enough, valid, publishable ---------------------------------------------------------------


def test_more_than_three_hundred_rows_in_six_inventories(
    samples: list[Any], datasets: list[Dataset]
) -> None:
    assert len(samples) >= 6
    assert all(sample.rows >= 40 for sample in samples)
    assert len(datasets) >= 300


def test_at_least_95_percent_are_valid(samples: list[Any], datasets: list[Dataset]) -> None:
    assert len(datasets) >= 0.95 * sum(sample.rows for sample in samples)


def test_at_least_30_percent_could_be_published(
    samples: list[Any], datasets: list[Dataset]
) -> None:
    clear = [d for d in datasets if not publish_errors(d)]
    assert len(clear) >= 0.30 * sum(sample.rows for sample in samples)
    assert {d["access_level"] for d in clear} == {"open", "under_review", "restricted"}


def test_drafts_that_cannot_be_published_are_there_too(datasets: list[Dataset]) -> None:
    codes = Counter(code for d in datasets for code in publish_errors(d))
    assert len(codes) >= 3


def test_at_most_2_percent_are_duplicates(samples: list[Any], records: list[Record]) -> None:
    rows = sum(sample.rows for sample in samples)
    repeated = [i for s in samples for i in s.issues if i.code == "identifier_repeated"]
    assert 0 < len(repeated) <= 0.02 * rows
    assert len({record.guid for record in records}) == len(records)


def test_every_level_exemption_topic_and_most_frequencies_occur(datasets: list[Dataset]) -> None:
    def used(field: str) -> set[str]:
        return {d[field] for d in datasets if d.get(field)}

    assert used("access_level") == {"open", "under_review", "restricted"}
    assert len(used("exemption") - {"none"}) == 5
    assert len(used("update_frequency")) >= 8
    assert len({topic for d in datasets for topic in d.get("topics", ())}) == 10
    assert used("contains_geographic_markers") == {"yes", "no"}


# --- wrong on purpose -------------------------------------------------------------------------


def test_rows_are_wrong_exactly_where_the_manifest_says(samples: list[Any]) -> None:
    for sample in samples:
        expected = {
            (wrong["row"], wrong["code"], wrong["severity"])
            for wrong in sample.entry["expected"]
            if wrong.get("by") is None
        }
        found = {(i.row, i.code, i.severity.value) for i in sample.issues}
        assert found == expected, sample.entry["file"]


def test_publish_rules_find_what_the_manifest_says(samples: list[Any]) -> None:
    for sample in samples:
        rows = {record.row: record.dataset for record in sample.accepted}
        for wrong in sample.entry["expected"]:
            if wrong.get("by") == "publish rules":
                assert wrong["code"] in publish_errors(rows[wrong["row"]])


def test_nothing_stops_a_whole_file(samples: list[Any]) -> None:
    assert not [i for s in samples for i in s.issues if i.severity is Severity.FATAL]


# --- who publishes ----------------------------------------------------------------------------


def test_publishers_are_written_in_many_ways_and_belong_to_their_inventory(
    samples: list[Any],
) -> None:
    known = {
        organization_key(name): organization["name"]
        for organization in tables.organizations()
        for name in (
            *organization["title_translated"].values(),
            *organization["acronym"].split(" / "),
            *organization["former_names"],
        )
    }
    written: set[str] = set()
    strangers: list[tuple[str, int | None]] = []
    for sample in samples:
        for record in sample.records:
            written.add(record.organization)
            owner = known.get(organization_key(record.organization))
            own = sample.entry.get("publishers") == "any" or owner == sample.entry["organization"]
            if owner is None or not own:
                strangers.append((sample.entry["file"], record.row))
    assert len(written) >= 50
    assert strangers == [
        (sample.entry["file"], wrong["row"])
        for sample in samples
        for wrong in sample.entry["expected"]
        if wrong.get("by") == "engine"
    ]


# --- two languages ----------------------------------------------------------------------------


def test_most_records_speak_both_languages(datasets: list[Dataset]) -> None:
    both = [
        d
        for d in datasets
        if all(
            d.get(field, {}).get(language)
            for field in ("title_translated", "notes_translated")
            for language in ("en", "fr")
        )
    ]
    assert 0.85 * len(datasets) <= len(both) < len(datasets)


def test_each_language_is_that_language(datasets: list[Dataset]) -> None:
    for d in datasets:
        for language, other in (("en", "fr"), ("fr", "en")):
            words = folded(" ".join(texts(d, language))).split()
            own, others = (
                sum(bool(SMALL_WORDS[which].fullmatch(word)) for word in words)
                for which in (language, other)
            )
            assert not words or own > others, words


def test_titles_begin_with_letters_that_sorting_must_fold(datasets: list[Dataset]) -> None:
    initials = Counter(title[0] for title in said(datasets, "title_translated", "fr"))
    assert initials["É"] >= 5
    assert initials["À"] >= 2
    assert initials["Œ"] >= 2


@pytest.mark.parametrize("words", FOUND)
def test_what_people_search_for_is_there(words: str, datasets: list[Dataset]) -> None:
    language = (
        "fr"
        if any(folded(words) in folded(text) for d in datasets for text in texts(d, "fr"))
        else "en"
    )
    holding = [d for d in datasets if folded(words) in folded(" | ".join(texts(d, language)))]
    assert len(holding) >= FOUND[words]


# --- no two alike -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "field", ["title_translated", "short_description_translated", "notes_translated"]
)
def test_no_text_occurs_twice(field: str, language: str, datasets: list[Dataset]) -> None:
    counts = Counter(folded(text) for text in said(datasets, field, language))
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_description_is_a_near_copy(language: str, datasets: list[Dataset]) -> None:
    notes = [folded(text) for text in said(datasets, "notes_translated", language)]
    assert near_copies(notes, cap=0.6) == []


def test_a_near_copy_would_be_found() -> None:
    one = "volumes of wood harvested in each district since the survey of 1994"
    assert near_copies([one, one.replace("wood", "timber"), "fish"], cap=0.6)


def near_copies(texts: list[str], cap: float) -> list[tuple[str, str]]:
    """Pairs that are more alike than ``cap``; only those with three words in a row in common."""
    places: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, text in enumerate(texts):
        words = text.split()
        for start in range(len(words) - 2):
            places[tuple(words[start : start + 3])].add(number)
    pairs = {pair for numbers in places.values() for pair in combinations(sorted(numbers), 2)}
    return [
        (texts[one], texts[other])
        for one, other in sorted(pairs)
        if difflib.SequenceMatcher(None, texts[one], texts[other], autojunk=False).ratio() > cap
    ]


def test_no_filler(datasets: list[Dataset]) -> None:
    for d in datasets:
        for language in ("en", "fr"):
            for text in texts(d, language):
                assert not FILLER.search(text), text


# --- what stays inside ------------------------------------------------------------------------


def test_internal_texts_are_many_distinct_and_nowhere_public(datasets: list[Dataset]) -> None:
    internal = [d[field] for d in datasets for field in INTERNAL if d.get(field)]
    assert len(set(internal)) == len(internal) >= 60
    public = "\n".join(text for d in datasets for lang in ("en", "fr") for text in texts(d, lang))
    assert [text for text in internal if text.casefold() in public.casefold()] == []


def test_contacts_are_role_mailboxes(datasets: list[Dataset]) -> None:
    mailboxes = {d["maintainer_email"] for d in datasets if d.get("maintainer_email")}
    assert len(mailboxes) >= 50
    assert all(re.fullmatch(r"[a-z.]+@ontario\.ca", mailbox) for mailbox in mailboxes)
    assert not any(d.get("custodian_name") or d.get("author") for d in datasets)
