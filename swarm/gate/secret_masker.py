"""Masks a secret's value in what a host sends back, in the forms that echoes have.

A host that reflects what it is sent (an error page, a debug route) would else hand the
real value to the sandbox. Searched for: the value itself, base64 (both alphabets, at
each offset), hex, percent and JSON escapes; over the borders of chunks. A part of the
value, or a coding of another kind, is not found.
"""

import base64
import copy
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator

_FEW_FORMS = 60
"""A value has about ten forms that differ, one with many signs twenty."""
LEAST_LENGTH = 8
"""Characters; a shorter value would mask words of ordinary answers."""


class SecretMasker:
    """Replaces each form of the values by asterisks of the same length."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for value in values for form in _forms(value)}
        # The longest first: a shorter form may be the beginning of a longer one.
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        self._longest = len(self._forms[0]) if self._forms else 0
        self._pattern = re.compile(b"|".join(map(re.escape, self._forms)) or b"(?!)")
        self._starts = _by_start(self._forms)
        self._first_bytes = frozenset(form[:1] for form in self._forms)
        self._held = b""
        self.count = 0
        """Occurrences so far."""

    def fresh(self) -> "SecretMasker":
        """One for another answer: making the forms anew takes half a millisecond."""
        other = copy.copy(self)
        other._held, other.count = b"", 0
        return other

    def feed(self, data: bytes) -> bytes:
        """The masked bytes; the end is held back while it may begin a form."""
        data = self._held + data
        if self._may_hold(data):
            data = self._pattern.sub(self._mask, data)
        keep = self._held_from(data)
        self._held = data[keep:]
        return data[:keep]

    def finish(self) -> bytes:
        """The bytes that were held back; nothing follows them."""
        held, self._held = self._held, b""
        return held

    def mask(self, data: bytes) -> bytes:
        """The masked bytes of something whole, such as a field."""
        return self._pattern.sub(self._mask, data)

    def _may_hold(self, data: bytes) -> bool:
        """False if no form is in the bytes: most answers hold none.

        Looking for a few forms one by one takes a tenth of the time of one expression.
        """
        if len(self._forms) > _FEW_FORMS:
            return True
        for form in self._forms:  # noqa: SIM110 - a generator takes half as long again
            if form in data:
                return True
        return False

    def _mask(self, found: "re.Match[bytes]") -> bytes:
        self.count += 1
        return b"*" * len(found[0])

    def _held_from(self, data: bytes) -> int:
        """The offset from which on the bytes may be the beginning of a form."""
        before = max(0, len(data) - self._longest + 1)
        tail = data[before:]
        held = len(tail) - (tail[-1:] in self._first_bytes)
        for start, forms in self._starts:
            at = tail.find(start)
            while 0 <= at < held:
                rest = tail[at:]
                if any(form.startswith(rest) for form in forms):
                    held = at
                at = tail.find(start, at + 1)
        return before + held


def _by_start(forms: Iterable[bytes]) -> tuple[tuple[bytes, list[bytes]], ...]:
    """The forms by their first two bytes, which few places of an answer have."""
    starts: dict[bytes, list[bytes]] = {}
    for form in forms:
        starts.setdefault(form[:2], []).append(form)
    return tuple(starts.items())


def _forms(value: str) -> Iterator[bytes]:
    plain = value.encode()
    if len(plain) < LEAST_LENGTH:
        return
    yield plain
    yield from _base64_forms(plain)
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for safe in ("", "/", "-._~/", "!*'()/"):
        quoted = urllib.parse.quote(value, safe=safe)
        yield quoted.encode()
        yield re.sub("%..", lambda found: found[0].lower(), quoted).encode()
        yield quoted.replace("%20", "+").encode()
    every = "".join(f"%{byte:02X}" for byte in plain)
    yield from (every.encode(), every.lower().encode())
    escaped = json.dumps(value)[1:-1]
    yield escaped.encode()
    yield escaped.replace("/", "\\/").encode()
    yield json.dumps(value, ensure_ascii=False)[1:-1].encode()
    for form in ("\\u{:04x}", "\\u{:04X}"):
        yield "".join(form.format(ord(each)) for each in value).encode()
    yield value.replace("&", "&amp;").replace("<", "&lt;").encode()


def _base64_forms(plain: bytes) -> Iterator[bytes]:
    """Its base64 at each offset in a group of three, without what neighbours share."""
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + plain).rstrip(b"=")
        first = -(-offset * 8 // 6)
        # The last sextet is whole only if the bytes end a group.
        last = len(coded) if (offset + len(plain)) % 3 == 0 else len(coded) - 1
        whole = coded[first:last]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))
