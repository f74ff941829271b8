"""Suggestions of datasets that are missing in the inventory.

Revision ID: ontario_votes_0003
Revises: ontario_votes_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_votes_0003"
down_revision = "ontario_votes_0002"
branch_labels = None
depends_on = None

TABLE = "ontario_votes_suggestion"


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        *map(_text, ("description", "organization")),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        *map(_text, ("title_en", "title_fr", "reason")),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused')", name="ontario_votes_suggestion_state"
        ),
        sa.CheckConstraint(
            "state <> 'accepted' OR (title_en <> '' AND title_fr <> '')",
            name="ontario_votes_suggestion_titles",
        ),
    )
    op.create_index(
        "ontario_votes_suggestion_once",
        TABLE,
        ["fingerprint"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ontario_votes_suggestion_listed", TABLE, ["state", "day"])


def downgrade() -> None:
    """Drop it, and the votes for suggestions."""
    for name in ("ballot", "tally", "daily", "review", "void"):
        op.execute(f"DELETE FROM ontario_votes_{name} WHERE package_id LIKE 'suggestion:%'")
    op.drop_table(TABLE)
