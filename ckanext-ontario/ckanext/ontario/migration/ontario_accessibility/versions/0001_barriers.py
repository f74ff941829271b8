"""Barriers that people reported.

Revision ID: ontario_accessibility_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_accessibility_0001"
down_revision = None
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ontario_accessibility_barrier",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("language", "page", "text", "email")),
        sa.Column("at", Instant, nullable=False),
        sa.Column("mailed_at", Instant),
        sa.Column("closed_at", Instant),
        sa.Column("closed_by", sa.Text),
        sa.CheckConstraint("text <> ''", name="ontario_accessibility_barrier_said"),
    )
    op.create_index(
        "ontario_accessibility_barrier_open",
        "ontario_accessibility_barrier",
        ["at"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("ontario_accessibility_barrier")
