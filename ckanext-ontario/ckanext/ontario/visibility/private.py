"""Every package of the internal portal is private, whoever writes it.

A listener on the flush stands under the API, the forms and the harvesters; statements that go
past the ORM are stopped by a constraint on the table (migration ``ontario_visibility``).
"""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
from ckan import model
from sqlalchemy import event

from ckanext.ontario.shared import portal
from ckanext.ontario.shared.startup import GUARD

_EVENTS = ("before_insert", "before_update")


def install() -> None:
    """Start listening; harmless when it listens already."""
    for name in _EVENTS:
        if not event.contains(model.Package, name, _make_private):
            event.listen(model.Package, name, _make_private)


def _make_private(_mapper: Any, _connection: Any, package: model.Package) -> None:
    if p.plugin_loaded(GUARD) and portal.is_internal():
        package.private = True
