"""What the migrations of every slice have in common; called by each one's ``env.py``."""

from __future__ import annotations

from typing import Any

from alembic import context
from ckan.model.meta import metadata
from sqlalchemy import engine_from_config, pool


def run(plugin: str) -> None:
    """Migrate one plugin's tables in one transaction, with a version table of its own.

    Args:
        plugin: name of the plugin, with which the names of its tables begin.
    """

    def is_ours(_item: Any, name: str | None, kind: str, *_rest: Any) -> bool:
        mine = str(name).startswith(plugin) and not str(name).endswith("alembic_version")
        return kind != "table" or mine

    section = context.config.get_section(context.config.config_ini_section) or {}
    engine: Any = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=f"{plugin}_alembic_version",
            include_object=is_ours,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()
