"""A host has one reading or none: nothing that looks allowed is somewhere else."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.policy import hosts
from swarm.policy.hosts import BadHost, Host


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("1.1.1.1", "1.1.1.1"),
        ("[::1]", "::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
    ],
)
def test_what_is_a_host(text: str, name: str) -> None:
    """In lower case, without the root's dot."""
    assert hosts.parse(text).name == name


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "..", "a..b", ".a", "a.com..", "a b", "a\tb", "a\r\nb", "a\0b",
        "a%00b",
        "a@b", "a#b", "a?b", "a/b", "a\\b", "a:b", "bücher.example", "a。b", "ａ.com",
        "127.1", "2130706433", "0x7f.1", "0x7f000001", "017700000001", "0177.0.0.1",
        "127.0.0.01",
        "1.2.3", "1.2.3.4.5", "256.1.1.1", "a.1", "a.0x1", "[::1", "::1",
        "[fe80::1%eth0]", "[1.2.3.4]", "[]", "-a.com", "a-.com", "*.a.com",
        f"{'a' * 64}.com", f"{'a.' * 130}com",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    """Each is read otherwise by some program."""
    with pytest.raises(BadHost):
        hosts.parse(text)


@given(st.text(max_size=300))
def test_any_text_is_a_host_or_refused(text: str) -> None:
    """And a host is read the same again."""
    try:
        host = hosts.parse(text)
    except BadHost:
        return
    assert hosts.parse(str(host)) == host
    assert host.name.isascii()
    assert not set(host.name) & set(" \t\r\n\0@#?/\\%")


@given(st.ip_addresses())
def test_an_address_is_read_as_the_address(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """Never as a name."""
    text = f"[{address}]" if address.version == 6 else str(address)
    assert hosts.parse(text) == Host(str(address), is_address=True)


@pytest.mark.parametrize(
    ("pattern", "host", "matches"),
    [
        ("example.com", "example.com", True),
        ("example.com", "EXAMPLE.com.", True),
        ("example.com", "www.example.com", False),
        ("example.com", "example.com.evil", False),
        ("example.com", "notexample.com", False),
        ("*.example.com", "www.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "evilexample.com", False),
        ("*.example.com", "www.example.com.evil", False),
        ("10.0.0.1", "10.0.0.1", True),
    ],
)
def test_a_pattern_matches(pattern: str, host: str, matches: bool) -> None:
    """The apex is not below itself; a suffix is whole labels."""
    assert hosts.pattern(pattern).matches(hosts.parse(host)) is matches


@pytest.mark.parametrize(
    "text",
    ["*", "*.", "*.com", "*.co.uk", "*a.com", "a.*.com", "**.a.com", "*.1.2.3.4"],
)
def test_a_pattern_that_is_too_wide_is_refused(text: str) -> None:
    """At load, not at the first surprise."""
    with pytest.raises(BadHost):
        hosts.pattern(text)
