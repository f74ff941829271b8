"""Old names, and the names organizations are known by.

Revision ID: ontario_schema_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_schema_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables of names."""
    op.create_table(
        "ontario_schema_alias",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("object_id", sa.Text, nullable=False, index=True),
    )
    op.create_table(
        "ontario_schema_organization_alias",
        sa.Column(
            "organization_id",
            sa.Text,
            sa.ForeignKey("group.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("key", sa.Text, primary_key=True, index=True),
        sa.Column("rank", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop both tables of names."""
    op.drop_table("ontario_schema_organization_alias")
    op.drop_table("ontario_schema_alias")
