"""The reader of DCAT documents: graphs → records and issues.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from rdflib import Graph, Namespace
from rdflib.namespace import RDF

from ckanext.ontario.harvest.reader import Issue, Record, Severity, pages
from ckanext.ontario.harvesters.dcat_us import mapping
from ckanext.ontario.harvesters.dcat_us.reader import MAPPING as DATA_JSON
from ckanext.ontario.harvesters.dcat_us.reader import records
from ckanext.ontario.harvesters.mapping import options, words
from ckanext.ontario.harvesters.mapping.json_stream import Found, fatal

from . import describing, parsing

MAPPING = 1
"""Raise by one whenever the code of this folder maps the same graph to other datasets."""

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")


class DcatReader:
    """Reads DCAT in RDF/XML, Turtle or JSON-LD, following ``hydra:next``.

    Options: ``language`` (of texts that name none; ``en``), ``only_publishers`` (a list of names;
    records of others are passed over).
    """

    kind = "dcat"
    accept = "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, */*;q=0.1"
    known: ClassVar[Mapping[str, options.Check]] = {**options.LANGUAGE, **options.PUBLISHERS}

    def __init__(self) -> None:
        self.mapping_version = f"{MAPPING}-{DATA_JSON}-{words.version()}"

    def check_options(self, given: Mapping[str, Any]) -> list[Issue]:
        """Return what is wrong with a source's options, for its form."""
        return list(options.wrong(given, self.known))

    def first_page(self, url: str, options: Mapping[str, Any]) -> str:
        """Return the source's own address."""
        del options
        return url

    def next_page(self, page: Path, address: str, options: Mapping[str, Any]) -> str | None:
        """Return the address of the page that a page names as the next one."""
        del address, options
        if b"hydra" not in page.read_bytes():
            return None
        graph = parsing.graph(page)
        found = {
            str(each)
            for predicate in (HYDRA.next, HYDRA.nextPage)
            for each in graph.objects(None, predicate)
        }
        return min(found, default=None)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Issue]:
        """Yield records in the order of pages and addresses, and issues that belong to no record.

        Raises:
            DocumentError: for a page that can't be read, and for a catalogue without datasets.
                Raised while iterating.
        """
        counting = _Counting()
        yield from records(counting.found(path), options, mapping.mapped)
        if not counting.number:
            raise fatal("catalogue_empty" if counting.catalogue else "catalogue_not_found")
        if counting.total is not None and counting.total > counting.number:
            params = {"count": counting.total, "found": counting.number}
            yield Issue(Severity.ERROR, "rdf_count_differs", params=params)


class _Counting:
    """Finds the datasets of all pages, and what the catalogue says of their number."""

    def __init__(self) -> None:
        self.number = 0
        self.total: int | None = None
        self.catalogue = False

    def found(self, path: Path) -> Iterator[Found]:
        """Yield each dataset in the form of data.json."""
        for page in pages(path):
            graph = parsing.graph(page)
            self._look(graph)
            for node in describing.datasets(graph):
                self.number += 1
                yield Found(str(node), describing.item(graph, node))

    def _look(self, graph: Graph) -> None:
        self.catalogue = self.catalogue or bool(
            list(graph.subjects(RDF.type, describing.DCAT.Catalog))
        )
        for said in graph.objects(None, HYDRA.totalItems):
            if str(said).isdecimal():
                self.total = int(str(said))
