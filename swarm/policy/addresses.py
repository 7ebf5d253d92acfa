"""Vets the addresses that an allowed name leads to."""

import ipaddress
from collections.abc import Sequence

from swarm.policy.reasons import Reason

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_WRAPPERS = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("::/96"),
    ipaddress.IPv6Network("2001::/32"),
)
"""IPv6 that carries an IPv4 address: NAT64, IPv4-compatible, Teredo."""


def refuse(text: str, allowed: Sequence[Network] = ()) -> Reason | None:
    """The reason why nobody may connect there; None for a public address.

    Loopback, private, link-local, multicast, reserved and unspecified ones are not,
    nor is any form that carries an IPv4 address inside an IPv6 one.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return Reason.NOT_AN_ADDRESS
    if any(address in network for network in allowed):
        return None
    if isinstance(address, ipaddress.IPv6Address) and _carries_ipv4(address):
        return Reason.ADDRESS_IN_DISGUISE
    if address.is_multicast or not address.is_global or address.is_reserved:
        return Reason.ADDRESS_NOT_PUBLIC
    return None


def _carries_ipv4(address: ipaddress.IPv6Address) -> bool:
    if address.ipv4_mapped or address.sixtofour or address.teredo:
        return True
    return any(address in network for network in _WRAPPERS)


def network(text: str) -> Network:
    """The network that a policy file names; ValueError if it is none."""
    return ipaddress.ip_network(text)
