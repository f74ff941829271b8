"""Working copies, releases, outbox, history, roles, mails; what the public portal received.

Revision ID: ontario_publication_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ontario_publication_0001"
down_revision = None
branch_labels = None
depends_on = None

NEVER_CHANGED = """
CREATE FUNCTION ontario_publication_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of publication is never changed';
END $$;
CREATE TRIGGER ontario_publication_history_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ontario_publication_history
    FOR EACH STATEMENT EXECUTE FUNCTION ontario_publication_never_changed();
"""

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    for make in (_records, _releases, _history, _roles, _rest):
        make()
    op.execute(NEVER_CHANGED)


def _records() -> None:
    op.create_table(
        "ontario_publication_record",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("submitted_by", sa.Text),
        sa.Column("submitted_hash", sa.Text),
        sa.Column("edited_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("last_sequence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("fingerprint", sa.Text),
        sa.Column("refresh_checked", sa.Text),
        sa.Column("opened_date", sa.Text),
        sa.CheckConstraint("state IN ('draft', 'in_review', 'approved', 'returned')"),
    )
    op.create_index("ontario_publication_record_state", "ontario_publication_record", ["state", "since"])


def _releases() -> None:
    op.create_table(
        "ontario_publication_release",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("projection", JSONB),
        sa.Column("files", JSONB, nullable=False, server_default="[]"),
        sa.Column("content_hash", sa.Text),
        sa.Column("schema_version", sa.Text, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("approved_at", Instant, nullable=False),
        sa.Column("release_at", Instant, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="scheduled"),
        sa.Column("released_at", Instant),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("operation IN ('put', 'withdraw', 'remove')"),
        sa.CheckConstraint("state IN ('scheduled', 'released', 'cancelled')"),
        sa.CheckConstraint("(operation = 'put') = (projection IS NOT NULL)"),
    )
    op.create_index("ontario_publication_release_due", "ontario_publication_release", ["state", "release_at"])
    op.create_table(
        "ontario_publication_outbox",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", Instant, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created", Instant, nullable=False),
        sa.Column("done", Instant),
        sa.UniqueConstraint("package_id", "sequence"),
        sa.CheckConstraint("state IN ('waiting', 'parked', 'done')"),
    )
    op.create_index("ontario_publication_outbox_next", "ontario_publication_outbox", ["state", "next_at"])


def _history() -> None:
    op.create_table(
        "ontario_publication_history",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("details", JSONB, nullable=False, server_default="{}"),
    )
    op.create_index("ontario_publication_history_record", "ontario_publication_history", ["package_id", "id"])


def _roles() -> None:
    op.create_table(
        "ontario_publication_role",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("organization_id", sa.Text),
        sa.Column("valid_from", Instant, nullable=False),
        sa.Column("valid_until", Instant),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("given_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant),
        sa.Column("revoked_by", sa.Text),
        sa.CheckConstraint("role IN ('delegate', 'deputy_minister', 'catalogue_administrator')"),
        sa.CheckConstraint("(role = 'catalogue_administrator') = (organization_id IS NULL)"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from"),
    )
    op.create_index("ontario_publication_role_user", "ontario_publication_role", ["user_id"])
    op.create_table(
        "ontario_publication_standing",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("package_id", sa.Text),
        sa.Column("harvest_source_id", sa.Text),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("given_at", Instant, nullable=False),
        sa.Column("valid_until", Instant, nullable=False),
        sa.Column("revoked_at", Instant),
        sa.Column("revoked_by", sa.Text),
        sa.CheckConstraint("(package_id IS NULL) <> (harvest_source_id IS NULL)"),
    )
    op.create_index("ontario_publication_standing_record", "ontario_publication_standing", ["package_id"])
    op.create_index("ontario_publication_standing_source", "ontario_publication_standing", ["harvest_source_id"])


def _rest() -> None:
    op.create_table(
        "ontario_publication_mail",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("message_id", sa.Text, nullable=False, unique=True),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False, server_default="{}"),
        sa.Column("created", Instant, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", Instant, nullable=False),
        sa.Column("sent", Instant),
        sa.Column("error", sa.Text),
    )
    op.create_index("ontario_publication_mail_next", "ontario_publication_mail", ["sent", "next_at"])
    op.create_table(
        "ontario_publication_generation",
        sa.Column("portal", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "ontario_publication_received",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text),
        sa.Column("at", Instant, nullable=False),
        sa.CheckConstraint("operation IN ('put', 'withdraw', 'remove')"),
    )
    op.create_index("ontario_publication_received_name", "ontario_publication_received", ["name"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("ontario_publication_received")
    op.drop_table("ontario_publication_generation")
    op.drop_table("ontario_publication_mail")
    op.drop_table("ontario_publication_standing")
    op.drop_table("ontario_publication_role")
    op.drop_table("ontario_publication_history")
    op.drop_table("ontario_publication_outbox")
    op.drop_table("ontario_publication_release")
    op.drop_table("ontario_publication_record")
    op.execute("DROP FUNCTION ontario_publication_never_changed()")
