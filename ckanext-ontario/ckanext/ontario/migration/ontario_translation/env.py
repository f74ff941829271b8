"""Runs the migrations of translation on the database that CKAN names."""

from __future__ import annotations

from pathlib import Path

from ckanext.ontario.shared.migrating import run
from ckanext.ontario.translation import model  # noqa: F401 -- registers the table

run(Path(__file__).parent.name)
