"""Changes of many records.

Revision ID: ontario_editing_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ontario_editing_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of bulk changes and their records."""
    op.create_table(
        "ontario_editing_run",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ontario_editing_run_user", "ontario_editing_run", ["user_id", "created"])
    op.create_table(
        "ontario_editing_item",
        sa.Column(
            "run_id",
            sa.Text,
            sa.ForeignKey("ontario_editing_run.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("result", JSONB, nullable=False, server_default="{}"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("ontario_editing_item")
    op.drop_table("ontario_editing_run")
