"""A company's authority is read as curl reads it, or refused with the reason."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config import certificate_files
from swarm.config.certificate_files import BadCertificate
from tests.gate import private_ca
from tests.gate.private_ca import company, leaf

ROOT = company()
EXPIRED = company("Old Root", days=(-400, -2))
FUTURE = company("New Root", days=(5, 400))
DAY_BEFORE = datetime.datetime.now(datetime.UTC) - 2 * private_ca.DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROOT.pem, ROOT.pem),
        (ROOT.pem.replace("\n", "\r\n"), ROOT.pem),
        ("\ufeff" + ROOT.pem, ROOT.pem),
        (f"# Főtanúsítvány\n{ROOT.pem}", ROOT.pem),
        (f"Subject: CN=x\n{ROOT.pem}trailing words", ROOT.pem),
        (ROOT.pem + ROOT.key_pem, ROOT.pem),
        (EXPIRED.pem + ROOT.pem, ROOT.pem),
        (leaf(ROOT, "a.test").pem, None),
        (leaf(None, "a.test").pem, None),
    ],
)
def test_what_curl_takes_is_taken(
    tmp_path: Path, text: str, expected: str | None
) -> None:
    """Certificates alone go to the gate: not the words, and never a key."""
    file = tmp_path / "ca.pem"
    file.write_text(text, encoding="utf-8", newline="")

    got = certificate_files.read(str(file)).replace("\r\n", "\n")

    assert got == (expected or text)


def test_a_file_may_hold_several(tmp_path: Path) -> None:
    other = company("Second Root")
    file = tmp_path / "bundle.pem"
    file.write_text(ROOT.pem + other.pem)

    assert certificate_files.read(str(file)) == ROOT.pem + other.pem


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no certificate in PEM"),
        (b"PEM", "is no certificate in PEM"),
        (b"<html>Sign in</html>", "is no certificate in PEM"),
        (ROOT.key_pem.encode(), "is a private key, not a certificate"),
        (ROOT.pem.encode()[:200], "is cut off"),
        (
            b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n",
            "holds CERTIFICATE REQUEST and no CERTIFICATE",
        ),
        (b"0\x82\x01\x01binary", "openssl x509 -inform der"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "holds a certificate that cannot be read",
        ),
        (EXPIRED.pem.encode(), f"has expired on {DAY_BEFORE:%Y-%m-%d}"),
        (leaf(None, "a.test", days=(-9, -2)).pem.encode(), "has expired on"),
        (FUTURE.pem.encode(), "is not valid before"),
        (ROOT.pem.encode() + b"#" * (1 << 20), "is larger than 1 MiB"),
    ],
)
def test_what_is_of_no_use_is_refused_with_the_reason(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(data)

    with pytest.raises(BadCertificate) as refused:
        certificate_files.read(str(file))

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("ca.pem", "write the whole path"), ("/", "cannot be read"), ("/none", "No such")],
)
def test_a_path_that_leads_nowhere_is_refused(path: str, reason: str) -> None:
    with pytest.raises(BadCertificate, match=reason):
        certificate_files.read(path)


@given(st.binary(max_size=400))
def test_any_bytes_are_certificates_or_refused(data: bytes) -> None:
    """Never another error, whether they stand alone or where a certificate should."""
    import base64  # noqa: PLC0415 - for this one test
    import tempfile  # noqa: PLC0415 - one file for each example

    inner = base64.encodebytes(data).decode()
    block = f"-----BEGIN CERTIFICATE-----\n{inner}-----END CERTIFICATE-----\n"
    for content in (data, block.encode()):
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(content)
            with pytest.raises(BadCertificate):
                certificate_files.read(file.name)
