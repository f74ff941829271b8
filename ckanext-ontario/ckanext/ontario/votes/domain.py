"""The rules of voting: which records, in which state, whose vote it is, what looks strange.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

COOKIE_DAYS = 400
"""How long a browser is known by its cookie; browsers keep none for longer."""

VOTABLE = ("under_review", "restricted")
"""Access levels that can be voted for; a vote on a restricted record asks for a new look."""

RESPONSES = ("considering", "planned", "declined", "opened")
"""What a ministry may answer: it looks into it, plans a release, keeps it closed, opened it."""

OPEN = "open"
USER, ANONYMOUS = "u", "a"
"""Kinds of ballots: of an account, of a browser."""

SUGGESTION = "suggestion:"
"""What the ballots of suggestions are kept under begins with this; no id of a record does."""

LONGEST_TITLE, LONGEST_TEXT = 200, 2000
"""Characters of a suggestion's title, and of what is said about it."""

_ID = re.compile(r"[0-9a-f]{32}")


class State(str, Enum):
    """What a voter sees of a record; the words of 2014's button."""

    VOTE = "vote"
    VOTED = "voted"
    OPENED = "opened"
    NONE = "none"
    """No record of the inventory, or one without an access level: nothing to vote on."""


def state_of(record_type: str, access_level: str, *, mine: bool) -> State:
    """Return the state of a record for a voter.

    Args:
        record_type: CKAN's type of the record.
        access_level: of the record.
        mine: whether the voter's ballot counts for it.
    """
    if record_type != "dataset":
        return State.NONE
    if access_level in VOTABLE:
        return State.VOTED if mine else State.VOTE
    return State.OPENED if access_level == OPEN else State.NONE


@dataclass(frozen=True)
class Subject:
    """A record, as much of it as voting asks for."""

    id: str
    name: str
    kind: str
    access_level: str
    """Of the record; ``""`` when only administrators see it: the public can't vote for it."""

    def state(self, *, mine: bool) -> State:
        """Return its state for somebody whose ballot counts for it, or does not."""
        return state_of(self.kind, self.access_level, mine=mine)


def subject_of(suggestion_id: str) -> str:
    """Return what the ballots of a suggestion are kept under, beside those of records."""
    return f"{SUGGESTION}{suggestion_id}"


def fingerprint(title: str) -> str:
    """Return what titles have in common that differ in spaces and capitals only."""
    words = " ".join(title.casefold().split())
    return hashlib.sha256(words.encode()).hexdigest()


# --- who votes -------------------------------------------------------------------------------


class Tampered(ValueError):
    """A cookie that this portal did not sign."""


def key_of(secret: str, kind: str, identity: str) -> str:
    """Return what a ballot is kept under: a keyed hash, which nobody without the key can undo.

    Args:
        secret: the portal's own secret for votes.
        kind: ``u`` or ``a``.
        identity: id of the account, or of the browser's cookie.
    """
    return hmac.new(secret.encode(), f"{kind}:{identity}".encode(), hashlib.sha256).hexdigest()


def new_id(secret: str, seed: str = "") -> str:
    """Return 128 bits for a new cookie: random, or the same for the same seed.

    A form that is sent twice at once carries no cookie yet; with the unguessable token of its
    session as the seed both are the same voter.
    """
    if not seed:
        return secrets.token_hex(16)
    return hmac.new(secret.encode(), f"seed:{seed}".encode(), hashlib.sha256).hexdigest()[:32]


def sealed(secret: str, browser_id: str) -> str:
    """Return the signed value of the cookie."""
    return _signer(secret).sign(browser_id).decode()


def opened(secret: str, value: str) -> str | None:
    """Return the id in a cookie; ``None`` when it is older than any browser should keep it.

    Raises:
        Tampered: when the signature is not ours.
    """
    try:
        found = _signer(secret).unsign(value, max_age=COOKIE_DAYS * 86400).decode()
    except SignatureExpired:
        return None
    except (BadSignature, UnicodeDecodeError) as err:
        raise Tampered from err
    if not _ID.fullmatch(found):
        raise Tampered
    return found


def _signer(secret: str) -> TimestampSigner:
    return TimestampSigner(secret, salt="ontario.votes.cookie", digest_method=hashlib.sha256)


# --- abuse -----------------------------------------------------------------------------------


def network_of(address: str) -> str:
    """Return the network that votes are limited by: /24, or /64 of IPv6; a text that is neither."""
    try:
        read = ipaddress.ip_address(address.strip())
    except ValueError:
        return "unknown"
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is not None:
        read = read.ipv4_mapped
    width = 24 if read.version == 4 else 64
    return str(ipaddress.ip_network(f"{read}/{width}", strict=False))


@dataclass(frozen=True)
class Pace:
    """How fast votes of one record came.

    Attributes:
        recent: votes of the last days.
        anonymous: how many of those are of browsers.
        before: votes of the days before.
        days: how many days ``recent`` covers.
        days_before: how many ``before`` covers.
    """

    recent: int
    anonymous: int
    before: int
    days: int
    days_before: int

    @property
    def factor(self) -> float:
        """How many times as fast as before; before counts as at least one vote."""
        usual = max(self.before, 1) / self.days_before
        return round(self.recent / self.days / usual, 1)

    @property
    def conspicuous(self) -> bool:
        """Whether somebody should look: many, much faster than usual, nearly all of browsers."""
        mostly = self.anonymous * 10 >= self.recent * 8
        return self.recent >= 20 and self.factor >= 5 and mostly


# --- what is asked ---------------------------------------------------------------------------


def day_of(text: object) -> date | None:
    """Return the day that ``YYYY-MM-DD`` names; ``None`` for nothing.

    Raises:
        ValueError: when it is anything else.
    """
    if text in (None, ""):
        return None
    return date.fromisoformat(str(text))


def oldest_kept(today: date, days: int) -> date:
    """Return the first day whose ballots are kept; never fewer days than a cookie lives.

    A ballot that goes while its cookie lives could be cast a second time.
    """
    return today - timedelta(days=max(days, COOKIE_DAYS))


def note_problem(note: Any) -> str | None:
    """Return the language that a public note lacks, or ``None`` when it has both."""
    texts: Mapping[str, Any] = note if isinstance(note, Mapping) else {}
    for language in ("en", "fr"):
        if not isinstance(texts.get(language), str) or not texts[language].strip():
            return language
    return None
