"""The gate's authority outlives no client's patience."""

import asyncio
import contextlib
import datetime
import shutil
import ssl
import tempfile
from pathlib import Path

import pytest
from cryptography import x509

from swarm.gate import certificates
from swarm.gate.certificates import Authority
from tests.gate import private_ca
from tests.gate.gate_harness import web


def test_an_authority_is_kept_from_start_to_start(tmp_path: Path) -> None:
    """Sandboxes at work trust it."""
    assert Authority(tmp_path).certificate == Authority(tmp_path).certificate


def test_one_that_ends_soon_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate that starts with it would sign what no client takes."""
    with monkeypatch.context() as short:
        short.setattr(certificates, "CA_LIFETIME", datetime.timedelta(days=59))
        first = Authority(tmp_path).certificate

    second = Authority(tmp_path).certificate

    ends = x509.load_pem_x509_certificate(second.encode()).not_valid_after_utc
    assert second != first
    assert ends - datetime.datetime.now(datetime.UTC) > certificates.CA_LEAST_REMAINING


def test_a_host_gets_another_leaf_before_its_own_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate may run for longer than a leaf lasts; within a week it is the same."""
    authority, now = Authority(tmp_path), [1_000_000_000.0]
    monkeypatch.setattr("swarm.gate.certificates.time.time", lambda: now[0])
    first = authority.context("a.test")
    now[0] += 60
    same = authority.context("a.test")
    now[0] += certificates.LEAF_RENEWAL_SECONDS
    later = authority.context("a.test")

    assert isinstance(first, ssl.SSLContext)
    assert (same is first, later is first) == (True, False)
    assert (
        certificates.LEAF_LIFETIME.total_seconds()
        > certificates.LEAF_RENEWAL_SECONDS * 2
    )


ROOT = private_ca.company()
SECOND = private_ca.company("Second Root")
BETWEEN = private_ca.made("Between", private_ca.IS_CA, by=ROOT)
BY_ROOT = private_ca.leaf(ROOT, "mirror.corp")
BY_BETWEEN = private_ca.leaf(BETWEEN, "mirror.corp")
ALONE = private_ca.leaf(None, "mirror.corp")
ANCHORS = {
    "a root without key usage": (ROOT.pem, BY_ROOT, True),
    "two roots in one file": (SECOND.pem + ROOT.pem, BY_ROOT, True),
    "an intermediate alone": (BETWEEN.pem, BY_BETWEEN, True),
    "the server's own certificate": (BY_ROOT.pem, BY_ROOT, True),
    "a self-signed server": (ALONE.pem, ALONE, True),
    "another root": (SECOND.pem, BY_ROOT, False),
    "a leaf is no authority": (
        BY_ROOT.pem,
        private_ca.leaf(BY_ROOT, "mirror.corp"),
        False,
    ),
    "a root over a missing intermediate": (ROOT.pem, BY_BETWEEN, False),
}


@pytest.mark.parametrize(("pem", "shown", "taken"), ANCHORS.values(), ids=ANCHORS)
async def test_a_private_authority_is_taken_as_curl_takes_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pem: str,
    shown: private_ca.Signed,
    taken: bool,
) -> None:
    """The same answer from both, on a Python that asks for the strict form, too."""
    usual = ssl.create_default_context

    def newer() -> ssl.SSLContext:
        context = usual()
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", newer)
    certificates.upstream_context.cache_clear()
    file = tmp_path / "ca.pem"
    file.write_text(pem)
    running = await asyncio.start_server(web, "127.0.0.1", 0, ssl=shown.server())
    async with running:
        port = running.sockets[0].getsockname()[1]
        context = certificates.upstream_context((pem,))
        try:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=context, server_hostname="mirror.corp"
            )
            writer.close()
            ours = True
        except ssl.SSLCertVerificationError:
            ours = False
        certificates.upstream_context.cache_clear()
        curls = await _curl(file, port)

    assert ours is taken
    assert curls in (taken, None)


async def _curl(file: Path, port: int) -> bool | None:
    """Whether curl takes the server; None without curl on this machine."""
    if not shutil.which("curl"):
        return None
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sS", "--noproxy", "*", "--cacert", str(file), "--resolve"),
        *(f"mirror.corp:{port}:127.0.0.1", f"https://mirror.corp:{port}/"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait() == 0


def test_roots_that_were_loaded_ahead_are_taken_once(tmp_path: Path) -> None:
    """What one set of a user's own authorities adds is trusted by no other."""
    usual = len(ssl.create_default_context().get_ca_certs())
    own = list[str]()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        own.append(Authority(tmp_path / name).certificate)
    certificates.upstream_context.cache_clear()
    certificates.load_roots()
    (ahead,) = certificates._LOADED_ROOTS

    first, second = (certificates.upstream_context((text,)) for text in own)
    third = certificates.upstream_context(())

    assert first is ahead
    assert [len(c.get_ca_certs()) - usual for c in (first, second, third)] == [1, 1, 0]
    certificates.upstream_context.cache_clear()


def test_no_strict_form_is_asked_of_a_certificate() -> None:
    """Newer Pythons do by default; what curl takes would be refused."""
    flags = certificates.upstream_context(()).verify_flags

    assert not flags & ssl.VERIFY_X509_STRICT


def test_an_address_has_a_certificate_as_a_name_has(tmp_path: Path) -> None:
    """A client compares it with another kind of name in the certificate."""
    authority = Authority(tmp_path)
    for host in ("10.0.0.7", "fd00::7", "a.test"):
        trusted = ssl.create_default_context(cadata=authority.certificate)
        toward, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = trusted.wrap_bio(back, toward, server_hostname=host)
        server = authority.context(host).wrap_bio(toward, back, server_side=True)
        for side in (client, server, client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()

        assert client.getpeercert()


def test_a_rehearsal_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its authority is its own: no key of it stays in a file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    certificates.rehearse()

    assert list(tmp_path.iterdir()) == []
