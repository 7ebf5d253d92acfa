"""The gate's authority outlives no client's patience."""

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from swarm.gate import certificates
from swarm.gate.certificates import Authority


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
