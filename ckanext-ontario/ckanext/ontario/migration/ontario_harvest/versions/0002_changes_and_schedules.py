"""What each run changed, and when sources are harvested by themselves.

Revision ID: ontario_harvest_0002
Revises: ontario_harvest_0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ontario_harvest_0002"
down_revision = "ontario_harvest_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "ontario_harvest_change",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("package_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
    )
    op.create_index("ontario_harvest_change_run", "ontario_harvest_change", ["run_id", "id"])
    op.create_index("ontario_harvest_change_source", "ontario_harvest_change", ["source_id"])
    op.create_table(
        "ontario_harvest_schedule",
        sa.Column("source_id", sa.Text, primary_key=True),
        sa.Column("expression", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("next_run", instant),
        sa.Column("changed", instant, nullable=False),
        sa.Column("changed_by", sa.Text),
    )
    op.create_index("ontario_harvest_schedule_due", "ontario_harvest_schedule", ["next_run"])


def downgrade() -> None:
    """Drop the tables."""
    for name in ("schedule", "change"):
        op.drop_table(f"ontario_harvest_{name}")
