"""Mutated bytes of a box's relay, and mutated heads of requests to a box's port."""

import h11

from swarm.gate.port_frames import (
    GRANT,
    HELLO,
    LARGEST,
    BadFrame,
    Frame,
    FrameReader,
    Kind,
)
from swarm.gate.port_guard import BadPlace, Place, place_from, refusal
from tests.fuzz_target import Broken, Target

PLACE = Place(3000, "t7.localhost:20112", ("t7.localhost:20113",))
_FRAMES = (
    HELLO
    + Frame(1, Kind.DATA, b"hello").encoded()
    + Frame(1, Kind.GRANT, GRANT.pack(5)).encoded()
    + Frame(1, Kind.END).encoded()
)
_OWN = b"GET / HTTP/1.1\r\nHost: t7.localhost:20112\r\nSec-Fetch-Site: none\r\n\r\n"
_EVIL = (
    b"GET / HTTP/1.1\r\nHost: t7.localhost:20112\r\nOrigin: http://t8.localhost:20128"
    b"\r\nSec-Fetch-Site: cross-site\r\nReferer: http://t8.localhost:20128/x\r\n\r\n"
)


def _frames(data: bytes) -> bool:
    try:
        whole = list(FrameReader().feed(data))
    except BadFrame:
        return False
    reader, pieces = FrameReader(), list[Frame]()
    for start in range(0, len(data), 7):
        pieces += reader.feed(data[start : start + 7])
    if pieces != whole:
        raise Broken("frames that depend on how they are cut")
    if any(len(frame.body) > LARGEST for frame in whole):
        raise Broken("a frame that is too long")
    return bool(whole)


def _head(data: bytes) -> bool:
    """What is let through names the port's own host, and no origin but its own."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    try:
        request = connection.next_event()
    except h11.RemoteProtocolError:
        return False
    if not isinstance(request, h11.Request):
        return False
    if refusal(request.target, request.headers, PLACE):
        return False
    values = [(bytes(name), bytes(value)) for name, value in request.headers]
    own = {f"http://{host}".encode() for host in (PLACE.host, *PLACE.peers)}
    hosts = [value.lower() for name, value in values if name == b"host"]
    if hosts != [PLACE.host.encode()]:
        raise Broken("another host was served")
    if any(name == b"origin" and value not in own for name, value in values):
        raise Broken("another origin was served")
    return True


def _place(data: bytes) -> bool:
    try:
        place = place_from(data)
    except BadPlace:
        return False
    if not 1 <= place.port <= 65535:
        raise Broken("no port")
    return True


TARGETS = (
    Target("frames of open ports", (_FRAMES,), _frames),
    Target("requests to open ports", (_OWN, _EVIL), _head),
    Target("places of open ports", (PLACE.encoded(),), _place),
)
