"""Requests for data.

Revision ID: ontario_visibility_0002
Revises: ontario_visibility_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_visibility_0002"
down_revision = "ontario_visibility_0001"
branch_labels = None
depends_on = None

TABLE = "ontario_visibility_access_request"


def upgrade() -> None:
    """Create the table of requests."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_reason", sa.Text),
        sa.Column("until", sa.Date),
        sa.CheckConstraint("state IN ('open', 'granted', 'refused', 'withdrawn', 'ended')"),
    )
    op.create_index(
        f"{TABLE}_open",
        TABLE,
        ["package_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(f"{TABLE}_user", TABLE, ["user_id", "state"])
    op.create_index(f"{TABLE}_until", TABLE, ["state", "until"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
