"""The ``ontario_harvester_dcat_us`` plugin: data.json on the harvest engine."""

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

from . import MESSAGES as DATA_JSON
from .reader import DcatUsReader


class DcatUsHarvester(EngineHarvester, p.SingletonPlugin):
    """Harvests catalogues in the form of DCAT-US: data.json 1.1 and 3.0."""

    p.implements(IHarvester)

    reader: ClassVar[Reader] = DcatUsReader()
    title: ClassVar[Mapping[str, str]] = {
        "en": "data.json (DCAT-US)",
        "fr": "data.json (DCAT-US)",
    }
    description: ClassVar[Mapping[str, str]] = {
        "en": "The address of a catalogue in the form of DCAT-US 1.1 or 3.0, all in one document.",
        "fr": "L’adresse d’un catalogue au format DCAT-US 1.1 ou 3.0, en un seul document.",
    }
    messages: ClassVar[tuple[Path, ...]] = (MESSAGES, DATA_JSON)
    fields: ClassVar[Sequence[Field]] = form_fields.FIELDS
