"""Texts both ways over a WebSocket, and what a server may do wrong."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from swarm.box.websocket import MESSAGE_LIMIT, WebSocket
from tests.box.websocket_server import (
    CLOSE,
    PATIENCE,
    PING,
    PONG,
    TEXT,
    WebSocketServer,
    frame,
)


@contextmanager
def connected(folder: Path) -> Iterator[tuple[WebSocketServer, WebSocket]]:
    """A client and its server, after the handshake."""
    with WebSocketServer(folder) as server:
        taking = threading.Thread(target=server.accept)
        taking.start()
        with closing(WebSocket(str(server.path), PATIENCE)) as client:
            taking.join()
            yield server, client


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 200_000])
def test_texts_of_any_length_go_both_ways(tmp_path: Path, size: int) -> None:
    with connected(tmp_path) as (server, client):
        text = "é" + "x" * size
        sending = threading.Thread(target=client.send, args=(text,))
        sending.start()
        assert server.hears() == (TEXT, text.encode())
        sending.join()

        sending = threading.Thread(target=server.send, args=(frame(text.encode()),))
        sending.start()
        assert client.receive() == text.encode()
        sending.join()


def test_a_text_in_pieces_is_one_text_and_a_ping_between_them_is_answered(
    tmp_path: Path,
) -> None:
    with connected(tmp_path) as (server, client):
        server.send(frame(b"one ", is_last=False))
        server.send(frame(b"still there?", PING))
        server.send(frame(b"two", kind=0))

        assert client.receive() == b"one two"
        assert server.hears() == (PONG, b"still there?")


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_text_of_a_hundred_megabytes_is_thrown_away(
    tmp_path: Path, pieces: int
) -> None:
    """Whole or in pieces; the next one is read."""
    size = (100 << 20) // pieces
    assert size > MESSAGE_LIMIT

    def flood(server: WebSocketServer) -> None:
        for number in range(pieces):
            data = frame(bytes(size), 0 if number else TEXT, number == pieces - 1)
            server.send(data)
        server.send(frame(b"next"))

    with connected(tmp_path) as (server, client):
        sending = threading.Thread(target=flood, args=(server,))
        sending.start()
        assert client.receive() == b""
        assert client.receive() == b"next"
        sending.join()


def test_an_end_is_told(tmp_path: Path) -> None:
    with connected(tmp_path) as (server, client):
        server.send(frame(b"", CLOSE))

        assert client.receive() is None


@pytest.mark.parametrize(
    "data",
    [b"\x81\x85abcdefghi", b"\x89\x7e\x00\xff", b"\x81\x05abc", b"\x81\x7f\x00"],
    ids=["masked", "long ping", "cut off", "size cut off"],
)
def test_what_is_no_frame_ends_the_connection(tmp_path: Path, data: bytes) -> None:
    with connected(tmp_path) as (server, client):
        server.send(data)
        server.hang_up()

        with pytest.raises(OSError, match=r"hung up|masks|too long"):
            client.receive()


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 404 Not Found\r\n\r\n", b"\n", b"x\r\n" * 200]
)
def test_a_server_of_another_kind_is_refused(tmp_path: Path, answer: bytes) -> None:
    with WebSocketServer(tmp_path) as server:
        taking = threading.Thread(target=server.accept, args=(answer,))
        taking.start()
        with pytest.raises(OSError, match="no WebSocket server"):
            WebSocket(str(server.path), PATIENCE)
        taking.join()


def test_without_a_server_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WebSocket(str(tmp_path / "none"), PATIENCE)
