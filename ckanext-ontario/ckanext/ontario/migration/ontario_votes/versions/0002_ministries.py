"""Pulled counts, answers of ministries, and who is told when a record opens.

Revision ID: ontario_votes_0002
Revises: ontario_votes_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_votes_0002"
down_revision = "ontario_votes_0001"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)

KEEP = """
CREATE FUNCTION ontario_votes_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'answers to votes are never changed';
END $$;
"""
KEPT = """
CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ontario_votes_never_changed();
"""


def upgrade() -> None:
    """Create the tables."""
    _create_counts()
    _create_answers()
    op.execute(KEEP)
    for name in ("response", "decision"):
        op.execute(KEPT.format(table=f"ontario_votes_{name}"))
    op.create_table(
        "ontario_votes_subscription",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("package_id", "email", "language")),
        sa.Column("created", Instant, nullable=False),
        sa.Column("confirmed", Instant),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", Instant, nullable=False),
        sa.UniqueConstraint("package_id", "email", name="ontario_votes_subscription_once"),
    )
    op.create_index(
        "ontario_votes_subscription_next", "ontario_votes_subscription", ["next_at"]
    )


def _create_counts() -> None:
    op.create_table(
        "ontario_votes_pulled",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("access_level", sa.Text, nullable=False),
        sa.Column("n_user", sa.Integer, nullable=False),
        sa.Column("n_anon", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.CheckConstraint("n_user >= 0 AND n_anon >= 0", name="ontario_votes_pulled_counts"),
    )
    op.create_index("ontario_votes_pulled_rank", "ontario_votes_pulled", ["rank"])
    op.create_table(
        "ontario_votes_pull",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("tried", Instant, nullable=False),
        sa.Column("pulled", Instant),
        sa.Column("problem", sa.Text),
    )


def _create_answers() -> None:
    op.create_table(
        "ontario_votes_response",
        *_key(),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("kind", "text_en", "text_fr")),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.CheckConstraint(
            "kind IN ('considering', 'planned', 'declined', 'opened')",
            name="ontario_votes_response_kind",
        ),
    )
    op.create_table(
        "ontario_votes_decision",
        *_key(),
        sa.Column("approved", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_table(
        "ontario_votes_received",
        *_key(),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("kind", "text_en", "text_fr")),
        sa.Column("at", Instant, nullable=False),
    )


def _key() -> list[sa.Column]:
    return [
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    ]


def downgrade() -> None:
    """Drop them."""
    names = ("subscription", "received", "decision", "response", "pull", "pulled")
    for name in names:
        op.drop_table(f"ontario_votes_{name}")
    op.execute("DROP FUNCTION ontario_votes_never_changed()")
