"""The outbox of releases that are no record.

Revision ID: ontario_publication_0002
Revises: ontario_publication_0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ontario_publication_0002"
down_revision = "ontario_publication_0001"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ontario_publication_parcel",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", Instant, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created", Instant, nullable=False),
        sa.Column("done", Instant),
        sa.CheckConstraint(
            "state IN ('waiting', 'parked', 'done')", name="ontario_publication_parcel_state"
        ),
    )
    op.create_index(
        "ontario_publication_parcel_next", "ontario_publication_parcel", ["state", "next_at"]
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("ontario_publication_parcel")
