"""The ``ontario_harvester_arcgis_hub`` plugin: an ArcGIS Hub on the harvest engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import ckan.plugins as p
from ckanext.harvest.interfaces import IHarvester

from ckanext.ontario.harvest.fields import Field
from ckanext.ontario.harvest.harvester import EngineHarvester
from ckanext.ontario.harvest.reader import Reader
from ckanext.ontario.harvesters.dcat_us import MESSAGES as DATA_JSON
from ckanext.ontario.harvesters.mapping import MESSAGES, form_fields

from .reader import ArcgisHubReader


class ArcgisHubHarvester(EngineHarvester, p.SingletonPlugin):
    """Harvests the feed of an ArcGIS Hub, such as Ontario GeoHub."""

    p.implements(IHarvester)

    reader: ClassVar[Reader] = ArcgisHubReader()
    title: ClassVar[Mapping[str, str]] = {
        "en": "ArcGIS Hub (GeoHub)",
        "fr": "Portail ArcGIS Hub (GéoHub)",
    }
    description: ClassVar[Mapping[str, str]] = {
        "en": "The address of an ArcGIS Hub, such as https://geohub.lio.gov.on.ca, or of its feed.",
        "fr": "L’adresse d’un site ArcGIS Hub, comme https://geohub.lio.gov.on.ca, ou de son fil.",
    }
    messages: ClassVar[tuple[Path, ...]] = (
        MESSAGES,
        DATA_JSON,
        Path(__file__).with_name("messages.yaml"),
    )
    fields: ClassVar[Sequence[Field]] = form_fields.FIELDS
