"""Vets the addresses that an allowed name leads to, and says what each of them is."""

import ipaddress
from collections.abc import Sequence
from enum import Enum

from swarm.policy.reasons import Reason

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SHARED_SPACE = ipaddress.IPv4Network("100.64.0.0/10")
"""Between a provider and its customers (RFC 6598); overlay networks number in it."""
FAKE_SPACE = ipaddress.IPv4Network("198.18.0.0/15")
"""For benchmarks (RFC 2544); some VPN and proxy clients answer every name with it."""
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            "100.100.100.200",
            "168.63.129.16",
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "192.0.0.192",
            "fd00:ec2::23",
            "fd00:ec2::254",
            "fd20:ce::254",
        ),
    )
)
"""Where clouds hand out the machine's own credentials: nothing opens these."""
_WRAPPERS = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("::/96"),
    ipaddress.IPv6Network("2001::/32"),
)
"""IPv6 that carries an IPv4 address: NAT64, IPv4-compatible, Teredo."""


class AddressKind(Enum):
    """What an address is; its value are the words for a human."""

    PUBLIC = "a public address"
    PRIVATE = "a private address"
    SHARED = "in shared address space (100.64.0.0/10), as overlay networks use it"
    FAKE = "a made-up address (198.18.0.0/15), as some VPN and proxy clients answer"
    METADATA = "the cloud's metadata service"
    LOOPBACK = "loopback: there it is the gate itself"
    LINK_LOCAL = "link-local"
    DISGUISED = "an IPv4 address inside an IPv6 one"
    OTHER = "multicast, reserved or unspecified"
    NONE = "no address"

    @property
    def is_inside(self) -> bool:
        """True for what a rule with `allow_private` opens."""
        return self in (AddressKind.PRIVATE, AddressKind.SHARED, AddressKind.FAKE)


_SPACES: tuple[tuple[Network, AddressKind], ...] = (
    (FAKE_SPACE, AddressKind.FAKE),
    (SHARED_SPACE, AddressKind.SHARED),
    (ipaddress.IPv4Network("169.254.0.0/16"), AddressKind.LINK_LOCAL),
    (ipaddress.IPv6Network("fe80::/10"), AddressKind.LINK_LOCAL),
    *(
        (ipaddress.ip_network(text), AddressKind.PRIVATE)
        for text in (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "fc00::/7",
            "fec0::/10",
        )
    ),
)
_REASONS = {
    AddressKind.PUBLIC: None,
    AddressKind.SHARED: Reason.ADDRESS_SHARED,
    AddressKind.FAKE: Reason.ADDRESS_FAKE,
    AddressKind.DISGUISED: Reason.ADDRESS_IN_DISGUISE,
    AddressKind.NONE: Reason.NOT_AN_ADDRESS,
}


def kind(text: str) -> AddressKind:
    """The kind of an address in its usual form."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return AddressKind.NONE
    return _kind(address)


def _kind(address: Address) -> AddressKind:
    if address in METADATA or _carried_ipv4(address) in METADATA:
        return AddressKind.METADATA
    if address.is_loopback:
        return AddressKind.LOOPBACK
    if isinstance(address, ipaddress.IPv6Address) and _carries_ipv4(address):
        return AddressKind.DISGUISED
    for network, found in _SPACES:
        if address in network:
            return found
    if address.is_multicast or address.is_reserved or not address.is_global:
        return AddressKind.OTHER
    return AddressKind.PUBLIC


def refuse(
    text: str, allowed: Sequence[Network] = (), private: bool = False
) -> Reason | None:
    """The reason why nobody may connect there; None if somebody may.

    A public address passes, one of the `allowed` networks, and with `private` one of
    the user's own network. Metadata never passes; loopback and link-local ones need a
    network of their own kind.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return Reason.NOT_AN_ADDRESS
    found = _kind(address)
    if any(address in net and _is_meant_by(net, address, found) for net in allowed):
        return None
    if private and found.is_inside:
        return None
    return _REASONS.get(found, Reason.ADDRESS_NOT_PUBLIC)


def is_address(text: str) -> bool:
    """True for an address without brackets, false for a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_meant_by(net: Network, address: Address, found: AddressKind) -> bool:
    """True if a network that holds an address of this kind was written for it.

    A wide one is not meant for the gate itself or for link-local addresses, and none
    for metadata or for another form of these: the kernel takes the unspecified address
    for loopback, and `::ffff:127.0.0.1` too.
    """
    carried = _carried_ipv4(address)
    if address.is_unspecified or (carried and _is_of_one_machine(carried)):
        return False
    if found is AddressKind.LOOPBACK:
        return net.is_loopback
    if found is AddressKind.LINK_LOCAL:
        return net.is_link_local
    return found is not AddressKind.METADATA


def _is_of_one_machine(address: ipaddress.IPv4Address) -> bool:
    return address.is_loopback or address.is_link_local or address.is_unspecified


def _carries_ipv4(address: ipaddress.IPv6Address) -> bool:
    if address.ipv4_mapped or address.sixtofour or address.teredo:
        return True
    return any(address in network for network in _WRAPPERS)


def _carried_ipv4(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a gateway of the network would make of an IPv6 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if any(address in network for network in _WRAPPERS[:3]):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def network(text: str) -> Network:
    """The network that a policy file names; ValueError if it is none."""
    return ipaddress.ip_network(text)
