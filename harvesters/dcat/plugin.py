"""The ``ontario_harvester_dcat`` plugin: DCAT as RDF on the harvest engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import ckan.plugins as p
from ckanext.harvest.interfaces import IHarvester

from ckanext.ontario.harvest.fields import Field
from ckanext.ontario.harvest.harvester import EngineHarvester
from ckanext.ontario.harvest.reader import Reader
from ckanext.ontario.harvesters.mapping import MESSAGES, form_fields

from .reader import DcatReader


class DcatHarvester(EngineHarvester, p.SingletonPlugin):
    """Harvests catalogues in DCAT: RDF/XML, Turtle or JSON-LD."""

    p.implements(IHarvester)

    reader: ClassVar[Reader] = DcatReader()
    title: ClassVar[Mapping[str, str]] = {
        "en": "DCAT (RDF/XML, Turtle, JSON-LD)",
        "fr": "DCAT (RDF/XML, Turtle ou JSON-LD)",
    }
    description: ClassVar[Mapping[str, str]] = {
        "en": "The address of a catalogue in DCAT; pages that follow it are read too.",
        "fr": "L’adresse d’un catalogue DCAT; les pages qui suivent sont lues aussi.",
    }
    messages: ClassVar[tuple[Path, ...]] = (MESSAGES, Path(__file__).with_name("messages.yaml"))
    fields: ClassVar[Sequence[Field]] = form_fields.FIELDS
