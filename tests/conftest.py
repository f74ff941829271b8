"""Fixtures for all tests: real Postgres, Solr and Redis, and both portals.

The services are started for the run (or used where ``ONTARIO_SQLALCHEMY_URL``,
``ONTARIO_SOLR_URL`` and ``ONTARIO_REDIS_URL`` name them); databases, cores and Redis databases
are the run's own and go when it ends. CKAN keeps one site per process: the internal portal runs
in this one, servers run in processes of their own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from ckan import model, plugins
from ckan.cli.db import _migrate_plugins
from ckan.lib import search
from ckan.lib.redis import connect_to_redis
from ckan.tests.helpers import _get_test_app, call_action
from ckanext.datastore.backend.postgres import get_write_engine
from hypothesis import HealthCheck, settings
from tests import workers

from ckanext.ontario.stack import portals
from ckanext.ontario.stack.testing import TestServices


class Mailbox:
    """Takes every mail and keeps it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a mail (aiosmtpd's name)."""
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def taken(self) -> list[EmailMessage]:
        """Return the mails that came since the last call."""
        mails, self.mails = self.mails, []
        return mails


# How long an example takes says nothing where workers and their services share the cores.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

SERVICES = pytest.StashKey[TestServices]()


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let the hooks of workers.py be heard, of which the first says how many there are."""
    pluginmanager.register(workers)


def pytest_configure(config: pytest.Config) -> None:
    """Start the services and write the ini before CKAN's own session hook reads it."""
    if getattr(config.option, "help", False):
        return
    if not workers.runs_tests(config):
        config.pluginmanager.unregister(name="ckan")  # its session hook wants a site
        return
    folder = workers.folder_of(config)
    services = TestServices.start(folder)
    config.stash[SERVICES] = services
    ini = portals.write(folder / "internal.ini", services.portal("internal"), ["test.ini"])
    config.option.ckan_ini = str(ini)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Unload what was loaded for collecting; a worker's loop keeps CKAN's own hook from it."""
    if workers.runs_tests(session.config):
        plugins.unload_non_system_plugins()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop what was started while a controller still waits for this process."""
    _stop_services(session.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what a session that never began has started."""
    _stop_services(config)


def _stop_services(config: pytest.Config) -> None:
    services = config.stash.get(SERVICES, None)
    if services is not None:
        del config.stash[SERVICES]
        services.stop()
        shutil.rmtree(services.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> TestServices:
    """The run's Postgres, Solr and Redis."""
    return request.config.stash[SERVICES]


@pytest.fixture(scope="session")
def solr_url(services: TestServices) -> str:
    """The internal portal's Solr core."""
    return services.portal("internal").solr_url


@pytest.fixture(scope="session")
def internal() -> Iterator[Any]:
    """The internal portal in this process, plugins loaded and migrated: a CKAN test app."""
    plugins.load_all()
    model.repo.init_db()
    _migrate_plugins(apply=True)
    yield _get_test_app()
    plugins.unload_non_system_plugins()


@pytest.fixture
def clean(internal: Any) -> None:
    """An empty database (tables and migrations kept), index and Redis."""
    _clean_all()


@pytest.fixture(scope="module")
def clean_module(internal: Any) -> None:
    """As ``clean``, once for a module whose tests only read."""
    _clean_all()


def _clean_all() -> None:
    model.Session.remove()
    with model.meta.engine.begin() as connection:
        names = [
            name
            for name in sa.inspect(connection).get_table_names()
            if not name.endswith("alembic_version")
        ]
        quoted = ", ".join(f'"{name}"' for name in names)
        # The history of publication refuses even this; a test's superuser goes past its trigger.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE"))
    _drop_tables_of_data()
    search.clear_all()
    connect_to_redis().flushdb()


def _drop_tables_of_data() -> None:
    """Drop the tables of the DataStore; what lists them stays."""
    with get_write_engine().begin() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f'DROP TABLE "{name}" CASCADE'))


@pytest.fixture
def seeded(clean: None) -> Callable[[], Any]:
    """Ministries, agencies, topics and their aliases, as every installation has them."""
    return call_action("ontario_schema_seed")


@pytest.fixture(scope="session")
def internal_server(services: TestServices) -> Iterator[Any]:
    """The internal portal as a real server process with a database and core of its own."""
    with services.server("internal") as server:
        yield server


@pytest.fixture(scope="session")
def public_server(services: TestServices) -> Iterator[Any]:
    """The public portal as a real server process with a database and core of its own."""
    with services.server("public") as server:
        yield server


@pytest.fixture
def mailbox(services: TestServices) -> Iterator[Mailbox]:
    """A real mail server where the portals send their mail; what it took, and whether it takes."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=services.smtp_port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture(scope="session")
def in_ci() -> bool:
    """Whether a missing part is a failure rather than a reason to skip."""
    return os.environ.get("CI") == "true"
