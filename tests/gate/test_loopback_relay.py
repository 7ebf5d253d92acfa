"""Tests of the box's end of a pipe."""

import os
import socket
import threading

import pytest

from swarm.gate import loopback_relay


def served(answer: bytes = b"", reads: bool = True) -> int:
    """The port of a server of one connection, which says what it heard, and more."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as wire:
            heard = b""
            while reads and (data := wire.recv(65536)):
                heard += data
            wire.sendall(heard + answer)

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def relayed(port: int, data: bytes) -> tuple[int, bytes]:
    """Status and output of one relay."""
    source, feed = os.pipe()
    with open(feed, "wb") as writer:  # noqa: PTH123 - a descriptor
        writer.write(data)
    out, sink = os.pipe()
    status = loopback_relay.relay(port, source, sink)
    os.close(sink)
    with open(out, "rb") as reader:  # noqa: PTH123 - a descriptor
        return status, reader.read()


def test_both_ways_are_carried_to_their_ends() -> None:
    """The end of what is sent reaches the program, and its answer comes back."""
    assert relayed(served(b"!"), b"hello") == (0, b"hello!")


def test_a_port_where_nothing_listens_is_a_status() -> None:
    """No traceback goes into the pipe."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))

        assert relayed(bound.getsockname()[1], b"x") == (1, b"")


def test_what_is_carried_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that says more than a call-back does is cut off."""
    monkeypatch.setattr(loopback_relay, "BYTES_LIMIT", 1000)
    status, data = relayed(served(b"x" * 30_000, reads=False), b"")

    assert status in (0, 2)
    assert len(data) <= 1000 + 65536


@pytest.mark.parametrize(
    "words", [[], ["x"], ["80"], ["70000"], ["-1"], ["8080", "x"], ["٣٤٥٦"], [""]]
)
def test_another_word_than_a_port_is_refused(words: list[str]) -> None:
    """Nothing is connected to."""
    assert loopback_relay.main(words) == 3
