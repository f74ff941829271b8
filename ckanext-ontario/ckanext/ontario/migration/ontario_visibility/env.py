"""Runs the migrations of visibility, which also guard a table of core, on CKAN's database."""

from __future__ import annotations

from pathlib import Path

from ckanext.ontario.shared.migrating import run
from ckanext.ontario.visibility import model  # noqa: F401 -- registers the tables

run(Path(__file__).parent.name)
