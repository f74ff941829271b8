"""Runs the schema's migrations on the database that CKAN names."""

from __future__ import annotations

from pathlib import Path

from ckanext.ontario.schema import model  # noqa: F401 -- registers the tables
from ckanext.ontario.shared.migrating import run

run(Path(__file__).parent.name)
