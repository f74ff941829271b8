"""Each portal's DataStore: a database beside its main one, and a role that may only read it."""

from __future__ import annotations

import hashlib
import hmac
from importlib import resources
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn, parse_dsn

from . import postgres

DATABASE = "{}_datastore"
"""Name of the DataStore's database, from the main one's."""

ROLE = "{}_read"
"""Name of the role that may only read it, from the DataStore's database."""

LOCK = 0x0DA7A
"""Advisory lock of :func:`permit`: ALTER DEFAULT PRIVILEGES of two processes at once collide."""


def database_of(main: str) -> str:
    """Return the name of the DataStore's database for a main database's name."""
    return DATABASE.format(main)


def write_url(server_url: str, main: str) -> str:
    """Return the address of the DataStore's database, with the portal's own role."""
    return postgres.database_url(server_url, database_of(main))


def read_url(server_url: str, main: str, password: str) -> str:
    """Return the address of the DataStore's database, with the role that may only read."""
    parts = urlsplit(write_url(server_url, main))
    host = parts.netloc.rpartition("@")[2]
    role = ROLE.format(database_of(main))
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{host}"))


def password(secret: str) -> str:
    """Return the reading role's password, derived from the portal's own secret.

    So an installation that is older than its DataStore needs no new secret.
    """
    return hmac.new(secret.encode(), b"datastore-read", hashlib.sha256).hexdigest()


def create(server_url: str, main: str, secret: str) -> None:
    """Make the database and the role unless they are there, and close both to each other.

    Args:
        server_url: of the server, as a role that may make databases and roles.
        main: name of the portal's main database, which exists.
        secret: what the reading role's password is derived from.
    """
    database = database_of(main)
    role = ROLE.format(database)
    postgres.create_database(server_url, database)
    with postgres.maintenance(server_url) as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        cursor.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                verb, sql.Identifier(role), sql.Literal(password(secret))
            )
        )
        for name in (main, database):
            # Otherwise every role of the server could connect: the reader to the main database.
            cursor.execute(
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
            )


def drop(server_url: str, main: str) -> None:
    """Drop the database and the role; nothing happens when there are none."""
    database = database_of(main)
    postgres.drop_database(server_url, database)
    with postgres.maintenance(server_url) as cursor:
        cursor.execute(
            sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(ROLE.format(database)))
        )


def permit(main_url: str, writer: str, reader: str) -> None:
    """Set the permissions that ``ckan datastore set-permissions`` prints; again changes nothing.

    Args:
        main_url: address of the main database.
        writer: address of the DataStore for the portal.
        reader: the same for the role that may only read.
    """
    statements = _statements(main_url, writer, reader)
    connection = psycopg2.connect(writer, connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            cursor.execute(statements)
    finally:
        connection.close()


def _statements(main_url: str, writer: str, reader: str) -> str:
    main, write, read = (parse_dsn(make_dsn(url)) for url in (main_url, writer, reader))
    named = {
        "maindb": main["dbname"],
        "datastoredb": write["dbname"],
        "mainuser": main["user"],
        "writeuser": write["user"],
        "readuser": read["user"],
    }
    template = resources.files("ckanext.datastore").joinpath("set_permissions.sql").read_text()
    script = template.format(**{key: _quoted(name) for key, name in named.items()})
    # The connection is to that database already; psql's own commands mean nothing here.
    lines = [line for line in script.splitlines() if not line.startswith("\\")]
    # Data are in either language; what is indexed and what is asked must be cut into words alike.
    database = _quoted(write["dbname"])
    lines.append(f"ALTER DATABASE {database} SET default_text_search_config = 'pg_catalog.simple';")
    return "\n".join(lines)


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
