"""An allowed name may lead to a public address only."""

import pytest

from swarm.policy import addresses
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
        ("100.64.0.1", Reason.ADDRESS_NOT_PUBLIC),
        ("224.0.0.1", Reason.ADDRESS_NOT_PUBLIC),
        ("0.0.0.0", Reason.ADDRESS_NOT_PUBLIC),
        ("198.18.0.1", Reason.ADDRESS_NOT_PUBLIC),
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


def test_a_network_with_host_bits_is_a_mistake() -> None:
    """It could be meant as the address or as the network."""
    with pytest.raises(ValueError, match="host bits"):
        addresses.network("10.1.2.3/8")
