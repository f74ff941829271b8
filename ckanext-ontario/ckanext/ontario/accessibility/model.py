"""The table of barriers that people reported."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa


class Barrier(tk.BaseModel):
    """What stood in somebody's way, as they wrote it."""

    __tablename__ = "ontario_accessibility_barrier"

    id: Any = sa.Column(sa.Text, primary_key=True)
    language: Any = sa.Column(sa.Text, nullable=False)
    """``en`` or ``fr``: in which an answer is to be written."""
    page: Any = sa.Column(sa.Text, nullable=False)
    """The address of the page, or ``""``."""
    text: Any = sa.Column(sa.Text, nullable=False)
    email: Any = sa.Column(sa.Text, nullable=False)
    """Where an answer is to go, or ``""``; gone once the report is closed."""
    at: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    mailed_at: Any = sa.Column(sa.DateTime(timezone=True))
    """When the mail server took the mail to the team."""
    closed_at: Any = sa.Column(sa.DateTime(timezone=True))
    closed_by: Any = sa.Column(sa.Text)
    """Id of the administrator."""

    __table_args__ = (
        sa.CheckConstraint("text <> ''", name="ontario_accessibility_barrier_said"),
        sa.Index(
            "ontario_accessibility_barrier_open",
            "at",
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )


BARRIER: Any = Barrier.__table__
