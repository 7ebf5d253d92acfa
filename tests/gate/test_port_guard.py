"""Who may call a task's port."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.gate.port_guard import (
    BadPlace,
    Place,
    content_policy,
    place_from,
    refusal,
)

PLACE = Place(3000, "t7.localhost:20112", ("t7.localhost:20113",))
HOST = (b"host", b"t7.localhost:20112")


def status(*headers: tuple[bytes, bytes], target: bytes = b"/") -> int:
    """0 if it is not refused."""
    found = refusal(target, headers, PLACE)
    return found[0] if found else 0


@pytest.mark.parametrize(
    "more",
    [
        (),
        ((b"sec-fetch-site", b"none"),),
        ((b"sec-fetch-site", b"same-origin"), (b"referer", b"http://evil.test/")),
        ((b"origin", b"http://t7.localhost:20112"),),
        ((b"origin", b"http://t7.localhost:20113"), (b"sec-fetch-site", b"same-site")),
        ((b"referer", b"http://t7.localhost:20112/page"),),
        ((b"upgrade", b"websocket"), (b"origin", b"http://t7.localhost:20112")),
    ],
)
def test_its_own_pages_and_the_users_programs_may(
    more: tuple[tuple[bytes, bytes], ...],
) -> None:
    """What is no browser says nothing of pages."""
    assert status(HOST, *more) == 0
    assert status((b"host", b"T7.LocalHost:20112"), *more) == 0


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (((b"origin", b"http://t8.localhost:20128"),), 403),
        (((b"origin", b"http://t7.localhost:3000"),), 403),
        (((b"origin", b"https://t7.localhost:20112"),), 403),
        (((b"origin", b"http://t7.localhost:20112.evil.test"),), 403),
        (((b"origin", b"https://evil.test"), (b"sec-fetch-site", b"cross-site")), 403),
        (((b"origin", b"null"),), 403),
        (((b"origin", b""),), 403),
        (((b"origin", b"http://t7.localhost:20112"), (b"origin", b"http://e")), 403),
        (((b"sec-fetch-site", b"cross-site"),), 403),
        (((b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate")), 403),
        (((b"sec-fetch-site", b"of-tomorrow"),), 403),
        (((b"referer", b"http://t8.localhost:20128/x"),), 403),
        (((b"referer", b"http://["),), 403),
    ],
)
def test_a_page_of_another_site_may_not(
    more: tuple[tuple[bytes, bytes], ...], expected: int
) -> None:
    """Another box's, the user's own, the web's, one without an origin."""
    assert status(HOST, *more) == expected


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        (HOST, HOST),
        ((b"host", b"localhost:20112"),),
        ((b"host", b"127.0.0.1:20112"),),
        ((b"host", b"[::1]:20112"),),
        ((b"host", b"t8.localhost:20112"),),
        ((b"host", b"t7.localhost"),),
        ((b"host", b"evil.test:20112"),),
        ((b"host", b"t7.localhost:20112.evil.test"),),
        ((b"host", b"["),),
    ],
)
def test_only_its_own_name_is_served(hosts: tuple[tuple[bytes, bytes], ...]) -> None:
    """A name of the web that leads to the loopback is no way in, and cookies of
    127.0.0.1 do not get to a box."""
    assert status(*hosts) == 421
    found = refusal(b"/", hosts, PLACE)
    assert found
    assert "http://t7.localhost:20112/" in found[1]


@pytest.mark.parametrize("target", [b"http://t7.localhost:20112/", b"evil.test:443"])
def test_it_is_no_proxy(target: bytes) -> None:
    assert status(HOST, target=target) == 400


def test_a_page_may_call_its_own_ports_and_the_tls_of_the_web_alone() -> None:
    """Plain servers have no place in the header: neither localhost nor another box."""
    sources = content_policy(PLACE).decode().split("; ")[0].split()

    assert {s for s in sources if s.startswith(("http:", "ws:"))} == {
        "http://t7.localhost:20112",
        "http://t7.localhost:20113",
        "ws://t7.localhost:20112",
        "ws://t7.localhost:20113",
    }
    assert "*" not in sources


def test_a_place_comes_back_as_it_was() -> None:
    assert place_from(PLACE.encoded()) == PLACE


@given(st.binary(max_size=60))
def test_what_is_no_place_is_refused(body: bytes) -> None:
    try:
        place_from(body)
    except BadPlace:
        return


@given(
    st.binary(max_size=20),
    st.lists(
        st.tuples(
            st.sampled_from([b"host", b"origin", b"referer", b"sec-fetch-site"]),
            st.binary(max_size=30),
        ),
        max_size=5,
    ),
)
def test_any_headers_are_judged(
    target: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    """None of these is the port's own name, so all are refused."""
    assert refusal(target, headers, PLACE)
