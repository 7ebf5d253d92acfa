"""An allowed name may lead to a public address only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.policy import addresses
from swarm.policy.addresses import AddressKind
from swarm.policy.reasons import Reason


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111"])
def test_a_public_address_is_fine(address: str) -> None:
    assert addresses.refuse(address) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", Reason.ADDRESS_NOT_PUBLIC),
        ("10.1.2.3", Reason.ADDRESS_NOT_PUBLIC),
        ("169.254.169.254", Reason.ADDRESS_NOT_PUBLIC),
        ("100.64.0.1", Reason.ADDRESS_SHARED),
        ("100.127.255.254", Reason.ADDRESS_SHARED),
        ("224.0.0.1", Reason.ADDRESS_NOT_PUBLIC),
        ("0.0.0.0", Reason.ADDRESS_NOT_PUBLIC),
        ("198.18.0.1", Reason.ADDRESS_FAKE),
        ("198.19.255.254", Reason.ADDRESS_FAKE),
        ("fec0::1", Reason.ADDRESS_NOT_PUBLIC),
        ("192.0.2.1", Reason.ADDRESS_NOT_PUBLIC),
        ("100.100.100.200", Reason.ADDRESS_NOT_PUBLIC),
        ("168.63.129.16", Reason.ADDRESS_NOT_PUBLIC),
        ("fe80::1", Reason.ADDRESS_NOT_PUBLIC),
        ("fd00::1", Reason.ADDRESS_NOT_PUBLIC),
        ("ff0e::1", Reason.ADDRESS_NOT_PUBLIC),
        ("::ffff:1.1.1.1", Reason.ADDRESS_IN_DISGUISE),
        ("64:ff9b::101:101", Reason.ADDRESS_IN_DISGUISE),
        ("2002:101:101::1", Reason.ADDRESS_IN_DISGUISE),
        ("2001::1", Reason.ADDRESS_IN_DISGUISE),
        ("::1.1.1.1", Reason.ADDRESS_IN_DISGUISE),
        ("ok.example", Reason.NOT_AN_ADDRESS),
    ],
)
def test_another_address_is_refused(address: str, reason: Reason) -> None:
    assert addresses.refuse(address) is reason


def test_a_network_that_a_file_names_is_allowed() -> None:
    """And no address outside of it."""
    allowed = [addresses.network("10.0.0.0/8")]

    assert addresses.refuse("10.1.2.3", allowed) is None
    assert addresses.refuse("192.168.0.1", allowed) is Reason.ADDRESS_NOT_PUBLIC


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.9.9", "192.168.1.1", "fd00::1", "100.64.0.1", "198.18.0.5"],
)
def test_an_address_of_the_users_own_network_opens_with_private(address: str) -> None:
    assert addresses.kind(address).is_inside
    assert addresses.refuse(address, private=True) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "169.254.1.1",
        "169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "fe80::1",
        "224.0.0.1",
        "0.0.0.0",
        "::",
        "240.0.0.1",
        "192.0.2.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "none.example",
    ],
)
def test_what_is_never_open_stays_shut_with_private(address: str) -> None:
    """Loopback there is the gate itself; metadata hands out the machine's keys."""
    assert not addresses.kind(address).is_inside
    assert addresses.refuse(address, private=True) is not None


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("0.0.0.0/0", "127.0.0.1"),
        ("126.0.0.0/7", "127.0.0.1"),
        ("::/0", "::1"),
        ("::/0", "fe80::1"),
        ("0.0.0.0/0", "169.254.1.1"),
        ("169.254.0.0/16", "169.254.169.254"),
        ("100.64.0.0/10", "100.100.100.200"),
        ("fd00::/8", "fd00:ec2::254"),
        ("64:ff9b::/96", "64:ff9b::a9fe:a9fe"),
        ("::ffff:0:0/96", "::ffff:169.254.169.254"),
        ("2002::/16", "2002:a9fe:a9fe::1"),
    ],
)
def test_no_wide_network_opens_the_gate_itself_or_metadata(
    network: str, address: str
) -> None:
    """A wide line is not meant for it, whatever form the address has."""
    allowed = [addresses.network(network)]

    assert addresses.refuse(address, allowed) is Reason.ADDRESS_NOT_PUBLIC


@pytest.mark.parametrize("network", ["0.0.0.0/0", "0.0.0.0/8", "0.0.0.0/32", "::/0"])
@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:0.0.0.0",
        "::ffff:169.254.1.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
    ],
)
def test_no_wide_network_opens_another_form_of_loopback(
    network: str, address: str
) -> None:
    """The kernel connects the gate to itself by some of these."""
    assert addresses.refuse(address, [addresses.network(network)]) is not None


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("127.0.0.0/8", "127.0.0.1"),
        ("127.0.0.1/32", "127.0.0.1"),
        ("::1/128", "::1"),
        ("169.254.0.0/16", "169.254.1.1"),
        ("fe80::/10", "fe80::1"),
        ("0.0.0.0/0", "10.0.0.1"),
    ],
)
def test_a_network_of_its_own_kind_opens_an_address(network: str, address: str) -> None:
    assert addresses.refuse(address, [addresses.network(network)]) is None


@given(st.ip_addresses())
def test_private_opens_no_more_than_an_allowed_network_would(address: object) -> None:
    """Every address has one kind, and a reason unless it is public."""
    text = str(address)
    kind = addresses.kind(text)

    assert (addresses.refuse(text) is None) == (kind is AddressKind.PUBLIC)
    opened = addresses.refuse(text, private=True) is None
    assert opened == (kind is AddressKind.PUBLIC or kind.is_inside)


def test_a_network_with_host_bits_is_a_mistake() -> None:
    """It could be meant as the address or as the network."""
    with pytest.raises(ValueError, match="host bits"):
        addresses.network("10.1.2.3/8")
