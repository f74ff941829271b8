"""The tables of the ministry's side: pulled counts, answers, and what became of them.

The public portal has them too, empty but for the answers it received.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa

Instant = sa.DateTime(timezone=True)


class VotesPulled(tk.BaseModel):
    """What the public portal counted for a record, as it was pulled last (internal)."""

    __tablename__ = "ontario_votes_pulled"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    access_level: Any = sa.Column(sa.Text, nullable=False)
    """The one that the public sees."""
    n_user: Any = sa.Column(sa.Integer, nullable=False)
    n_anon: Any = sa.Column(sa.Integer, nullable=False)
    rank: Any = sa.Column(sa.Integer)
    """Among the records that can be voted for; null for open ones."""

    __table_args__ = (
        sa.CheckConstraint("n_user >= 0 AND n_anon >= 0", name="ontario_votes_pulled_counts"),
        sa.Index("ontario_votes_pulled_rank", "rank"),
    )


class VotesPull(tk.BaseModel):
    """When counts were pulled, and what was in the way last (internal). One row."""

    __tablename__ = "ontario_votes_pull"

    source: Any = sa.Column(sa.Text, primary_key=True)
    tried: Any = sa.Column(Instant, nullable=False)
    pulled: Any = sa.Column(Instant)
    problem: Any = sa.Column(sa.Text)


class VotesResponse(tk.BaseModel):
    """What a ministry answers to votes (internal): the database refuses changes and deletions."""

    __tablename__ = "ontario_votes_response"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    sequence: Any = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    kind: Any = sa.Column(sa.Text, nullable=False)
    text_en: Any = sa.Column(sa.Text, nullable=False)
    text_fr: Any = sa.Column(sa.Text, nullable=False)
    written_by: Any = sa.Column(sa.Text, nullable=False)
    at: Any = sa.Column(Instant, nullable=False)

    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('considering', 'planned', 'declined', 'opened')",
            name="ontario_votes_response_kind",
        ),
    )


class VotesDecision(tk.BaseModel):
    """What a Director decided about an answer (internal), once; as unchangeable as the answer."""

    __tablename__ = "ontario_votes_decision"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    sequence: Any = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    approved: Any = sa.Column(sa.Boolean, nullable=False)
    reason: Any = sa.Column(sa.Text)
    """Why it was returned."""
    decided_by: Any = sa.Column(sa.Text, nullable=False)
    at: Any = sa.Column(Instant, nullable=False)


class VotesReceived(tk.BaseModel):
    """An approved answer as the public portal has it (public)."""

    __tablename__ = "ontario_votes_received"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    sequence: Any = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    kind: Any = sa.Column(sa.Text, nullable=False)
    text_en: Any = sa.Column(sa.Text, nullable=False)
    text_fr: Any = sa.Column(sa.Text, nullable=False)
    at: Any = sa.Column(Instant, nullable=False)
    """When it was approved."""


class VotesSubscription(tk.BaseModel):
    """Somebody who asked for a mail when a record opens (public); gone once it was sent."""

    __tablename__ = "ontario_votes_subscription"

    id: Any = sa.Column(sa.Text, primary_key=True)
    package_id: Any = sa.Column(sa.Text, nullable=False)
    email: Any = sa.Column(sa.Text, nullable=False)
    language: Any = sa.Column(sa.Text, nullable=False)
    created: Any = sa.Column(Instant, nullable=False)
    confirmed: Any = sa.Column(Instant)
    attempts: Any = sa.Column(sa.Integer, nullable=False, server_default="0")
    next_at: Any = sa.Column(Instant, nullable=False)

    __table_args__ = (
        sa.UniqueConstraint("package_id", "email", name="ontario_votes_subscription_once"),
        sa.Index("ontario_votes_subscription_next", "next_at"),
    )


PULLED, PULL = VotesPulled.__table__, VotesPull.__table__
RESPONSE, DECISION = VotesResponse.__table__, VotesDecision.__table__
RECEIVED, SUBSCRIPTION = VotesReceived.__table__, VotesSubscription.__table__
