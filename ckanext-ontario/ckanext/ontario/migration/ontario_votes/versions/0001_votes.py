"""Ballots, tallies, daily sums, and what guards them.

Revision ID: ontario_votes_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_votes_0001"
down_revision = None
branch_labels = None
depends_on = None


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def upgrade() -> None:
    """Create the tables."""
    _create_counts()
    op.create_table(
        "ontario_votes_binding",
        sa.Column("voter_key", sa.Text, primary_key=True),
        sa.Column("user_key", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_table(
        "ontario_votes_review",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("voter_key", sa.Text, primary_key=True),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="open"),
        sa.CheckConstraint(
            "state IN ('open', 'kept', 'voided')", name="ontario_votes_review_state"
        ),
    )
    op.create_index("ontario_votes_review_batch", "ontario_votes_review", ["state", "batch"])
    op.create_table(
        "ontario_votes_void",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("n_user", sa.Integer, nullable=False),
        sa.Column("n_anon", sa.Integer, nullable=False),
        sa.Column("note_en", sa.Text, nullable=False),
        sa.Column("note_fr", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ontario_votes_void_package", "ontario_votes_void", ["package_id"])


def _create_counts() -> None:
    op.create_table(
        "ontario_votes_ballot",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("voter_key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("void_id", sa.Text),
        sa.CheckConstraint("kind IN ('u', 'a')", name="ontario_votes_ballot_kind"),
    )
    op.create_index("ontario_votes_ballot_voter", "ontario_votes_ballot", ["voter_key", "day"])
    op.create_index("ontario_votes_ballot_day", "ontario_votes_ballot", ["day"])
    op.create_table(
        "ontario_votes_tally",
        sa.Column("package_id", sa.Text, primary_key=True),
        *map(_count, ("n_user", "n_anon", "purged_user", "purged_anon")),
        sa.Column("dirty", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("absent_since", sa.Date),
        sa.CheckConstraint(
            "n_user >= purged_user AND purged_user >= 0", name="ontario_votes_user"
        ),
        sa.CheckConstraint(
            "n_anon >= purged_anon AND purged_anon >= 0", name="ontario_votes_anon"
        ),
    )
    op.create_index(
        "ontario_votes_tally_dirty",
        "ontario_votes_tally",
        ["package_id"],
        postgresql_where=sa.text("dirty"),
    )
    op.create_table(
        "ontario_votes_daily",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        *map(_count, ("n_user", "n_anon")),
        sa.CheckConstraint("n_user >= 0 AND n_anon >= 0", name="ontario_votes_daily_counts"),
    )
    op.create_index("ontario_votes_daily_day", "ontario_votes_daily", ["day"])


def downgrade() -> None:
    """Drop them."""
    for name in ("void", "review", "binding", "daily", "tally", "ballot"):
        op.drop_table(f"ontario_votes_{name}")
