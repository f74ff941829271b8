"""The ``ontario_harvester_inventory`` plugin: inventories on the harvest engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import ckan.plugins as p
from ckanext.harvest.interfaces import IHarvester

from ckanext.ontario.harvest.fields import Field, FieldKind
from ckanext.ontario.harvest.harvester import EngineHarvester
from ckanext.ontario.harvest.reader import Reader
from ckanext.ontario.harvesters.mapping import MESSAGES

from .reader import InventoryReader

_HERE = Path(__file__).parent


class InventoryHarvester(EngineHarvester, p.SingletonPlugin):
    """Harvests ministries' inventories: CSV, TSV and XLSX, by profile."""

    p.implements(IHarvester)

    reader: ClassVar[Reader] = InventoryReader()
    title: ClassVar[Mapping[str, str]] = {
        "en": "Inventory (CSV, TSV, XLSX)",
        "fr": "Répertoire (CSV, TSV, XLSX)",
    }
    description: ClassVar[Mapping[str, str]] = {
        "en": "A ministry's or agency's inventory of its datasets, one row each.",
        "fr": "Le répertoire des jeux de données d’un ministère ou organisme, une ligne chacun.",
    }
    messages: ClassVar[tuple[Path, ...]] = (MESSAGES, _HERE / "messages.yaml")
    samples = _HERE / "samples"
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "profile",
            {"en": "Columns to expect (profile)", "fr": "Colonnes attendues (profil)"},
            FieldKind.CHOICE,
            choices=InventoryReader.profiles,
        ),
        Field(
            "sheet",
            {"en": "Sheet of the workbook", "fr": "Feuille du classeur"},
            help={
                "en": "Its name; left blank, the first sheet with known columns is read.",
                "fr": "Son nom; sans nom, la première feuille aux colonnes connues est lue.",
            },
        ),
    )
    uploads: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt", ".xlsx")
