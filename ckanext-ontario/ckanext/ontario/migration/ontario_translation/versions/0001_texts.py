"""Which texts wait for a translator.

Revision ID: ontario_translation_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_translation_0001"
down_revision = None
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ontario_translation_text",
        *(sa.Column(n, sa.Text, primary_key=True) for n in ("package_id", "resource_id", "field")),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("en_hash", "fr_hash")),
        *(sa.Column(n, Instant, nullable=False) for n in ("en_at", "fr_at")),
        sa.CheckConstraint("en_hash <> '' OR fr_hash <> ''", name="ontario_translation_text_said"),
    )
    op.create_index(
        "ontario_translation_text_waiting",
        "ontario_translation_text",
        ["package_id"],
        postgresql_where=sa.text("en_hash = '' OR fr_hash = '' OR en_at <> fr_at"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("ontario_translation_text")
