"""Which addresses an allowed name may lead to."""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_WRAPPERS = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("::/96"),
    ipaddress.IPv6Network("2001::/32"),
)
"""IPv6 that carries an IPv4 address: NAT64, IPv4-compatible, Teredo."""


def refuse(text: str, allowed: Sequence[Network] = ()) -> str:
    """Why nobody may connect there; empty where it is a public address.

    Loopback, private, link-local, multicast, reserved and unspecified ones are not,
    nor is any form that carries an IPv4 address inside an IPv6 one.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "not-an-address"
    if any(address in network for network in allowed):
        return ""
    if isinstance(address, ipaddress.IPv6Address) and _carries4(address):
        return "address-in-disguise"
    if address.is_multicast or not address.is_global or address.is_reserved:
        return "address-not-public"
    return ""


def _carries4(address: ipaddress.IPv6Address) -> bool:
    if address.ipv4_mapped or address.sixtofour or address.teredo:
        return True
    return any(address in network for network in _WRAPPERS)


def network(text: str) -> Network:
    """The network that a policy file names; ValueError where it is none."""
    return ipaddress.ip_network(text)
