"""Matches hosts against `NO_PROXY` as curl does, and with ports, as others do."""

import ipaddress
from collections.abc import Iterable

EVERYTHING = "*"


def entries(text: str) -> tuple[str, ...]:
    """The entries of a variable's text, which commas or white space part."""
    return tuple(text.replace(",", " ").split())


def matches(no_proxy: Iterable[str], host: str, port: int) -> bool:
    """True if the host is reached without the proxy.

    `host` is a name or an address without brackets. An entry is `*`, a name that stands
    for itself and all below it (a dot or `*.` before it changes nothing), an address,
    or a network such as `10.0.0.0/8`; each may end in a port. A network matches
    addresses alone: no name is resolved. An entry that makes no sense matches nothing.
    """
    name = host.lower().rstrip(".")
    address = _address(name)
    return any(_matches(entry, name, address, port) for entry in no_proxy)


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _matches(entry: str, name: str, address: _Address | None, port: int) -> bool:
    pattern, only_port = _split(entry.lower())
    if only_port not in ("", str(port)):
        return False
    if pattern == EVERYTHING:
        return True
    if address:
        return _holds(pattern, address)
    pattern = pattern.removeprefix("*").removeprefix(".").rstrip(".")
    return bool(pattern) and (name == pattern or name.endswith(f".{pattern}"))


def _split(entry: str) -> tuple[str, str]:
    """Pattern and port; the port is empty if none is named."""
    if entry.startswith("["):
        pattern, _, port = entry[1:].partition("]")
        return pattern, port.removeprefix(":")
    if entry.count(":") == 1:
        pattern, _, port = entry.partition(":")
        return pattern, port
    return entry, ""  # a bare IPv6 address, or no port


def _holds(pattern: str, address: _Address) -> bool:
    try:
        return address in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return False


def _address(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
