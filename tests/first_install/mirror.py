"""A private mirror: one HTTPS server with a registry for each package tool."""

import base64
import hashlib
import json
import ssl
import threading
import urllib.parse
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from swarm.gate.certificates import Authority
from tests.first_install import packages
from tests.first_install.packages import CRATE, GROUP, NAME, TARBALL, VERSION, WHEEL

DOMAIN = "mirror.test"
FAMILIES = {"pnpm": "npm", "yarn": "npm", "poetry": "pip"}
"""Tools that read another one's settings."""
BASE = "https://base.invalid"
"""Stands in what the registries tell for the address that they were asked by."""


class Mirror:
    """Serves until closed; wants `token` in whatever form each tool sends one."""

    def __init__(
        self, address: str, folder: Path, gems: Mapping[str, bytes], token: str = ""
    ) -> None:
        self.authority = Authority(folder)
        self._server = _Server((address, 0), _Handler)
        self.port = int(self._server.server_address[1])
        self._server.files = {**registry_files(bool(token)), **gems}
        self._server.token = token
        context = self.authority.context(DOMAIN)
        context.sni_callback = self._certificate
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, tool: str) -> str:
        """The tool's own registry: no token of another's opens it."""
        return f"https://{host(tool)}:{self.port}"

    def _certificate(self, wire: ssl.SSLObject, name: str | None, _c: object) -> None:
        wire.context = self.authority.context(name or DOMAIN)

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for, each with its status."""
        return self._server.asked

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


def host(tool: str) -> str:
    """The name of the tool's registry."""
    return f"{FAMILIES.get(tool, tool)}.{DOMAIN}"


def registry_files(wants_token: bool) -> dict[str, bytes]:
    """All that the registries serve but the gems, by path."""
    go = f"/go/{packages.GO_MODULE}/@v"
    wheel = packages.wheel()
    digest = hashlib.sha256(wheel).hexdigest()
    link = f'<a href="/pypi/files/{WHEEL}#sha256={digest}">{WHEEL}</a>'
    info = {"Version": packages.GO_VERSION, "Time": "2020-01-01T00:00:00Z"}
    cargo: dict[str, Any] = {"dl": f"{BASE}/cargo/dl/{{crate}}-{{version}}.crate"}
    if wants_token:
        cargo["auth-required"] = True
    files = {
        f"/pypi/simple/{NAME}/": f"<!DOCTYPE html><body>{link}</body>".encode(),
        f"/pypi/files/{WHEEL}": wheel,
        f"/cargo/index/{NAME[:2]}/{NAME[2:4]}/{NAME}": packages.crate_line(),
        "/cargo/index/config.json": json.dumps(cargo).encode(),
        f"/cargo/dl/{CRATE}": packages.crate(),
        f"{go}/list": f"{packages.GO_VERSION}\n".encode(),
        f"{go}/{packages.GO_VERSION}.info": json.dumps(info).encode(),
        f"/go/{packages.GO_MODULE}/@latest": json.dumps(info).encode(),
        f"{go}/{packages.GO_VERSION}.mod": packages.go_mod().encode(),
        f"{go}/{packages.GO_VERSION}.zip": packages.go_zip(),
    }
    for name in (NAME, f"@corp/{NAME}"):
        files[f"/npm/{name}"] = packages.packument(name, BASE)
        files[f"/npm/{name}/-/{TARBALL}"] = packages.npm_tarball(name)
    return files | _maven_files()


def _maven_files() -> dict[str, bytes]:
    files = {}
    for name, packaging in ((NAME, "jar"), ("parent", "pom")):
        stem = f"/maven/{GROUP.replace('.', '/')}/{name}/{VERSION}/{name}-{VERSION}"
        files[f"{stem}.pom"] = packages.pom(name, packaging).encode()
        if packaging == "jar":
            files[f"{stem}.jar"] = packages.jar()
    sums = {
        f"{path}.sha1": hashlib.sha1(data).hexdigest().encode()
        for path, data in files.items()
    }
    return files | sums


def is_authorized(field: str, token: str) -> bool:
    """True if the Authorization field holds the token: bare, as Bearer, as Basic."""
    scheme, _, value = field.rpartition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return False
        return token in (user, password)
    return scheme.lower() in ("", "bearer", "token") and value == token


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.files: dict[str, bytes] = {}
        self.token = ""
        self.asked: list[str] = []

    def handle_error(self, *_: Any) -> None:
        """A client that does not trust us is a test's own doing."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: _Server

    def log_message(self, *_: Any) -> None:
        """Nothing on the test's screen."""

    def do_GET(self) -> None:
        path = urllib.parse.unquote(self.path.partition("?")[0])
        base = f"https://{self.headers.get('host')}".encode()
        body = self.server.files.get(path, b"").replace(BASE.encode(), base)
        status = 200 if path in self.server.files else 404
        field = self.headers.get("authorization") or ""
        if self.server.token and not is_authorized(field, self.server.token):
            status, body = 401, b""
        self.server.asked.append(f"{status} {path}")
        self.send_response(status)
        if status == 401:
            self.send_header("www-authenticate", 'Basic realm="mirror"')
        self.send_header("content-type", _kind(path))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET


def _kind(path: str) -> str:
    if path.startswith("/pypi/simple/"):
        return "text/html"
    is_text = path.startswith("/npm/") and not path.endswith(".tgz")
    return "application/json" if is_text else "application/octet-stream"
