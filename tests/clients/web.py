"""A server that each client of the matrix understands: page, index, repository."""

import base64
import hashlib
import os
import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

from swarm.gate.certificates import Authority
from swarm.gate.websocket_frames import FrameReader

WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SOCKET_PAGE = b"""<p id=p>waiting</p><img src="/held"><script>
const sent = "hello ".repeat(200000);
const to = new WebSocket("wss://" + location.host + "/echo");
const tell = text => { p.textContent = text; fetch("/release"); };
to.onopen = () => to.send(sent);
to.onmessage = message => tell("echoed " + (message.data === sent));
to.onerror = () => tell("failed");
</script>"""
"""The page has loaded once the message came back: its image is held until then."""
WHEEL = "tiny-1.0-py3-none-any.whl"


class Web:
    """HTTPS on a free port of one address, with a certificate for good.test."""

    def __init__(self, address: str, folder: Path) -> None:
        (folder / "web-ca").mkdir()
        self.authority = Authority(folder / "web-ca")
        self.repository = folder / "repo.git"
        _git("init", "-q", "--bare", "-b", "main", str(self.repository))
        _git("-C", str(self.repository), "config", "http.receivepack", "true")
        _seed(self.repository, folder / "seed")
        authorizations = list[str]()
        bound = {"root": folder, "authorizations": authorizations}
        handler = type("Bound", (_Handler,), bound)
        self._server = _Server((address, 0), handler)
        context = self.authority.context("good.test")
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.authorizations = authorizations
        """What the index of packages was sent to prove who asks."""
        self.address, self.port = address, int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


def _seed(bare: Path, work: Path) -> None:
    _git("clone", "-q", str(bare), str(work))
    (work / "hello.txt").write_text("hello\n")
    _git("-C", str(work), "add", "-A")
    who = ("-c", "user.name=w", "-c", "user.email=w@example.invalid")
    _git("-C", str(work), *who, "commit", "-qm", "first")
    _git("-C", str(work), "push", "-q", "origin", "HEAD:main")


def _wheel() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        about = "tiny-1.0.dist-info"
        file.writestr("tiny.py", "said = 'hello'\n")
        file.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        )
        file.writestr(
            f"{about}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\n"
            "Tag: py3-none-any\n",
        )
        file.writestr(f"{about}/RECORD", "")
    return made.getvalue()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that does not trust us is a test's own doing."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root: Path
    authorizations: list[str]
    timeout = 30
    released = threading.Event()

    def log_message(self, *_: Any) -> None:
        """Nothing on the test's screen."""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/hello":
                self._reply("text/plain", b"hello\n")
            case "/-/ping":
                self._reply("application/json", b"{}")
            case "/simple/tiny/":
                self.authorizations.append(self.headers.get("authorization") or "")
                link = f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()
                self._reply("text/html", link)
            case path if path == f"/{WHEEL}":
                self._reply("application/octet-stream", _wheel())
            case path if path.startswith("/repo.git/"):
                self._git(b"")
            case "/socket":
                self._reply("text/html", SOCKET_PAGE)
            case "/echo":
                self._echo()
            case "/release":
                self.released.set()
                self._reply("text/plain", b"")
            case "/held":
                self.released.wait(self.timeout)
                self.released.clear()
                self._reply("image/png", b"")
            case _:
                self.send_error(404)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self._git(self.rfile.read(int(self.headers.get("content-length") or 0)))

    def _reply(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _echo(self) -> None:
        """A WebSocket that sends one message back, which may be of some megabytes."""
        key = (self.headers["sec-websocket-key"] + WEBSOCKET_GUID).encode()
        self.send_response(101)
        self.send_header("connection", "Upgrade")
        self.send_header("upgrade", "websocket")
        accept = base64.b64encode(hashlib.sha1(key).digest()).decode()
        self.send_header("sec-websocket-accept", accept)
        self.end_headers()
        reader, message = FrameReader(), b""
        while True:
            for piece in reader.feed(self.rfile.read1(65_536)):
                message += piece.plain()
                if piece.ends and piece.header.is_final:
                    head = b"\x81\x7f" + len(message).to_bytes(8)
                    self.wfile.write(head + message)
                    self.close_connection = True
                    return

    def _git(self, body: bytes) -> None:
        """As a forge does: git's own program behind a path."""
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("content-type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding") or "",
            "GIT_PROTOCOL": self.headers.get("git-protocol") or "",
            "REMOTE_USER": "somebody",
            "HOME": str(self.root),
        }
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            env=environment,
            capture_output=True,
            check=False,
        )
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        fields = [line.partition(b": ") for line in head.split(b"\r\n")]
        status = next((v for k, _, v in fields if k.lower() == b"status"), b"200")
        self.send_response(int(status.split()[0]))
        for key, _, value in fields:
            if key.lower() != b"status":
                self.send_header(key.decode(), value.decode())
        self.send_header("content-length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)
