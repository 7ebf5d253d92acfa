"""The relay as it runs in a net's container: a program on two pipes."""

import os
import subprocess
import sys

import pytest

from swarm.gate.port_frames import HELLO, Frame, FrameReader, Kind
from swarm.gate.port_guard import Place
from tests.engine.open_ports.relayed_box import answering, served
from tests.free_ports import free_port

ARGV = [sys.executable, "-m", "swarm.gate.port_relay"]


def said(*frames: Frame) -> tuple[int, list[Frame]]:
    """Status and frames of a relay that hears these, and then the end."""
    relay = subprocess.Popen(ARGV, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert relay.stdin
    assert relay.stdout
    reader, heard = FrameReader(), list[Frame]()
    with relay, relay.stdin, relay.stdout:
        relay.stdin.write(b"".join(frame.encoded() for frame in frames))
        relay.stdin.flush()
        is_opened = any(frame.kind is Kind.OPEN for frame in frames)
        while not is_opened or not _is_over(heard):
            data = os.read(relay.stdout.fileno(), 65536)
            if not data:
                break
            heard += reader.feed(data)
    return relay.wait(30), heard


def _is_over(heard: list[Frame]) -> bool:
    ends = (Kind.END, Kind.RESET)
    return any(frame.connection == 1 and frame.kind in ends for frame in heard)


def test_a_connection_is_carried_and_both_ends_are_told() -> None:
    with served(answering(b"answer")) as port:
        place = Place(port, is_raw=True).encoded()
        status, heard = said(
            Frame(1, Kind.OPEN, place), Frame(1, Kind.DATA, b"q"), Frame(1, Kind.END)
        )

    assert status == 0
    assert heard[0].encoded() == HELLO
    data = b"".join(frame.body for frame in heard if frame.kind is Kind.DATA)
    assert data == b"answer"
    assert Frame(1, Kind.END) in heard


def test_a_raw_port_where_nobody_listens_is_hung_up() -> None:
    place = Place(free_port(), is_raw=True).encoded()

    assert Frame(1, Kind.RESET) in said(Frame(1, Kind.OPEN, place))[1]


@pytest.mark.parametrize("body", [b"", b"{}", b'["x", "", [], false]', b"[0,0,0,0]"])
def test_what_is_no_place_is_hung_up(body: bytes) -> None:
    assert Frame(1, Kind.RESET) in said(Frame(1, Kind.OPEN, body))[1]


def test_what_are_no_frames_ends_it() -> None:
    assert said(Frame(1, Kind.GRANT, b"1"))[0] == 2
