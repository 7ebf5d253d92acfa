"""What listens on this machine is found, and whether a container could see it."""

import socket
from pathlib import Path

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


def test_the_tables_are_read_as_the_kernel_writes_them(tmp_path: Path) -> None:
    """Both families, one port, and only those that listen."""
    tcp, tcp6 = tmp_path / "tcp", tmp_path / "tcp6"
    tcp.write_text(
        "  sl  local_address rem_address   st\n"
        "   0: 0100007F:0C38 00000000:0000 0A 0\n"
        "   1: 00000000:0C38 00000000:0000 0A 0\n"
        "   2: 0100007F:0C38 0100007F:9999 01 0\n"
        "   3: 0100007F:0C39 00000000:0000 0A 0\n"
    )
    tcp6.write_text(
        "  sl  local_address rem_address   st\n"
        "   0: 00000000000000000000000001000000:0C38 0:0000 0A 0\n"
    )
    files = (tcp, tcp6, tmp_path / "none")

    assert listening.addresses(3128, files) == frozenset(
        ("127.0.0.1", "0.0.0.0", "::1")
    )
