"""The tables of votes. No foreign key leads to CKAN's: records come and go with their releases."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa


class VotesBallot(tk.BaseModel):
    """One voter's vote for one record; the primary key is what makes it one."""

    __tablename__ = "ontario_votes_ballot"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    voter_key: Any = sa.Column(sa.Text, primary_key=True)
    """A keyed hash of an account or of a browser's cookie; never an address."""
    kind: Any = sa.Column(sa.Text, nullable=False)
    """``u``: an account's, ``a``: a browser's."""
    day: Any = sa.Column(sa.Date, nullable=False)
    """The day in Ontario, not the time."""
    void_id: Any = sa.Column(sa.Text)
    """Set when an administrator declared it void: it does not count, and stays where it is so
    that its voter can't cast it again."""

    __table_args__ = (
        sa.CheckConstraint("kind IN ('u', 'a')", name="ontario_votes_ballot_kind"),
        sa.Index("ontario_votes_ballot_voter", "voter_key", "day"),
        sa.Index("ontario_votes_ballot_day", "day"),
    )


class VotesTally(tk.BaseModel):
    """How many votes a record has; equal to its ballots that count, and those that were purged."""

    __tablename__ = "ontario_votes_tally"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    n_user: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    n_anon: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    purged_user: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    purged_anon: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    """Of these, votes whose ballots are gone because of their age."""
    dirty: Any = sa.Column(sa.Boolean, nullable=False, server_default="false")
    """Whether the index does not know this count yet."""
    absent_since: Any = sa.Column(sa.Date)
    """Since when this portal has no such record (a withdrawn one may come back)."""

    __table_args__ = (
        sa.CheckConstraint("n_user >= purged_user AND purged_user >= 0", name="ontario_votes_user"),
        sa.CheckConstraint("n_anon >= purged_anon AND purged_anon >= 0", name="ontario_votes_anon"),
        sa.Index("ontario_votes_tally_dirty", "package_id", postgresql_where=sa.text("dirty")),
    )


class VotesDaily(tk.BaseModel):
    """A record's votes by the day on which they were cast; survives the purge of ballots."""

    __tablename__ = "ontario_votes_daily"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    day: Any = sa.Column(sa.Date, primary_key=True)
    n_user: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    n_anon: Any = sa.Column(sa.Integer, nullable=False, server_default="0")

    __table_args__ = (
        sa.CheckConstraint("n_user >= 0 AND n_anon >= 0", name="ontario_votes_daily_counts"),
        sa.Index("ontario_votes_daily_day", "day"),
    )


class VotesBinding(tk.BaseModel):
    """A browser whose votes went to an account at log-in: from then on it votes as that one."""

    __tablename__ = "ontario_votes_binding"

    voter_key: Any = sa.Column(sa.Text, primary_key=True)
    user_key: Any = sa.Column(sa.Text, nullable=False)
    day: Any = sa.Column(sa.Date, nullable=False)


class VotesReview(tk.BaseModel):
    """A ballot that counts and that somebody should look at: it came past a limit."""

    __tablename__ = "ontario_votes_review"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    voter_key: Any = sa.Column(sa.Text, primary_key=True)
    batch: Any = sa.Column(sa.Text, nullable=False)
    """Equal for the ballots of one network on one day: hashed with a salt that is thrown away."""
    reason: Any = sa.Column(sa.Text, nullable=False)
    """Which limit: ``network`` or ``voter``."""
    day: Any = sa.Column(sa.Date, nullable=False)
    state: Any = sa.Column(sa.Text, nullable=False, server_default="open")
    """``open``, ``kept`` or ``voided``."""

    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('open', 'kept', 'voided')", name="ontario_votes_review_state"
        ),
        sa.Index("ontario_votes_review_batch", "state", "batch"),
    )


class VotesVoid(tk.BaseModel):
    """Ballots of a record that an administrator declared void, and what the public is told."""

    __tablename__ = "ontario_votes_void"

    id: Any = sa.Column(sa.Text, primary_key=True)
    package_id: Any = sa.Column(sa.Text, primary_key=True)
    n_user: Any = sa.Column(sa.Integer, nullable=False)
    n_anon: Any = sa.Column(sa.Integer, nullable=False)
    note_en: Any = sa.Column(sa.Text, nullable=False)
    note_fr: Any = sa.Column(sa.Text, nullable=False)
    user_id: Any = sa.Column(sa.Text, nullable=False)
    at: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)

    __table_args__ = (sa.Index("ontario_votes_void_package", "package_id"),)


class VotesSuggestion(tk.BaseModel):
    """A dataset that somebody misses in the inventory; nothing tells who sent it.

    Its ballots stand with those of records, under :func:`.domain.subject_of` its id.
    """

    __tablename__ = "ontario_votes_suggestion"

    id: Any = sa.Column(sa.Text, primary_key=True)
    state: Any = sa.Column(sa.Text, nullable=False, server_default="waiting")
    """``waiting``, ``accepted`` (listed, with ``title_en`` and ``title_fr``) or ``refused``."""
    language: Any = sa.Column(sa.Text, nullable=False)
    """In which language it was sent."""
    title: Any = sa.Column(sa.Text, nullable=False)
    description: Any = sa.Column(sa.Text, nullable=False, server_default="")
    organization: Any = sa.Column(sa.Text, nullable=False, server_default="")
    """Name of the ministry that may have the data, or nothing."""
    fingerprint: Any = sa.Column(sa.Text, nullable=False)
    """Equal for equal titles, so that one that is sent twice waits once."""
    day: Any = sa.Column(sa.Date, nullable=False)
    title_en: Any = sa.Column(sa.Text, nullable=False, server_default="")
    title_fr: Any = sa.Column(sa.Text, nullable=False, server_default="")
    reason: Any = sa.Column(sa.Text, nullable=False, server_default="")
    """Why it was refused; for administrators."""
    decided_by: Any = sa.Column(sa.Text)
    decided_at: Any = sa.Column(sa.DateTime(timezone=True))

    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused')", name="ontario_votes_suggestion_state"
        ),
        sa.CheckConstraint(
            "state <> 'accepted' OR (title_en <> '' AND title_fr <> '')",
            name="ontario_votes_suggestion_titles",
        ),
        sa.Index(
            "ontario_votes_suggestion_once",
            "fingerprint",
            unique=True,
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ontario_votes_suggestion_listed", "state", "day"),
    )


SUGGESTION = VotesSuggestion.__table__
BALLOT, TALLY, DAILY = VotesBallot.__table__, VotesTally.__table__, VotesDaily.__table__
BINDING, REVIEW, VOID = VotesBinding.__table__, VotesReview.__table__, VotesVoid.__table__

OF_RECORDS = (BALLOT, TALLY, DAILY, REVIEW, VOID)
"""Tables with rows of a record."""
