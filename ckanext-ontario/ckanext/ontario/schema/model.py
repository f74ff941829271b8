"""Old names of records and organizations, and the names by which organizations are known."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa


class Alias(tk.BaseModel):
    """A name that a record or an organization had in addresses before it was renamed."""

    __tablename__ = "ontario_schema_alias"

    kind: Any = sa.Column(sa.Text, primary_key=True)
    """``package`` or ``group``, CKAN's tables."""
    name: Any = sa.Column(sa.Text, primary_key=True)
    """The old name."""
    object_id: Any = sa.Column(sa.Text, nullable=False, index=True)
    """Whose it was last."""


class OrganizationAlias(tk.BaseModel):
    """A name under which an organization is looked up: folded, without "Ministry of"."""

    __tablename__ = "ontario_schema_organization_alias"

    organization_id: Any = sa.Column(
        sa.Text, sa.ForeignKey("group.id", ondelete="CASCADE"), primary_key=True
    )
    key: Any = sa.Column(sa.Text, primary_key=True, index=True)
    rank: Any = sa.Column(sa.Integer, nullable=False)
    """How well the name stands for the organization; the lowest wins."""


ALIASES = Alias.__table__
ORGANIZATION_ALIASES = OrganizationAlias.__table__
