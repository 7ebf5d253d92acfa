"""A web outside of the sandbox that remembers everything it was sent."""

import contextlib
import re
import socket
import ssl
import threading
from pathlib import Path

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection

from swarm.gate.certificates import Authority

ECHO = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


class Web:
    """One port that speaks TLS or not, as the client begins; answers with its bytes."""

    def __init__(self, address: str, folder: Path) -> None:
        self.authority = Authority(folder)
        self._got: list[bytes] = []
        self._names: list[str] = []
        self._guard = threading.Lock()
        self._listener = socket.create_server((address, 0), backlog=512)
        self.address, self.port = self._listener.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nobody is served any more."""
        self._listener.close()

    def got(self, text: str | bytes) -> bool:
        """Whether these bytes arrived, in any connection."""
        wanted = text.encode() if isinstance(text, str) else text
        with self._guard:
            return any(wanted in data for data in self._got)

    def forget(self) -> None:
        """What came before counts no more."""
        with self._guard:
            self._got = [b"" for _ in self._got]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                threading.Thread(
                    target=self._serve, args=(caller,), daemon=True
                ).start()

    def _serve(self, caller: socket.socket) -> None:
        caller.settimeout(20)
        with contextlib.suppress(OSError), caller:
            first = caller.recv(1, socket.MSG_PEEK)
            if first == b"\x16":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.sni_callback = self._certificate
                with context.wrap_socket(caller, server_side=True) as inner:
                    if inner.selected_alpn_protocol() == "h2":
                        self._talk_http2(inner)
                    else:
                        self._talk(inner)
            elif first:
                self._talk(caller)

    def _certificate(self, wire: ssl.SSLObject, name: str | None, _c: object) -> None:
        context = self.authority.context(name or self.address)
        context.set_alpn_protocols(["h2", "http/1.1"])
        wire.context = context

    def _talk(self, wire: socket.socket) -> None:
        """Answer each piece with itself; `/slow` is drip-fed until the client goes."""
        place = len(self._got)
        with self._guard:
            self._got.append(b"")
        request = b""
        while data := wire.recv(65536):
            with self._guard:
                self._got[place] += data
            request += data
            if b"GET /slow" in request:
                self._drip(wire)
                return
            if _is_whole(request):
                wire.sendall(ECHO % (len(request), request))
                request = b""

    def _talk_http2(self, wire: socket.socket) -> None:
        """The same on streams; what came is kept as HTTP/1.1 would write it."""
        place = len(self._got)
        with self._guard:
            self._got.append(b"")
        speaker = H2Connection(
            H2Configuration(client_side=False, validate_inbound_headers=False)
        )
        speaker.initiate_connection()
        wire.sendall(speaker.data_to_send())
        requests: dict[int, bytes] = {}
        while data := wire.recv(65536):
            for event in speaker.receive_data(data):
                number = getattr(event, "stream_id", 0) or 0
                more = _as_http1(event)
                requests[number] = requests.get(number, b"") + more
                with self._guard:
                    self._got[place] += more
                if isinstance(event, events.DataReceived):
                    size = event.flow_controlled_length or 0
                    speaker.acknowledge_received_data(size, number)
                if isinstance(event, events.StreamEnded):
                    speaker.send_headers(number, [(b":status", b"200")])
                    speaker.send_data(number, requests[number][:2000], end_stream=True)
            wire.sendall(speaker.data_to_send())

    def _drip(self, wire: socket.socket) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        pause = threading.Event()
        for number in range(400):
            wire.sendall(b"tick %d\n" % number)
            pause.wait(0.05)


def _as_http1(event: events.Event) -> bytes:
    if isinstance(event, events.DataReceived):
        return bytes(event.data or b"")
    if not isinstance(event, events.RequestReceived):
        return b""
    pairs = [(bytes(key), bytes(value)) for key, value in event.headers or ()]
    named = dict(pairs)
    first = b"%s %s HTTP/1.1" % (named[b":method"], named[b":path"])
    lines = [
        b"%s: %s" % (key.title(), value) for key, value in pairs if key[:1] != b":"
    ]
    return b"\r\n".join(
        [first, b"Host: " + named.get(b":authority", b""), *lines, b"", b""]
    )


def _is_whole(request: bytes) -> bool:
    """A body as long as its head says; anything else is whole at once."""
    head, _, body = request.partition(b"\r\n\r\n")
    said = re.search(rb"(?i)content-length: (\d+)", head)
    return not said or len(body) >= int(said[1])
