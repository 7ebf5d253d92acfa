"""The gate's own certificate authority: made once, its key never leaves the gate."""

import datetime
import os
import ssl
import time
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEARS = datetime.timedelta(days=730)
LEAF_DAYS = datetime.timedelta(days=30)
LEAF_SECONDS = 7 * 86_400.0
"""After which a host gets a new one: a gate may run for longer than a leaf lasts."""
CA_LEFT = datetime.timedelta(days=60)
"""A gate that starts with less than this begins with a new authority."""
EARLIER = datetime.timedelta(days=1)
"""Clocks differ."""


class Authority:
    """Signs a certificate for each host that is looked into."""

    def __init__(self, folder: Path) -> None:
        """Reads the key and certificate there, or makes them."""
        key, certificate = folder / "ca.key", folder / "ca.pem"
        if not (key.exists() and certificate.exists() and _lasts(certificate)):
            _make(key, certificate)
        self._key = _load_key(key.read_bytes())
        self.certificate = certificate.read_text(encoding="ascii")
        self._ca = x509.load_pem_x509_certificate(self.certificate.encode())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._kept = lru_cache(maxsize=512)(self._context)

    def context(self, host: str) -> ssl.SSLContext:
        """A server's context for one host; HTTP/1.1 is all that it offers."""
        return self._kept(host, int(time.time() // LEAF_SECONDS))

    def _context(self, host: str, _week: int) -> ssl.SSLContext:
        now = datetime.datetime.now(datetime.UTC)
        leaf = (
            x509.CertificateBuilder()
            .subject_name(_named("swarm gate"))
            .issuer_name(self._ca.subject)
            .public_key(self._leaf_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - EARLIER)
            .not_valid_after(now + LEAF_DAYS)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True
            )
            .add_extension(
                x509.BasicConstraints(ca=False, path_length=None), critical=True
            )
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
            .add_extension(_issuer(self._ca), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        chain = _pem(self._leaf_key) + leaf.public_bytes(serialization.Encoding.PEM)
        # OpenSSL takes a chain by a file's name alone; this one is only in memory.
        number = os.memfd_create("leaf")
        try:
            os.write(number, chain)
            context.load_cert_chain(f"/proc/self/fd/{number}")
        finally:
            os.close(number)
        return context


def check(certificates: tuple[str, ...]) -> None:
    """ssl.SSLError if one of them is none."""
    for text in certificates:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)


@lru_cache(maxsize=8)
def upstream_context(certificates: tuple[str, ...]) -> ssl.SSLContext:
    """A client's context: the system's roots, and the user's own where given.

    Made when it is first needed: each holds a megabyte of roots.
    """
    context = ssl.create_default_context()
    for text in certificates:
        context.load_verify_locations(cadata=text)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _lasts(certificate: Path) -> bool:
    known = x509.load_pem_x509_certificate(certificate.read_bytes())
    left = known.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return left > CA_LEFT


def _make(key_file: Path, certificate_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    name = _named("swarm gate CA (this machine only)")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    key_file.touch(mode=0o600)
    key_file.write_bytes(_pem(key))
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _issuer(ca: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    found = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found.value)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _load_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the gate's CA key is of another kind")
    return key
