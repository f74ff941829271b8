"""How often may be registered: counted in Redis, for each address and each client."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis

HOUR = 3600


class TooOften(Exception):
    """A limit is reached; the same for addresses that are known and those that are not."""


def spend(counted: Iterable[tuple[str, str, int]]) -> None:
    """Count one attempt.

    Args:
        counted: kind, subject (an address, a client) and how often each may try in an hour.
            Subjects are kept as keyed hashes.

    Raises:
        TooOften: when one of them has tried too often within the hour.
        redis.RedisError: when nobody can count; the caller then refuses.
    """
    redis = connect_to_redis()
    over = False
    for kind, subject, most in counted:
        key = f"ontario:registration:{tk.config['ckan.site_id']}:{kind}:{_hashed(subject)}"
        with redis.pipeline(transaction=True) as both:
            both.set(key, 0, ex=HOUR, nx=True)
            both.incr(key)
            tried = int(both.execute()[1])
        over = over or tried > most
    if over:
        raise TooOften


def _hashed(subject: str) -> str:
    secret = str(tk.config["SECRET_KEY"]).encode()
    return hmac.new(secret, subject.strip().lower().encode(), hashlib.sha256).hexdigest()[:32]
