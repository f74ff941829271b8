"""Runs visibility's migrations, which guard one of core's tables, on the database CKAN names."""

from __future__ import annotations

from pathlib import Path

from ckanext.ontario.shared.migrating import run

run(Path(__file__).parent.name)
