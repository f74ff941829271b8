"""The table of jobs.

Revision ID: ontario_scheduler_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_scheduler_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of jobs."""
    op.create_table(
        "ontario_scheduler_job",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("next_run", sa.DateTime(timezone=True)),
        sa.Column("last_started", sa.DateTime(timezone=True)),
        sa.Column("last_finished", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text),
        sa.Column("runs", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    )


def downgrade() -> None:
    """Drop the table of jobs."""
    op.drop_table("ontario_scheduler_job")
