"""A Java key store of trusted certificates; the JVM reads no PEM.

The format is JKS, which every JDK reads: sun.security.provider.JavaKeyStore.
"""

import base64
import hashlib
import re
import struct

PASSWORD = "changeit"  # noqa: S105 - Java's own default; it guards nothing secret
_MAGIC, _VERSION, _TRUSTED = 0xFEEDFEED, 2, 2
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.S)


def jks(pem: str) -> bytes:
    """The store with every certificate of the text."""
    found = [base64.b64decode(body) for body in _PEM.findall(pem)]
    out = struct.pack(">III", _MAGIC, _VERSION, len(found))
    for number, der in enumerate(found):
        out += struct.pack(">I", _TRUSTED) + _utf(f"ca-{number}")
        out += struct.pack(">Q", 0) + _utf("X.509")
        out += struct.pack(">I", len(der)) + der
    seal = PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + out
    return out + hashlib.sha1(seal, usedforsecurity=False).digest()


def _utf(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data
