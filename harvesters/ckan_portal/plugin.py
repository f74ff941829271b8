"""The ``ontario_harvester_ckan_portal`` plugin: another CKAN on the harvest engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import ckan.plugins as p
from ckanext.harvest.interfaces import IHarvester

from ckanext.ontario.harvest.fields import Field, FieldKind
from ckanext.ontario.harvest.harvester import EngineHarvester
from ckanext.ontario.harvest.reader import Reader
from ckanext.ontario.harvesters.mapping import MESSAGES, form_fields

from .reader import CkanPortalReader


class CkanPortalHarvester(EngineHarvester, p.SingletonPlugin):
    """Harvests another CKAN portal by its Action API."""

    p.implements(IHarvester)

    reader: ClassVar[Reader] = CkanPortalReader()
    title: ClassVar[Mapping[str, str]] = {
        "en": "CKAN portal",
        "fr": "Portail CKAN",
    }
    description: ClassVar[Mapping[str, str]] = {
        "en": "The address of another catalogue that runs CKAN, such as https://data.ontario.ca.",
        "fr": "L’adresse d’un autre catalogue sous CKAN, par exemple https://data.ontario.ca.",
    }
    messages: ClassVar[tuple[Path, ...]] = (MESSAGES, Path(__file__).with_name("messages.yaml"))
    fields: ClassVar[Sequence[Field]] = (
        *form_fields.FIELDS,
        Field(
            "page_size",
            {"en": "Records that are asked for at a time", "fr": "Fiches demandées à la fois"},
            FieldKind.NUMBER,
        ),
    )
