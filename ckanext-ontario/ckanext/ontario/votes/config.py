"""Typed readers of the votes' configuration, one per option."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

KEY_OPTION = "ckanext.ontario.votes.secret"
NETWORK_PER_HOUR = "ckanext.ontario.votes.network_per_hour"
VOTER_PER_HOUR = "ckanext.ontario.votes.voter_per_hour"
VOTER_PER_DAY = "ckanext.ontario.votes.voter_per_day"
DELAY = "ckanext.ontario.votes.delay_milliseconds"
BALLOT_DAYS = "ckanext.ontario.votes.ballot_days"
ABSENT_DAYS = "ckanext.ontario.votes.absent_days"
SUGGESTIONS_PER_HOUR = "ckanext.ontario.votes.suggestions_per_hour"
SUGGESTIONS_WAITING = "ckanext.ontario.votes.suggestions_waiting"
REMIND_TOP = "ckanext.ontario.votes.remind_top"
PUBLIC_URL = "ckanext.ontario.publication.public_url"
SUBSCRIPTION_DAYS = "ckanext.ontario.votes.subscription_days"

SHORTEST_SECRET = 32


def secret() -> str:
    """Return the key that voters are hashed with."""
    return str(tk.config.get(KEY_OPTION) or "")


def network_per_hour() -> int:
    """Return how many votes of one network within an hour nobody need look at."""
    return int(tk.config[NETWORK_PER_HOUR])


def voter_per_hour() -> int:
    """Return how many votes of one voter within an hour nobody need look at."""
    return int(tk.config[VOTER_PER_HOUR])


def voter_per_day() -> int:
    """Return the same for a day, which counts while Redis is away."""
    return int(tk.config[VOTER_PER_DAY])


def delay_seconds() -> float:
    """Return for how long an answer past a limit is held back."""
    return int(tk.config[DELAY]) / 1000


def ballot_days() -> int:
    """Return for how many days ballots are kept."""
    return int(tk.config[BALLOT_DAYS])


def absent_days() -> int:
    """Return for how many days votes wait for a withdrawn record to come back."""
    return int(tk.config[ABSENT_DAYS])


def suggestions_per_hour() -> int:
    """Return how many suggestions one network may send within an hour."""
    return int(tk.config[SUGGESTIONS_PER_HOUR])


def suggestions_waiting() -> int:
    """Return how many suggestions may wait for administrators before no more are taken."""
    return int(tk.config[SUGGESTIONS_WAITING])


def remind_top() -> int:
    """Return how many of the most wanted datasets ministries are reminded to answer; 0 for none."""
    return int(tk.config[REMIND_TOP])


def public_url() -> str:
    """Return where the public portal is reached, without a slash at the end; empty for nowhere."""
    return str(tk.config.get(PUBLIC_URL) or "").rstrip("/")


def subscription_days() -> int:
    """Return for how many days an address waits to be confirmed."""
    return int(tk.config[SUBSCRIPTION_DAYS])
