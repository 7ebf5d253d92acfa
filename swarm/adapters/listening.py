"""Finds the addresses of this machine on which something listens for TCP."""

import ipaddress
import socket
import struct
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""The kernel's own lists of connections, of both families."""
_LISTEN = "0A"


def addresses(port: int, tables: tuple[Path, ...] = TABLES) -> frozenset[str] | None:
    """The local addresses that listen on the port; None if the system cannot say."""
    found, is_known = set(), False
    for table in tables:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except (OSError, ValueError):
            continue
        is_known = True
        for line in lines:
            _, local, _, state, *_ = line.split()
            address, _, number = local.partition(":")
            if state == _LISTEN and int(number, 16) == port:
                found.add(_address(address))
    return frozenset(found) if is_known else None


def is_loopback_only(port: int) -> bool:
    """True if something listens on the port, and on loopback alone."""
    found = addresses(port)
    return bool(found) and all(
        ipaddress.ip_address(one).is_loopback for one in found or ()
    )


def _address(text: str) -> str:
    """The address of the table's form: words of four bytes in this machine's order."""
    words = [int(text[at : at + 8], 16) for at in range(0, len(text), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    address = ipaddress.ip_address(socket.inet_ntop(family, packed))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
