"""Reads the files of a company's certificate authorities, and says what is wrong."""

import re
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path

from swarm.config import human_file

SIZE_LIMIT = 1 << 20
"""Bytes; every public root together has a quarter of that."""

_BLOCK = re.compile(
    r"-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----"
)
_LABEL = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")


class BadCertificate(ValueError):
    """The file is of no use as an authority; the message says why."""


def read(path: str) -> str:
    """The certificates of the file and nothing else of it, as PEM.

    A file may hold several, and words or a key beside them, as curl takes it. Those
    out of date are left out; BadCertificate if no other is there. What a certificate
    says of itself beyond that is OpenSSL's to judge when it meets it.
    """
    blocks = _BLOCK.findall(_content(path))
    faults = [_fault(block) for block in blocks]
    if all(faults):
        raise BadCertificate(faults[0])
    current = (block for block, fault in zip(blocks, faults, strict=True) if not fault)
    return "".join(f"{block}\n" for block in current)


def _content(path: str) -> str:
    try:
        file = Path(path).expanduser()
    except RuntimeError as error:
        raise BadCertificate("names a user who is not known here") from error
    if not file.is_absolute():
        raise BadCertificate("write the whole path, or one that begins with ~/")
    try:
        data = human_file.read(file, SIZE_LIMIT)
    except OSError as error:
        raise BadCertificate(f"cannot be read: {error.strerror}") from error
    text = data.decode("latin-1")
    if not _BLOCK.search(text):
        raise BadCertificate(_what_else(text))
    return text


def _what_else(text: str) -> str:
    """What a file without a certificate is."""
    labels = sorted(set(_LABEL.findall(text)))
    if any("PRIVATE KEY" in label for label in labels):
        return "is a private key, not a certificate"
    if labels == ["CERTIFICATE"]:
        return "is cut off: its certificate has no end"
    if labels:
        return f"holds {', '.join(labels)} and no CERTIFICATE"
    if text.startswith("0"):
        return (
            "is no PEM; if it is DER: openssl x509 -inform der -in FILE -out FILE.pem"
        )
    return "is no certificate in PEM (-----BEGIN CERTIFICATE-----)"


def _fault(block: str) -> str:
    """What makes a certificate useless; empty if it is in order."""
    try:
        der = ssl.PEM_cert_to_DER_cert(block)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=block)
        begins, ends = _validity(der)
    except (ssl.SSLError, ValueError, IndexError):
        return "holds a certificate that cannot be read"
    now = time.time()
    if ends < now:
        return f"has expired on {_day(ends)}"
    return f"is not valid before {_day(begins)}" if begins > now else ""


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def _validity(der: bytes) -> tuple[float, float]:
    """From when until when it is valid (RFC 5280, 4.1), in seconds of the epoch.

    OpenSSL has taken it already, so its outer form is in order.
    """
    _, at, _ = _element(der, 0)
    _, at, _ = _element(der, at)
    tag, _, end = _element(der, at)
    if tag == 0xA0:  # the version, which the oldest ones leave out
        _, _, end = _element(der, end)
    for _ in range(2):  # the algorithm and the issuer
        _, _, end = _element(der, end)
    _, at, _ = _element(der, end)
    begins = _element(der, at)
    ends = _element(der, begins[2])
    return _moment(der, *begins), _moment(der, *ends)


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """The tag of the element at an offset, and where its content begins and ends."""
    size, begin = der[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, begin = int.from_bytes(der[begin : begin + count], "big"), begin + count
    return der[at], begin, begin + size


def _moment(der: bytes, tag: int, begin: int, end: int) -> float:
    text = der[begin:end].decode("ascii").removesuffix("Z")
    if tag == 0x17:  # two digits of the year
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
