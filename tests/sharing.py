"""Sharing what a test made on a portal that runs in a process of its own."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa


def share_all(server: Any) -> None:
    """Let the audience of each record read it, as after its submission."""
    found = re.search(r"^sqlalchemy\.url\s*=\s*(\S+)", server.ini.read_text(), re.MULTILINE)
    assert found
    engine = sa.create_engine(found[1])
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE ontario_publication_record SET shared = true"))
    engine.dispose()
    server.ckan("search-index", "rebuild", "-e")
