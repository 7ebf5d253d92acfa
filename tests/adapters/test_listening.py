"""What listens on this machine is found, and whether a container could see it."""

import socket

import pytest

from swarm.adapters import listening


@pytest.mark.parametrize(
    ("family", "address", "is_hidden"),
    [
        (socket.AF_INET, "127.0.0.1", True),
        (socket.AF_INET, "127.0.0.53", True),
        (socket.AF_INET, "0.0.0.0", False),
        (socket.AF_INET6, "::1", True),
        (socket.AF_INET6, "::", False),
    ],
)
def test_a_listener_is_found_by_its_port(
    family: socket.AddressFamily, address: str, is_hidden: bool
) -> None:
    with socket.socket(family) as listener:
        try:
            listener.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no such address")
        listener.listen()
        port = listener.getsockname()[1]

        assert listening.addresses(port) == frozenset({address})
        assert listening.is_loopback_only(port) is is_hidden


def test_a_port_that_nobody_listens_on_has_no_address() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]

        assert listening.addresses(port) == frozenset()
        assert not listening.is_loopback_only(port)
