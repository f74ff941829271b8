"""Runs, issues, and what waits for the index.

Revision ID: ontario_ingest_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ontario_ingest_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "ontario_ingest_run",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text),
        sa.Column("job_id", sa.Text, unique=True),
        sa.Column("phase", sa.Text, nullable=False, server_default="plan"),
        sa.Column("status", sa.Text, nullable=False, server_default="running"),
        sa.Column("counters", JSONB, nullable=False, server_default="{}"),
        sa.Column("timings", JSONB, nullable=False, server_default="{}"),
        sa.Column("details", JSONB, nullable=False, server_default="{}"),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("document_hash", sa.Text),
        sa.Column("fingerprint", sa.Text),
        sa.Column("same_as", sa.Text),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True)),
    )
    op.create_index("ontario_ingest_run_source", "ontario_ingest_run", ["source_id", "started"])
    op.create_table(
        "ontario_ingest_issue",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column(
            "run_id",
            sa.Text,
            sa.ForeignKey("ontario_ingest_run.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("row", sa.BigInteger),
        sa.Column("column", sa.Text),
        sa.Column("guid", sa.Text),
        sa.Column("params", JSONB, nullable=False, server_default="{}"),
    )
    op.create_index(
        "ontario_ingest_issue_run", "ontario_ingest_issue", ["run_id", "severity", "id"]
    )
    op.create_table(
        "ontario_ingest_pending",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("marked", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("ontario_ingest_pending")
    op.drop_table("ontario_ingest_issue")
    op.drop_table("ontario_ingest_run")
