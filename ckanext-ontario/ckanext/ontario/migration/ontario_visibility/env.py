"""Runs visibility's migrations, which guard one of core's tables, on the database CKAN names."""

from __future__ import annotations

from pathlib import Path

from alembic import context
from sqlalchemy import engine_from_config, pool

NAME = Path(__file__).parent.name


def run() -> None:
    """Migrate in one transaction, with a version table of this plugin's own."""
    connectable = engine_from_config(
        context.config.get_section(context.config.config_ini_section),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    with connectable.connect() as connection:
        context.configure(connection=connection, version_table=f"{NAME}_alembic_version")
        with context.begin_transaction():
            context.run_migrations()


run()
