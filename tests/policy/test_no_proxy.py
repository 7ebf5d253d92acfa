"""NO_PROXY is read as curl reads it, and with the ports that other programs take."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.policy import no_proxy


@pytest.mark.parametrize(
    ("text", "host", "port", "expected"),
    [
        ("", "a.test", 443, False),
        ("*", "a.test", 443, True),
        ("*", "10.0.0.1", 443, True),
        ("a.test, *", "b.test", 443, True),
        ("a.test", "a.test", 443, True),
        ("A.Test", "a.tesT", 443, True),
        ("a.test.", "a.test", 443, True),
        ("a.test", "a.test.", 443, True),
        ("a.test", "b.a.test", 443, True),
        ("a.test", "ba.test", 443, False),
        ("a.test", "a.test.evil", 443, False),
        (".a.test", "a.test", 443, True),
        (".a.test", "x.a.test", 443, True),
        ("*.a.test", "x.a.test", 443, True),
        ("*.a.test", "xa.test", 443, False),
        ("test", "a.test", 443, True),
        ("a.test b.test", "b.test", 443, True),
        ("a.test,b.test", "b.test", 443, True),
        (",, ,a.test,", "a.test", 443, True),
        ("a.test:8080", "a.test", 8080, True),
        ("a.test:8080", "a.test", 443, False),
        ("*:8080", "a.test", 8080, True),
        ("10.0.0.1", "10.0.0.1", 443, True),
        ("10.0.0.1:80", "10.0.0.1", 443, False),
        ("10.0.0.0/8", "10.9.9.9", 443, True),
        ("10.0.0.0/8", "11.0.0.1", 443, False),
        ("10.1.2.3/8", "10.9.9.9", 443, True),
        ("10.0.0.0/99", "10.0.0.1", 443, False),
        ("10.0.0.0/8", "a.test", 443, False),
        ("0.0.1", "10.0.0.1", 443, False),
        ("::1", "::1", 443, True),
        ("[::1]", "::1", 443, True),
        ("[::1]:80", "::1", 443, False),
        ("[::1]:443", "::1", 443, True),
        ("fd00::/8", "fd12::1", 443, True),
        ("0:0::1", "::1", 443, True),
        (".", "a.test", 443, False),
        ("*.", "a.test", 443, False),
        (":", "a.test", 443, False),
        ("[", "a.test", 443, False),
        ("a.test:port", "a.test", 443, False),
    ],
)
def test_matching(text: str, host: str, port: int, expected: bool) -> None:
    """One row for each form of an entry."""
    assert no_proxy.matches(no_proxy.entries(text), host, port) is expected


_LABELS = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True)
_NAMES = st.lists(_LABELS, min_size=1, max_size=4).map(".".join)


@given(st.text(max_size=60), _NAMES, st.integers(1, 65535))
def test_any_text_is_taken(text: str, host: str, port: int) -> None:
    """What makes no sense matches nothing, and never fails."""
    assert no_proxy.matches(no_proxy.entries(text), host, port) in (True, False)


@given(_NAMES, _NAMES, st.sampled_from(["", ".", "*."]), st.integers(1, 65535))
def test_a_name_holds_what_is_below_it_alone(
    name: str, other: str, prefix: str, port: int
) -> None:
    """A suffix counts from a dot on, whatever stands before the name."""
    entries = no_proxy.entries(prefix + name)

    assert no_proxy.matches(entries, name, port)
    assert no_proxy.matches(entries, f"{other}.{name}", port)
    assert not no_proxy.matches(entries, f"x{name}", port)
    below = other == name or other.endswith(f".{name}")
    assert no_proxy.matches(entries, other, port) is below


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_a_network_holds_its_addresses_alone(
    base: object, length: int, address: object
) -> None:
    """As the standard library says it."""
    network = ipaddress.ip_network(f"{base}/{length}", strict=False)
    found = no_proxy.matches((f"{base}/{length}",), str(address), 443)

    assert found is (address in network)
