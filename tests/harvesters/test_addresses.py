"""Which addresses are on the open internet."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.harvest.addresses import allowed_hosts, is_public


@pytest.mark.parametrize("address", ["8.8.8.8", "142.106.1.1", "2001:4860:4860::8888"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),  # noqa: S104 -- an address to refuse
        *("169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
        *("2002:7f00:1::", "2002:a9fe:a9fe::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("2001:db8::1", "2001:0:7f00:1::", "localhost", "", "127.1"),
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_what_an_address_carries_counts(inner: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(f"::ffff:{inner}")
    if not is_public(str(inner)):
        assert not is_public(str(mapped))


def test_allowed_hosts_are_host_and_port() -> None:
    assert allowed_hosts("127.0.0.1:5000  Files.Example.ca:443 [::1]:80") == {
        ("127.0.0.1", 5000),
        ("files.example.ca", 443),
        ("::1", 80),
    }
    assert allowed_hosts(["a.ca:80"]) == {("a.ca", 80)}
    assert allowed_hosts("") == frozenset()


@pytest.mark.parametrize(
    "words", ["a.ca", "a.ca:", "a.ca:99999", "a.ca:0", "*:80", "http://a.ca:80", "10.0.0.0/8:80"]
)
def test_a_slip_never_widens_what_is_allowed(words: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        allowed_hosts(words)
