"""What publication keeps. The internal portal's tables, and one of the public portal.

No foreign key leads to ``package``: releases, histories and tombstones outlive the record.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB

Instant = sa.DateTime(timezone=True)


class WorkingCopy(tk.BaseModel):
    """The workflow of a record's working copy (internal). A record without a row is a draft."""

    __tablename__ = "ontario_publication_record"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    state: Any = sa.Column(sa.Text, nullable=False)
    """``draft``, ``in_review``, ``approved`` or ``returned``."""
    since: Any = sa.Column(Instant, nullable=False)
    shared: Any = sa.Column(sa.Boolean, nullable=False, server_default="false")
    """Whether its audience may read it: from its submission on, and not while it is returned."""
    submitted_by: Any = sa.Column(sa.Text)
    submitted_hash: Any = sa.Column(sa.Text)
    """Hash of the content that was submitted; approval is of exactly these bytes."""
    edited_by: Any = sa.Column(sa.Text)
    """Who last changed what the public will see; may not approve it."""
    reason: Any = sa.Column(sa.Text)
    """Why it was returned."""
    last_sequence: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    fingerprint: Any = sa.Column(sa.Text)
    """Hash of what the public would see, as the last save left it; tells which saves edit it."""
    refresh_checked: Any = sa.Column(sa.Text)
    """The fingerprint that was last held against a standing approval."""
    opened_date: Any = sa.Column(sa.Text)
    """Day (ISO, Toronto) when publication opened the record's first file."""

    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'in_review', 'approved', 'returned')"),
        sa.Index("ontario_publication_record_state", "state", "since"),
    )


class Release(tk.BaseModel):
    """One frozen operation on the public portal (internal). Never changed but for its state.

    What is live follows from the rows of a record in order of ``sequence``.
    """

    __tablename__ = "ontario_publication_release"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    sequence: Any = sa.Column(sa.Integer, primary_key=True)
    operation: Any = sa.Column(sa.Text, nullable=False)
    """``put``, ``withdraw`` or ``remove``."""
    source: Any = sa.Column(sa.Text, nullable=False)
    """``approval``, ``refresh`` (under a standing approval), ``restore``, ``withdraw``,
    ``remove``."""
    projection: Any = sa.Column(JSONB)
    """What the public portal gets; null but for ``put``."""
    files: Any = sa.Column(JSONB, nullable=False, server_default="[]")
    """``[{"resource_id", "sha256", "size", "filename"}]``, kept by content."""
    content_hash: Any = sa.Column(sa.Text)
    schema_version: Any = sa.Column(sa.Text, nullable=False)
    approved_by: Any = sa.Column(sa.Text, nullable=False)
    approved_at: Any = sa.Column(Instant, nullable=False)
    release_at: Any = sa.Column(Instant, nullable=False)
    state: Any = sa.Column(sa.Text, nullable=False, server_default="scheduled")
    """``scheduled``, ``released`` (handed to the outbox) or ``cancelled``."""
    released_at: Any = sa.Column(Instant)
    reason: Any = sa.Column(sa.Text)
    """Why it was withdrawn, removed or cancelled."""

    __table_args__ = (
        sa.CheckConstraint("operation IN ('put', 'withdraw', 'remove')"),
        sa.CheckConstraint("state IN ('scheduled', 'released', 'cancelled')"),
        sa.CheckConstraint("(operation = 'put') = (projection IS NOT NULL)"),
        sa.Index("ontario_publication_release_due", "state", "release_at"),
    )


class Outbox(tk.BaseModel):
    """A release on its way to the public portal (internal); written with the release."""

    __tablename__ = "ontario_publication_outbox"

    id: Any = sa.Column(sa.BigInteger, primary_key=True)
    package_id: Any = sa.Column(sa.Text, nullable=False)
    sequence: Any = sa.Column(sa.Integer, nullable=False)
    state: Any = sa.Column(sa.Text, nullable=False, server_default="waiting")
    """``waiting``, ``parked`` (with a reason) or ``done``."""
    attempts: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    next_at: Any = sa.Column(Instant, nullable=False)
    reason: Any = sa.Column(sa.Text)
    created: Any = sa.Column(Instant, nullable=False)
    done: Any = sa.Column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("package_id", "sequence"),
        sa.CheckConstraint("state IN ('waiting', 'parked', 'done')"),
        sa.Index("ontario_publication_outbox_next", "state", "next_at"),
    )


class History(tk.BaseModel):
    """Every step, once and for ever (internal): the database refuses changes and deletions."""

    __tablename__ = "ontario_publication_history"

    id: Any = sa.Column(sa.BigInteger, primary_key=True)
    package_id: Any = sa.Column(sa.Text, nullable=False)
    at: Any = sa.Column(Instant, nullable=False)
    user_id: Any = sa.Column(sa.Text, nullable=False)
    step: Any = sa.Column(sa.Text, nullable=False)
    """``submit``, ``approve``, ``return``, ``edit``, ``schedule``, ``release``, ``cancel``,
    ``withdraw``, ``restore``, ``remove``, ``refresh``, ``delete``."""
    sequence: Any = sa.Column(sa.Integer)
    reason: Any = sa.Column(sa.Text)
    details: Any = sa.Column(JSONB, nullable=False, server_default="{}")

    __table_args__ = (sa.Index("ontario_publication_history_record", "package_id", "id"),)


