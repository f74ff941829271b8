"""How many confirmations may be mailed: to an address, and asked for from a network."""

from __future__ import annotations

import hashlib
import hmac

import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis

from ckanext.ontario.votes import config, domain

HOUR = 3600
OF_ADDRESS, OF_NETWORK = 5, 60


class TooOften(Exception):
    """A limit is reached."""


def spend(email: str, client: str) -> None:
    """Count one confirmation; what is counted by is kept as a keyed hash, for an hour.

    Raises:
        TooOften: when there were too many within the hour.
        redis.RedisError: when nobody can count; the caller then refuses.
    """
    redis = connect_to_redis()
    over = False
    counted = (("address", email, OF_ADDRESS), ("network", domain.network_of(client), OF_NETWORK))
    for kind, subject, most in counted:
        key = f"ontario:votes:opening:{tk.config['ckan.site_id']}:{kind}:{_hashed(subject)}"
        with redis.pipeline(transaction=True) as both:
            both.set(key, 0, ex=HOUR, nx=True)
            both.incr(key)
            over = int(both.execute()[1]) > most or over
    if over:
        raise TooOften


def _hashed(subject: str) -> str:
    secret = config.secret().encode()
    return hmac.new(secret, f"opening:{subject}".encode(), hashlib.sha256).hexdigest()[:32]
