"""How often votes come: counted in Redis for each network and each voter, and never an address.

Networks are hashed with a salt that is made anew each day and kept in Redis alone, so that nobody
can tell afterwards which network it was. Past a limit nobody is locked out: the answer waits a
moment, the vote counts, and somebody looks at it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
from redis import Redis, RedisError

from ckanext.ontario.votes import ballots, config, domain

log = logging.getLogger(__name__)

HOUR = 3600
SALT_LASTS = 2 * 86400

_PATIENCE = 0.5
"""Seconds that Redis may take to answer before votes go on without it."""

_held = threading.BoundedSemaphore(2)
"""Answers of this process that may be held back at once: threads are few."""


@dataclass(frozen=True)
class Spent:
    """What counting a vote came to.

    Attributes:
        reason: the limit that is passed, ``network`` or ``voter``; ``""`` for none.
        batch: what ballots of the same network and day have in common; ``""`` without Redis.
    """

    reason: str = ""
    batch: str = ""


def spend(voter_key: str, address: str) -> Spent:
    """Count one vote.

    Args:
        voter_key: the voter's; ``""`` for a browser's first vote, which has no bucket yet.
        address: the client's, or ``""`` for commands.
    """
    if not address:
        return Spent()
    try:
        return _counted(voter_key, address)
    except RedisError as err:
        log.warning("Votes are not counted for limits, because Redis does not answer: %s", err)
    over = bool(voter_key) and ballots.cast_today(voter_key) >= config.voter_per_day()
    return Spent("voter" if over else "")


def suggested_too_often(address: str) -> bool:
    """Count one suggestion of a network; say whether it is one too many within the hour.

    Without Redis none is: how many wait for administrators is limited all the same.

    Args:
        address: the client's, or ``""`` for commands.
    """
    if not address:
        return False
    try:
        redis = _redis(str(tk.config["ckan.redis.url"]))
        name = _name("suggestions", _hashed(_salt(redis), domain.network_of(address)))
        with redis.pipeline(transaction=True) as together:
            together.set(name, 0, ex=HOUR, nx=True)
            together.incr(name)
            return int(together.execute()[1]) > config.suggestions_per_hour()
    except RedisError as err:
        log.warning("Suggestions are not counted, because Redis does not answer: %s", err)
        return False


def hold() -> None:
    """Hold this answer back for a moment, unless enough others are held back already."""
    if _held.acquire(blocking=False):
        try:
            time.sleep(config.delay_seconds())
        finally:
            _held.release()


def _counted(voter_key: str, address: str) -> Spent:
    redis = _redis(str(tk.config["ckan.redis.url"]))
    salt = _salt(redis)
    network = _hashed(salt, domain.network_of(address))
    buckets = [("network", network, config.network_per_hour())]
    if voter_key:
        buckets.append(("voter", _hashed(salt, voter_key), config.voter_per_hour()))
    with redis.pipeline(transaction=True) as together:
        for kind, subject, _most in buckets:
            together.set(_name(kind, subject), 0, ex=HOUR, nx=True)
            together.incr(_name(kind, subject))
        counted = together.execute()[1::2]
    over = [kind for (kind, _s, most), count in zip(buckets, counted, strict=True) if count > most]
    return Spent(over[0] if over else "", network)


def _salt(redis: Any) -> bytes:
    name = _name("salt", ballots.today().isoformat())
    with redis.pipeline(transaction=True) as together:
        together.set(name, secrets.token_hex(16), ex=SALT_LASTS, nx=True)
        together.get(name)
        return bytes(together.execute()[1])


def _hashed(salt: bytes, subject: str) -> str:
    return hmac.new(salt, subject.encode(), hashlib.sha256).hexdigest()[:32]


def _name(kind: str, subject: str) -> str:
    return f"ontario:votes:{tk.config['ckan.site_id']}:{kind}:{subject}"


@cache
def _redis(url: str) -> Any:
    return Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
