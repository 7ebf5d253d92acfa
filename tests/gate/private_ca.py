"""Certificate authorities of companies, as they are and as they should not be."""

import datetime
import os
import ssl
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Signed:
    """A certificate with its key, and who signed it."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def server(self) -> ssl.SSLContext:
        """TLS of a server that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        number = os.memfd_create("chain")
        try:
            os.write(number, (self.key_pem + self.pem).encode())
            context.load_cert_chain(f"/proc/self/fd/{number}")
        finally:
            os.close(number)
        return context


def made(
    name: str,
    *extensions: x509.ExtensionType,
    by: Signed | None = None,
    days: tuple[int, int] = (-1, 30),
) -> Signed:
    """A certificate that `by` signed, or itself; valid between two days from now."""
    key, now = (
        ec.generate_private_key(ec.SECP256R1()),
        datetime.datetime.now(datetime.UTC),
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + DAY * days[0])
        .not_valid_after(now + DAY * days[1])
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Signed(builder.sign(by.key if by else key, hashes.SHA256()), key)


IS_CA = x509.BasicConstraints(ca=True, path_length=None)
NO_CA = x509.BasicConstraints(ca=False, path_length=None)


def company(name: str = "Company Root", days: tuple[int, int] = (-1, 30)) -> Signed:
    """A root as many companies have made one: without key usage or identifiers."""
    return made(name, IS_CA, days=days)


def leaf(by: Signed | None, host: str, days: tuple[int, int] = (-1, 30)) -> Signed:
    """A server's certificate; `host` may be several, with blanks between."""
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in host.split()])
    host = host.split()[0]
    return made(host, NO_CA, names, by=by, days=days)
