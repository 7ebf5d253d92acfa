"""Ports of the loopback."""

import socket

import pytest

from swarm.adapters import loopback_ports
from swarm.errors import ToolError
from tests.free_ports import free_port


def test_both_versions_of_the_loopback_are_listened_at() -> None:
    """The first that is free of the candidates, and the same one on both."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        free = free_port()
        port, sockets = loopback_ports.listen([number, free])
    names = {each.getsockname()[:2] for each in sockets}
    for each in sockets:
        each.close()

    assert port == free
    assert names <= {("127.0.0.1", free), ("::1", free)}
    assert ("127.0.0.1", free) in names


def test_none_that_is_free_is_a_sentence() -> None:
    """What was taken on the way is given back."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(ToolError, match=str(number)) as refused:
            loopback_ports.listen([number])
        assert "--at" in refused.value.hint
        with socket.create_server(("127.0.0.1", number)):
            pass