class Role(tk.BaseModel):
    """Roles beyond CKAN's (internal), from, until and by whom; ended, never erased."""

    __tablename__ = "ontario_publication_role"

    id: Any = sa.Column(sa.Text, primary_key=True, default=make_uuid)
    role: Any = sa.Column(sa.Text, nullable=False)
    """``delegate`` or ``deputy_minister`` of a ministry, ``catalogue_administrator`` of all."""
    user_id: Any = sa.Column(sa.Text, nullable=False)
    organization_id: Any = sa.Column(sa.Text)
    valid_from: Any = sa.Column(Instant, nullable=False)
    valid_until: Any = sa.Column(Instant)
    given_by: Any = sa.Column(sa.Text, nullable=False)
    given_at: Any = sa.Column(Instant, nullable=False)
    revoked_at: Any = sa.Column(Instant)
    revoked_by: Any = sa.Column(sa.Text)

    __table_args__ = (
        sa.CheckConstraint("role IN ('delegate', 'deputy_minister', 'catalogue_administrator')"),
        sa.CheckConstraint("(role = 'catalogue_administrator') = (organization_id IS NULL)"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from"),
        sa.Index("ontario_publication_role_user", "user_id"),
    )


class StandingApproval(tk.BaseModel):
    """A Director's word for routine refreshes of a record or a harvest source (internal)."""

    __tablename__ = "ontario_publication_standing"

    id: Any = sa.Column(sa.Text, primary_key=True, default=make_uuid)
    package_id: Any = sa.Column(sa.Text)
    harvest_source_id: Any = sa.Column(sa.Text)
    given_by: Any = sa.Column(sa.Text, nullable=False)
    given_at: Any = sa.Column(Instant, nullable=False)
    valid_until: Any = sa.Column(Instant, nullable=False)
    revoked_at: Any = sa.Column(Instant)
    revoked_by: Any = sa.Column(sa.Text)

    __table_args__ = (
        sa.CheckConstraint("(package_id IS NULL) <> (harvest_source_id IS NULL)"),
        sa.Index("ontario_publication_standing_record", "package_id"),
        sa.Index("ontario_publication_standing_source", "harvest_source_id"),
    )


class Mail(tk.BaseModel):
    """A mail to be sent after the commit, at least once (internal)."""

    __tablename__ = "ontario_publication_mail"

    id: Any = sa.Column(sa.BigInteger, primary_key=True)
    message_id: Any = sa.Column(sa.Text, nullable=False, unique=True)
    """Stable: a mail sent twice is one to the reader's program."""
    user_id: Any = sa.Column(sa.Text, nullable=False)
    kind: Any = sa.Column(sa.Text, nullable=False)
    data: Any = sa.Column(JSONB, nullable=False, server_default="{}")
    """Ids for the links, and what was written to the reader; never internal text."""
    created: Any = sa.Column(Instant, nullable=False)
    attempts: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    next_at: Any = sa.Column(Instant, nullable=False)
    sent: Any = sa.Column(Instant)
    error: Any = sa.Column(sa.Text)

    __table_args__ = (sa.Index("ontario_publication_mail_next", "sent", "next_at"),)


class Generation(tk.BaseModel):
    """The number that settles which history counts after a restored database. One row a portal."""

    __tablename__ = "ontario_publication_generation"

    portal: Any = sa.Column(sa.Text, primary_key=True)
    number: Any = sa.Column(sa.Integer, nullable=False)


class Received(tk.BaseModel):
    """What the public portal has of a record (public); a removed one stays as a tombstone."""

    __tablename__ = "ontario_publication_received"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    name: Any = sa.Column(sa.Text, nullable=False)
    operation: Any = sa.Column(sa.Text, nullable=False)
    """The last one applied: ``put``, ``withdraw`` or ``remove``."""
    generation: Any = sa.Column(sa.Integer, nullable=False)
    sequence: Any = sa.Column(sa.Integer, nullable=False)
    content_hash: Any = sa.Column(sa.Text)
    at: Any = sa.Column(Instant, nullable=False)

    __table_args__ = (
        sa.CheckConstraint("operation IN ('put', 'withdraw', 'remove')"),
        sa.Index("ontario_publication_received_name", "name"),
    )


class Parcel(tk.BaseModel):
    """A release that is no record on its way to the public portal (internal)."""

    __tablename__ = "ontario_publication_parcel"

    kind: Any = sa.Column(sa.Text, primary_key=True)
    """Whose it is (``shared.release_kinds``)."""
    package_id: Any = sa.Column(sa.Text, primary_key=True)
    sequence: Any = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    content: Any = sa.Column(JSONB, nullable=False)
    """What was approved, frozen."""
    state: Any = sa.Column(sa.Text, nullable=False, server_default="waiting")
    """``waiting``, ``parked`` (with a reason) or ``done``."""
    attempts: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    next_at: Any = sa.Column(Instant, nullable=False)
    reason: Any = sa.Column(sa.Text)
    created: Any = sa.Column(Instant, nullable=False)
    done: Any = sa.Column(Instant)

    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('waiting', 'parked', 'done')", name="ontario_publication_parcel_state"
        ),
        sa.Index("ontario_publication_parcel_next", "state", "next_at"),
    )


WORKING_COPY = WorkingCopy.__table__
PARCEL = Parcel.__table__
RELEASE = Release.__table__
OUTBOX = Outbox.__table__
HISTORY = History.__table__
ROLE = Role.__table__
STANDING = StandingApproval.__table__
MAIL = Mail.__table__
GENERATION = Generation.__table__
RECEIVED = Received.__table__
