"""The gate's own certificate authority: made once, its key never leaves the gate."""

import contextlib
import datetime
import ipaddress
import os
import ssl
import tempfile
import time
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_LIFETIME = datetime.timedelta(days=730)
LEAF_LIFETIME = datetime.timedelta(days=30)
LEAF_RENEWAL_SECONDS = 7 * 86_400.0
"""The time after which a host gets a new leaf: a gate may outlive one."""
CA_LEAST_REMAINING = datetime.timedelta(days=60)
"""A gate whose authority has less than this to live starts with a new one."""
CLOCK_SKEW = datetime.timedelta(days=1)
"""Certificates begin that much earlier, because clocks differ."""


class Authority:
    """Signs a certificate for each host whose TLS is intercepted."""

    def __init__(self, folder: Path) -> None:
        """Read the key and certificate from the folder, or make them."""
        self.certificate = authority(folder)
        self._key = _load_key((folder / "ca.key").read_bytes())
        self._ca = x509.load_pem_x509_certificate(self.certificate.encode())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._cached_context = lru_cache(maxsize=512)(self._make_context)

    def context(self, host: str, protocol: str = "http/1.1") -> ssl.SSLContext:
        """A server's context for one host; one protocol is all that it offers."""
        week = int(time.time() // LEAF_RENEWAL_SECONDS)
        return self._cached_context(host, protocol, week)

    def leaf(self, host: str) -> bytes:
        """A new certificate for one host behind its private key, as PEM."""
        now = datetime.datetime.now(datetime.UTC)
        leaf = (
            x509.CertificateBuilder()
            .subject_name(_common_name("swarm gate"))
            .issuer_name(self._ca.subject)
            .public_key(self._leaf_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCK_SKEW)
            .not_valid_after(now + LEAF_LIFETIME)
            .add_extension(
                x509.SubjectAlternativeName([_alternative_name(host)]), critical=True
            )
            .add_extension(
                x509.BasicConstraints(ca=False, path_length=None), critical=True
            )
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
            .add_extension(_authority_key(self._ca), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return _pem(self._leaf_key) + leaf.public_bytes(serialization.Encoding.PEM)

    def _make_context(self, host: str, protocol: str, _week: int) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols([protocol])
        # OpenSSL takes a chain by a file's name alone; this one is only in memory.
        number = os.memfd_create("leaf")
        try:
            os.write(number, self.leaf(host))
            context.load_cert_chain(f"/proc/self/fd/{number}")
        finally:
            os.close(number)
        return context


def authority(folder: Path) -> str:
    """The certificate of the authority in the folder, which is made if there is none.

    Its key is not read: the supervisor of the gate signs nothing.
    """
    key, certificate = folder / "ca.key", folder / "ca.pem"
    if not (key.exists() and certificate.exists() and _lasts_long_enough(certificate)):
        _make_ca(key, certificate)
    return certificate.read_text(encoding="ascii")


def check(certificates: tuple[str, ...]) -> None:
    """Raise ssl.SSLError if one of the texts is no certificate."""
    for text in certificates:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)


def rehearse() -> None:
    """Make a certificate and shake hands once, for processes that are forked from this.

    OpenSSL looks its algorithms up in its first handshake: half of the time that the
    first connection of a task would wait for.
    """
    with tempfile.TemporaryDirectory() as folder:
        mine = Authority(Path(folder))
        host, client = "rehearsal.invalid", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_verify_locations(cadata=mine.certificate)
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        sides = [
            client.wrap_bio(down, up, server_hostname=host),
            mine.context(host).wrap_bio(up, down, server_side=True),
        ]
        while sides:
            for side in tuple(sides):
                with contextlib.suppress(ssl.SSLWantReadError):
                    side.do_handshake()
                    sides.remove(side)


_LOADED_ROOTS: list[ssl.SSLContext] = []


def load_roots() -> None:
    """Load the system's roots ahead, for processes that are forked from this one.

    It takes 20 ms of a processor, which a task's first request would wait for.
    """
    _LOADED_ROOTS[:] = [ssl.create_default_context()]


@lru_cache(maxsize=8)
def upstream_context(certificates: tuple[str, ...]) -> ssl.SSLContext:
    """A client's context, which trusts the system's roots and the user's own.

    A private CA is taken as curl takes it: without the strict form of certificates
    that newer Pythons ask for, and as an anchor even if another one has signed it.
    Made when it is first needed: each holds a megabyte of roots. The first takes those
    that were loaded ahead, and no other does: what is added to them stays with them.
    """
    context = _LOADED_ROOTS.pop() if _LOADED_ROOTS else ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    for text in certificates:
        context.load_verify_locations(cadata=text)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _lasts_long_enough(certificate: Path) -> bool:
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    remaining = loaded.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return remaining > CA_LEAST_REMAINING


def _make_ca(key_file: Path, certificate_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    name = _common_name("swarm gate CA (this machine only)")
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
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    key_file.touch(mode=0o600)
    key_file.write_bytes(_pem(key))
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _authority_key(ca: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    key_identifier = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
        key_identifier.value
    )


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
