"""An index that the ranking finds access levels by: one entry for each record, not twenty.

Revision ID: ontario_votes_0004
Revises: ontario_votes_0003
"""

import sqlalchemy as sa
from alembic import op

revision = "ontario_votes_0004"
down_revision = "ontario_votes_0003"
branch_labels = None
depends_on = None

NAME, CORES_TABLE = "ontario_votes_access_level", "package_extra"


def upgrade() -> None:
    """Create it, on CKAN's own table."""
    op.create_index(
        NAME,
        CORES_TABLE,
        ["package_id", "value"],
        postgresql_where=sa.text("key = 'access_level' AND state = 'active'"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index(NAME, CORES_TABLE)
