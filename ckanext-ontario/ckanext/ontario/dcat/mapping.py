"""Which DCAT property each public field becomes: the table of docs/explanation/dcat.md.

tests/dcat/test_graphs.py holds it against the schema (every public field has its row) and against
real graphs (every property is really written); the page holds exactly :func:`table`.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One field."""

    kind: str
    """``dataset`` or ``resource``."""
    field: str
    property: str
    """As prefix and name; empty when the field is not carried."""
    how: str = ""


MAPPING = (
    Row("dataset", "title_translated", "dct:title", "`@en`, `@fr`"),
    Row("dataset", "name", "dcat:landingPage", "the record's page"),
    Row("dataset", "notes_translated", "dct:description", "`@en`, `@fr`; Markdown as written"),
    Row("dataset", "short_description_translated", "dct:description", "where there is no longer"),
    Row("dataset", "keywords", "dcat:keyword", "`@en`, `@fr`"),
    Row("dataset", "topics", "dcat:theme", "a concept of ours and one of the EU's data themes"),
    Row("dataset", "geographic_coverage_translated", "skos:prefLabel", "of the `dct:Location`"),
    Row("dataset", "spatial", "dcat:bbox", "and `gsp:hasGeometry` when it is no box"),
    Row("dataset", "url", "foaf:page", ""),
    Row("dataset", "owner_org", "dct:publisher", "`foaf:Organization`, names `@en`, `@fr`, type"),
    Row("dataset", "maintainer_translated", "vcard:fn", "of the `dcat:contactPoint`"),
    Row("dataset", "maintainer_branch", "vcard:organization-unit", ""),
    Row("dataset", "maintainer_email", "vcard:hasEmail", ""),
    Row("dataset", "date_range_start", "dcat:startDate", "of `dct:temporal`"),
    Row("dataset", "date_range_end", "dcat:endDate", "of `dct:temporal`"),
    Row("dataset", "date_created", "dct:created", ""),
    Row("dataset", "opened_date", "dct:issued", "else when the record was made"),
    Row("dataset", "update_frequency", "dct:accrualPeriodicity", "EU frequency"),
    Row("dataset", "access_level", "dct:accessRights", "EU access right"),
    Row("dataset", "record_status", "adms:status", "of each distribution; also its availability"),
    Row("dataset", "license_id", "dct:license", "of each distribution, with a statement of rights"),
    Row("dataset", "exemption", "dct:rights", "when the data is not open"),
    Row("dataset", "exemption_rationale", "dct:rights", "when the data is not open"),
    Row("dataset", "planned_release_date", "dct:rights", "when the data is not open"),
    Row("dataset", "access_instructions", "dct:rights", "when the data is not open"),
    Row("dataset", "asset_type", "", "the vocabularies have no such types"),
    Row("dataset", "geographic_granularity", "", "DCAT measures resolution in metres"),
    Row("dataset", "contains_geographic_markers", "", "no property says it"),
    Row("dataset", "responsible_ministry", "", "the publisher is the agency"),
    Row("dataset", "current_as_of", "", "`dct:modified` is when the record last changed"),
    Row("dataset", "release_priority", "", "for people who ask for data; no property says it"),
    Row("resource", "url", "dcat:accessURL", "and `dcat:downloadURL` when it gives the file"),
    Row("resource", "name_translated", "dct:title", "`@en`, `@fr`"),
    Row("resource", "description_translated", "dct:description", "`@en`, `@fr`"),
    Row("resource", "format", "dct:format", "EU file type, and `dcat:mediaType` of IANA"),
    Row("resource", "type", "foaf:page", "data and applications are distributions, others pages"),
    Row("resource", "language", "dct:language", "EU language; also of the dataset"),
    Row("resource", "publically_available_date", "dct:issued", "else when it was added"),
    Row("resource", "data_last_updated", "dct:modified", "else when the file changed"),
    Row("resource", "size", "dcat:byteSize", ""),
    Row("resource", "mimetype", "dcat:mediaType", "when the format does not say it"),
    Row("resource", "hash", "spdx:checksum", "the length says which algorithm"),
    Row("resource", "data_range_start", "", "DCAT-AP knows the period of a dataset only"),
    Row("resource", "data_range_end", "", "DCAT-AP knows the period of a dataset only"),
)


def table() -> str:
    """Return the mapping as a Markdown table."""
    written = [(row, f"`{row.property}`" if row.property else "—") for row in MAPPING]
    rows = [f"| {row.kind} | `{row.field}` | {said} | {row.how} |" for row, said in written]
    return "\n".join(["| of a | field | property | |", "|---|---|---|---|", *rows])
