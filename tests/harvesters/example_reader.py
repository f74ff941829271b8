"""A reader of JSON lines, one record on each: the example of docs/how-to/write-a-reader.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import ckan.plugins as p
from ckanext.harvest.interfaces import IHarvester

from ckanext.ontario.harvest.harvester import EngineHarvester
from ckanext.ontario.harvest.reader import Issue, Record, Severity
from ckanext.ontario.harvesters.mapping import MESSAGES, languages, options, texts, words
from ckanext.ontario.harvesters.mapping.draft import Draft
from ckanext.ontario.harvesters.mapping.json_stream import fatal

MAPPING = 1  # raise it when the same line would become another dataset


class JsonLinesReader:
    kind = "json_lines"
    mapping_version = f"{MAPPING}-{words.version()}"

    def check_options(self, given: Mapping[str, Any]) -> list[Issue]:
        return list(options.wrong(given, options.LANGUAGE))

    def read(self, path: Path, given: Mapping[str, Any]) -> Iterator[Record | Issue]:
        number = 0
        with path.open("rb") as lines:
            for number, line in enumerate(filter(bytes.strip, lines), 1):
                yield self._record(line, number, options.language(given))
        if not number:
            raise fatal("catalogue_empty")  # nothing is gone, nothing is written

    def _record(self, line: bytes, number: int, language: str) -> Record | Issue:
        if line.startswith(b"<"):
            raise fatal("document_is_web_page")
        try:
            said = json.loads(line)
        except UnicodeDecodeError as err:
            raise fatal("json_not_utf8") from err
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return Issue(Severity.ERROR, "record_not_object", number)
        if "error" in said:
            raise fatal("source_said_error", reason=str(said["error"]))
        guid = languages.text_of(said.get("id"))
        if not guid:
            return Issue(Severity.ERROR, "record_without_identifier", number, "/id")
        draft = Draft(number, "")
        draft.title(languages.of_key(said, "title", language), "/title")
        notes = languages.of_key(said, "notes", language)
        draft.text("notes_translated", notes, "/notes", texts.prose, needed=True)
        draft.keywords(said.get("keywords") or {}, "/keywords")
        draft.access(said.get("access") or "", "/access", said.get("licence") or "", "/licence")
        mail = draft.tried(texts.email, said.get("email") or "", "/email")
        draft.put("maintainer_email", mail)
        if url := draft.tried(texts.address, said.get("url") or "", "/url"):
            form = words.file_format([], url)
            file = {
                "url": url,
                "format": form,
                "name_translated": words.resource_name("data", form),
            }
            draft.put("resources", [file])
        return draft.record(guid, said.get("publisher"))


class JsonLinesHarvester(EngineHarvester, p.SingletonPlugin):
    p.implements(IHarvester)

    reader = JsonLinesReader()
    title: ClassVar = {"en": "JSON lines", "fr": "Lignes JSON"}
    description: ClassVar = {"en": "One record on each line.", "fr": "Une fiche par ligne."}
    messages = (MESSAGES,)
