"""Records, batches, uploaded documents, approvals.

Revision ID: ontario_harvest_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ontario_harvest_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "ontario_harvest_record",
        sa.Column("source_id", sa.Text, primary_key=True),
        sa.Column("guid", sa.Text(collation="C"), primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("mapping_version", sa.Text, nullable=False),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("fields", JSONB, nullable=False, server_default="[]"),
        sa.Column("first_seen", instant, nullable=False),
        sa.Column("changed", instant, nullable=False),
        sa.Column("missing_since", instant),
    )
    op.create_index("ontario_harvest_record_package", "ontario_harvest_record", ["package_id"])
    op.create_table(
        "ontario_harvest_batch",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("outcome", JSONB, nullable=False, server_default="{}"),
        sa.UniqueConstraint("run_id", "number", name="ontario_harvest_batch_number"),
    )
    op.create_index("ontario_harvest_batch_source", "ontario_harvest_batch", ["source_id"])
    op.create_table(
        "ontario_harvest_upload",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("organization_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("created", instant, nullable=False),
        sa.UniqueConstraint(
            "organization_id", "sha256", "filename", name="ontario_harvest_upload_document"
        ),
    )
    op.create_table(
        "ontario_harvest_approval",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("gone", sa.Integer, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", instant, nullable=False),
        sa.Column("decided", instant),
        sa.Column("decided_by", sa.Text),
    )
    op.create_index("ontario_harvest_approval_source", "ontario_harvest_approval", ["source_id"])


def downgrade() -> None:
    """Drop the tables."""
    for name in ("approval", "upload", "batch", "record"):
        op.drop_table(f"ontario_harvest_{name}")
