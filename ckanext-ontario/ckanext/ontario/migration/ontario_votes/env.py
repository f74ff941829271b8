"""Runs the migrations of votes on the database that CKAN names."""

from __future__ import annotations

from pathlib import Path

from ckanext.ontario.shared.migrating import run
from ckanext.ontario.votes import model, model_inside  # noqa: F401 -- registers the tables

run(Path(__file__).parent.name)
