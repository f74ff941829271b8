"""Yesterday's copy of the internal portal's database."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from ckanext.xloader import db as jobs_of_xloader

from ckanext.ontario.stack import postgres
from ckanext.ontario.stack.testing import TestServices

_OTHERS = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %(name)s"


class Backup:
    """Keeps the whole database by PostgreSQL's own means, and puts it back in its place."""

    def __init__(self, services: TestServices) -> None:
        url = sa.engine.make_url(services.portal("internal").sqlalchemy_url)
        assert url.database
        self._server = services.postgres_url
        self._name = url.database
        self._kept = f"{url.database}_yesterday"

    def take(self) -> None:
        """Keep the database as it is now."""
        self._let_go()
        self._run(f'CREATE DATABASE "{self._kept}" TEMPLATE "{self._name}"')

    def restore(self) -> None:
        """Let the database be what it was."""
        self._let_go()
        self._run(
            f'DROP DATABASE "{self._name}" WITH (FORCE)',
            f'ALTER DATABASE "{self._kept}" RENAME TO "{self._name}"',
        )

    def drop(self) -> None:
        """Throw the copy away, if it was not put back."""
        postgres.drop_database(self._server, self._kept)

    def _run(self, *statements: str) -> None:
        with postgres.maintenance(self._server) as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _let_go(self) -> None:
        """End all connections: a database in use is neither copied nor replaced."""
        model.Session.remove()
        model.ensure_engine().dispose()
        if jobs_of_xloader.ENGINE is not None:
            jobs_of_xloader.ENGINE.dispose()
        with postgres.maintenance(self._server) as cursor:
            cursor.execute(_OTHERS, {"name": self._name})
