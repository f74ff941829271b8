"""Which network addresses a harvest may reach.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_SPECIAL = tuple(
    ipaddress.ip_network(each)
    for each in (
        "168.63.129.16/32",  # a cloud's control plane behind a public address
        "192.0.0.0/24",  # special purposes; Python's own list differs from release to release
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ALLOWED = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\d{1,5})")


def is_public(address: str) -> bool:
    """Say whether ``address`` (numeric) is a machine on the open internet.

    Private, loopback, link-local, shared, multicast, reserved and metadata addresses are not, nor
    is an IPv6 address that carries one of them inside.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_open(each) for each in (ip, *_inside(ip)))


def allowed_hosts(words: str | Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return the ``host:port`` pairs of a configuration value.

    Raises:
        ValueError: naming the word that is none, so that a slip never widens what is allowed.
    """
    found: set[tuple[str, int]] = set()
    for word in words.split() if isinstance(words, str) else words:
        match = _ALLOWED.fullmatch(word.strip().lower())
        if match is None or not 0 < int(match[2]) < 65_536:
            raise ValueError(f"{word!r} is not of the form host:port")
        found.add((match[1].strip("[]"), int(match[2])))
    return frozenset(found)


def _is_open(ip: IPAddress) -> bool:
    if ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    return ip.is_global and not any(ip in network for network in _SPECIAL)


def _inside(ip: IPAddress) -> list[IPAddress]:
    """Return the IPv4 addresses that an IPv6 address leads to."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found: list[IPAddress | None] = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
