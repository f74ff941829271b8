"""Runs the migrations of visibility, which also guard a table of core, on CKAN's database."""

from __future__ import annotations

from pathlib import Path

from alembic import context
from ckan.model.meta import metadata
from sqlalchemy import engine_from_config, pool

from ckanext.ontario.visibility import model  # noqa: F401 -- registers the tables

NAME = Path(__file__).parent.name


def include_object(_item, name, kind, _reflected, _compare_to):
    """Look at this plugin's tables alone."""
    return kind != "table" or (name.startswith(NAME) and not name.endswith("alembic_version"))


def run() -> None:
    """Migrate in one transaction, with a version table of this plugin's own."""
    connectable = engine_from_config(
        context.config.get_section(context.config.config_ini_section),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    with connectable.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=f"{NAME}_alembic_version",
            include_object=include_object,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
