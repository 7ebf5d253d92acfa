"""Turns what a login draws into lines for a person: whole, once, and harmless."""

import re
from collections import deque
from urllib.parse import parse_qs, urlsplit

from swarm.model.safe_text import safe_line

_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])"
)
"""Control sequences of terminals, strings of them included."""
_URL = re.compile(r"https://[^\s\x00-\x20\x7f-\x9f<>\"'`|]{4,3000}")
_SPINNER = re.compile(r"^[\s⠀-⣿◐-◓✳✶✻✽·•*|/\\-]+")
REMEMBERED = 500
"""Lines; a program that draws its screen anew shows them again and again."""
LINE_LIMIT = 4000
PARTIAL_LIMIT = 1 << 16
LEAST_PORT = 1024


class LoginLines:
    """Turns what a program draws into lines, each shown once."""

    def __init__(self, sites: tuple[str, ...]) -> None:
        """`sites` are the hosts at which a person may sign in."""
        self._sites = sites
        self._partial = ""
        self._shown: deque[str] = deque(maxlen=REMEMBERED)
        self.url = ""
        """The newest https address of a sign-in site; empty if there was none."""

    def feed(self, text: str) -> list[str]:
        """The lines that are new, ready to be shown."""
        data = _SEQUENCE.sub("", (self._partial + text)[-PARTIAL_LIMIT:])
        *whole, rest = re.split(r"\r\n|\n|\r", data)
        if rest.endswith(("> ", ": ", "? ")):  # a question waits on its line
            whole, rest = [*whole, rest], ""
        self._partial = rest
        return [line for line in map(self._line, whole) if line]

    def _line(self, text: str) -> str:
        raw = _SPINNER.sub("", text).strip()
        line = safe_line(raw, LINE_LIMIT)
        if not line or line in self._shown:
            return ""
        self._shown.append(line)
        for found in _URL.findall(raw):
            if self._is_sign_in(found):
                self.url = found
        return line

    def _is_sign_in(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        is_plain = url.isascii() and not parts.username and port in (None, 443)
        return is_plain and any(
            host == site or host.endswith(f".{site}") for site in self._sites
        )

    @property
    def callback_port(self) -> int:
        """The loopback port that the sign-in leads back to; 0 if it leads to none."""
        for value in parse_qs(urlsplit(self.url).query).get("redirect_uri", ()):
            try:
                back = urlsplit(value)
                port = back.port or 0
            except ValueError:
                continue
            is_here = back.hostname in ("localhost", "127.0.0.1", "::1")
            if back.scheme == "http" and is_here and port >= LEAST_PORT:
                return port
        return 0
