"""Parses host names strictly; refuses what two programs could read differently."""

import ipaddress
import re
from dataclasses import dataclass

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
NAME_LIMIT = 253

_STATE_LEVELS = {"ac", "co", "com", "edu", "gov", "net", "org"}
"""`*.co.uk` and the like are as wide as `*.com`."""

SHARED = (
    "amazonaws.com appspot.com azureedge.net azurewebsites.net blob.core.windows.net "
    "cloudfront.net firebaseapp.com fly.dev github.io gitlab.io googleapis.com "
    "googleusercontent.com herokuapp.com netlify.app ngrok.io ngrok-free.app "
    "onrender.com pages.dev r2.dev supabase.co vercel.app web.app windows.net "
    "workers.dev"
)
"""Suffixes below which anybody can have a name: a wildcard there allows anybody.

A floor for the gate, which has the standard library alone; on the host
`config/public_suffixes.py` has the whole list.
"""


class BadHost(ValueError):
    """The text is no host, or could be read as two; the message says why."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host name in lower case without a trailing dot, or an address."""

    name: str
    is_address: bool = False

    def __str__(self) -> str:
        return f"[{self.name}]" if ":" in self.name else self.name


def parse(text: str) -> Host:
    """The host that the text names; BadHost for anything with a second reading.

    Only ASCII: what is on the wire is punycode already. A name that ends in a number
    (`127.1`, `0x7f.1`, `2130706433`) is an address to some programs and none to
    others, so it is refused unless it is a plain dotted quad.
    """
    if not text.isascii():
        raise BadHost("not ASCII; an international name is written in punycode")
    if text.startswith("["):
        return _address6(text)
    name = text.lower().removesuffix(".")
    if not 0 < len(name) <= NAME_LIMIT:
        raise BadHost(f"empty, or longer than {NAME_LIMIT} characters")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _address4(name)
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise BadHost(f"{label[:70]!r} is no label of a host name")
    return Host(name)


def _address4(name: str) -> Host:
    try:
        address = ipaddress.IPv4Address(name)
    except ValueError:
        raise BadHost("an address in an ambiguous form") from None
    if str(address) != name:
        raise BadHost("an address in an ambiguous form")
    return Host(name, is_address=True)


def _address6(text: str) -> Host:
    if not text.endswith("]") or "%" in text:
        raise BadHost("no address in brackets, or one with a zone")
    try:
        return Host(str(ipaddress.IPv6Address(text[1:-1])), is_address=True)
    except ValueError:
        raise BadHost("no IPv6 address") from None


@dataclass(frozen=True, slots=True)
class Pattern:
    """`example.com` itself, or `*.example.com`: every name below it, not the apex."""

    name: str
    is_wildcard: bool = False
    is_address: bool = False

    def matches(self, host: Host) -> bool:
        """True if the rule speaks of this host."""
        if self.is_wildcard:
            return not host.is_address and host.name.endswith(f".{self.name}")
        return host.name == self.name and host.is_address == self.is_address

    def __str__(self) -> str:
        return f"*.{self.name}" if self.is_wildcard else self.name


def pattern(text: str) -> Pattern:
    """The pattern that a policy file names; BadHost if it is too wide or none."""
    if not text.startswith("*"):
        host = parse(text)
        return Pattern(host.name, is_address=host.is_address)
    if not text.startswith("*."):
        raise BadHost("a wildcard stands for whole labels: *.example.com")
    apex = parse(text[2:])
    if apex.is_address:
        raise BadHost("a wildcard before an address")
    labels = apex.name.split(".")
    if len(labels) < 2 or _is_state_level(labels):
        raise BadHost(f"*.{apex.name} allows a whole top-level domain")
    return Pattern(apex.name, is_wildcard=True)


def _is_state_level(labels: list[str]) -> bool:
    return len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _STATE_LEVELS


def is_shared(wildcard: Pattern) -> bool:
    """True if a wildcard stands where anybody can have a name."""
    return wildcard.is_wildcard and bool(shared_suffix(wildcard.name))


def shared_suffix(name: str) -> str:
    """The longest suffix of `SHARED` that holds the name; empty for none."""
    suffixes = (
        suffix for suffix in SHARED.split() if f".{name}".endswith(f".{suffix}")
    )
    return max(suffixes, key=len, default="")


def owner(name: str) -> str:
    """The domain that its owner registered, as well as that can be told by its form.

    Below a shared suffix that is one label more: `you.github.io` is not its neighbour.
    """
    labels = name.split(".")
    shared = shared_suffix(name)
    if shared:
        count = shared.count(".") + 2
    else:
        count = 3 if len(labels) > 2 and _is_state_level(labels[-2:]) else 2
    return ".".join(labels[-count:])
