"""Models equal migrations, and each plugin's migrations go up, down and up again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ckan
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from ckan import model

ROOT = Path(__file__).parent.parent
MIGRATIONS = ROOT / "ckanext-ontario" / "ckanext" / "ontario" / "migration"
CORE = Path(ckan.__file__).parent / "migration" / "alembic.ini"
PLUGINS = sorted(path.parent.name for path in MIGRATIONS.glob("*/alembic.ini"))


@pytest.fixture(scope="module")
def engine(internal: Any) -> Iterator[sa.engine.Engine]:
    """A database of its own with CKAN's core tables, on the server the tests use."""
    server = model.ensure_engine()
    name = f"ontario_migrations_{secrets.token_hex(4)}"
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    fresh = sa.create_engine(server.url.set(database=name), poolclass=sa.pool.NullPool)
    try:
        command.upgrade(alembic_config(CORE, fresh), "head")
        yield fresh
    finally:
        model.init_model(server)  # CKAN's migrations leave its session bound to what they migrated
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def alembic_config(ini: Path, engine: sa.engine.Engine) -> Config:
    config = Config(str(ini))
    url = engine.url.render_as_string(hide_password=False)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrations(plugin: str, engine: sa.engine.Engine) -> Config:
    return alembic_config(MIGRATIONS / plugin / "alembic.ini", engine)


def owned(plugin: str, name: str) -> bool:
    """Say whether a table, index or sequence is this plugin's; its version table is alembic's."""
    return name.startswith(f"{plugin}_") and "alembic_version" not in name


def relations(plugin: str, engine: sa.engine.Engine) -> set[str]:
    """Everything of the plugin that the database knows by name, indexes and constraints too."""
    with engine.connect() as connection:
        named = connection.execute(
            sa.text(
                "SELECT relname FROM pg_class UNION SELECT typname FROM pg_type"
                " UNION SELECT proname FROM pg_proc UNION SELECT tgname FROM pg_trigger"
                " UNION SELECT conname FROM pg_constraint"
            )
        )
        return {row[0].lstrip("_") for row in named if owned(plugin, row[0].lstrip("_"))}


def differences(plugin: str, engine: sa.engine.Engine) -> list[Any]:
    """What alembic would change to make the database equal to the models."""

    def include(_item: Any, name: str | None, kind: str, *_rest: Any) -> bool:
        return kind != "table" or owned(plugin, name or "")

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": include,
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        return compare_metadata(context, model.meta.metadata)


def test_some_plugin_has_tables() -> None:
    assert "ontario_scheduler" in PLUGINS


def test_every_table_of_ours_belongs_to_a_plugin_with_migrations(internal: Any) -> None:
    ours = [name for name in model.meta.metadata.tables if name.startswith("ontario_")]
    homeless = [n for n in ours if not any(n.startswith(f"{plugin}_") for plugin in PLUGINS)]
    assert ours
    assert [n for n in homeless if not n.endswith("alembic_version")] == []


@pytest.mark.parametrize("plugin", PLUGINS)
def test_migrations_make_what_the_models_say_and_go_down_and_up(
    plugin: str, engine: sa.engine.Engine
) -> None:
    config = migrations(plugin, engine)
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1

    command.upgrade(config, "head")
    assert relations(plugin, engine)
    assert differences(plugin, engine) == []

    command.downgrade(config, "base")
    assert relations(plugin, engine) == set()

    command.upgrade(config, "head")
    assert differences(plugin, engine) == []


def test_every_migration_goes_down_and_up_step_by_step(engine: sa.engine.Engine) -> None:
    for plugin in PLUGINS:
        config = migrations(plugin, engine)
        command.upgrade(config, "head")
        for _revision in ScriptDirectory.from_config(config).walk_revisions():
            command.downgrade(config, "-1")
            command.upgrade(config, "+1")
            command.downgrade(config, "-1")
        command.upgrade(config, "head")


def test_a_difference_is_found(engine: sa.engine.Engine) -> None:
    plugin = "ontario_scheduler"
    command.upgrade(migrations(plugin, engine), "head")
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE ontario_scheduler_job DROP COLUMN last_error"))
    try:
        assert differences(plugin, engine)
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE ontario_scheduler_job ADD last_error text"))
    assert differences(plugin, engine) == []


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_portal_in_use_is_at_the_head(plugin: str, internal: Any) -> None:
    with model.ensure_engine().connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": f"{plugin}_alembic_version"}
        )
        heads = ScriptDirectory.from_config(
            migrations(plugin, model.ensure_engine())
        ).get_current_head()
        assert context.get_current_revision() == heads
