"""On the internal portal every package is private, also to statements that pass the ORM by.

Revision ID: ontario_visibility_0001
Revises:
"""

from alembic import op

from ckanext.ontario.shared import portal

revision = "ontario_visibility_0001"
down_revision = None
branch_labels = None
depends_on = None

CONSTRAINT = "ontario_visibility_private"


def upgrade() -> None:
    """Make what is there private, and refuse what is not; nothing to do on the public portal."""
    if portal.is_internal():
        op.execute("UPDATE package SET private = TRUE WHERE private IS NOT TRUE")
        op.execute(f"ALTER TABLE package ADD CONSTRAINT {CONSTRAINT} CHECK (private IS TRUE)")


def downgrade() -> None:
    """Let core's table be as core made it."""
    op.execute(f"ALTER TABLE package DROP CONSTRAINT IF EXISTS {CONSTRAINT}")
