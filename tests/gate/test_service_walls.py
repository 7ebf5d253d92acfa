"""What a service could reach is told; on a plain machine some of it is open."""

import socket

import pytest

from swarm.gate import service_walls


def test_a_way_that_is_open_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not service_walls._is_refused("127.0.0.1", port)
    assert service_walls._is_refused("127.0.0.1", port)


def test_a_silence_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_walls, "SECONDS", 0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        port = mute.getsockname()[1]
        assert not service_walls._is_mute("127.0.0.1", port)
    assert service_walls._is_mute("127.0.0.1", port)
