"""What is tried answers, or says in a few words why not; within bounds, all at once."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.user_network import probe
from swarm.adapters.user_network.probe import Place
from swarm.policy.parent_proxy import ProxyEndpoint
from tests.parent_proxy import (
    WANTS_PASSWORD,
    RunningProxy,
    Serve,
    blurting,
    in_a_thread,
    saying,
    served,
)
from tests.promises.web import Web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """A host that speaks TLS or not, as its client begins."""
    made = Web("127.0.0.1", tmp_path)
    yield made
    made.close()


def _proxy(port: int, credentials: str = "") -> ProxyEndpoint:
    name = f"http://127.0.0.1:{port}"
    return ProxyEndpoint(name, "http", "127.0.0.1", port, credentials=credentials)


def test_a_place_that_answers_has_no_fault(web: Web) -> None:
    """In the clear a connection is enough; by TLS its certificate is verified."""
    roots = (web.authority.certificate,)

    assert probe.fault(Place("127.0.0.1", web.port, tls=False)) == ""
    assert probe.fault(Place("localhost", web.port, tls=True), roots=roots) == ""


def test_a_certificate_that_is_not_trusted_is_a_fault(web: Web) -> None:
    """In the words of the library, which know an expired one from an unknown one."""
    found = probe.fault(Place("localhost", web.port, tls=True))

    assert found.startswith("its certificate is not trusted: ")


@pytest.mark.parametrize(
    ("serve", "words"),
    [
        (saying(b"", then_waits=True), "no answer in time"),
        (blurting(b"SSH-2.0-x\r\n"), "no TLS"),
    ],
)
def test_a_place_that_speaks_no_tls(serve: Serve, words: str) -> None:
    """Silence ends in time."""
    seconds = 0.5 if words == "no answer in time" else 60.0
    with served(serve) as port:
        found = probe.fault(Place("127.0.0.1", port, tls=True), seconds=seconds)

    assert words in found


def test_a_place_that_is_not_there() -> None:
    """A port that nothing listens at, and a name that no resolver knows."""
    with served(saying(b"")) as port:
        pass

    assert probe.fault(Place("127.0.0.1", port, tls=False)) == "Connection refused"
    assert probe.fault(Place("x" * 70, 1, tls=False))


def test_a_place_behind_a_proxy(web: Web) -> None:
    """The tunnel is asked for by name."""
    roots = (web.authority.certificate,)
    proxy = RunningProxy(credentials="me:pw")
    with in_a_thread(proxy, "127.0.0.1"):
        place = Place("in.corp", web.port, tls=True)
        found = probe.fault(place, _proxy(proxy.port, "me:pw"), roots)
        refused = probe.fault(place, _proxy(proxy.port), roots)

    assert found == ""
    assert refused == "the proxy answers 407"
    assert proxy.asked[0] == f"CONNECT in.corp:{web.port} HTTP/1.1"


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (saying(b"HTTP/1.1 200 OK\r\n\r\n"), 200),
        (saying(WANTS_PASSWORD), 407),
        (saying(b"HTTP/1.0 502 \r\n\r\n"), 502),
        (saying(b"<html>"), "it answers nonsense"),
        (saying(b"HTTP/1.1 ok\r\n\r\n"), "it answers nonsense"),
        (saying(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000), "it answers nonsense"),
        (saying(b""), "it closes without an answer"),
        (saying(b"HT", then_waits=True), "no answer in time"),
    ],
)
def test_what_a_proxy_answers(serve: Serve, expected: int | str) -> None:
    """A status, or why there is none."""
    seconds = 0.5 if expected == "no answer in time" else 60.0
    with served(serve) as port:
        place = Place("in.corp", 443, tls=True)
        found = probe.ask_proxy(_proxy(port), place, seconds=seconds)

    assert found == expected


def test_jobs_go_on_side_by_side() -> None:
    """The first waits for the second."""
    second_began = threading.Event()

    def first() -> bool:
        return second_began.wait(60)

    def second() -> bool:
        second_began.set()
        return True

    assert probe.at_once([first, second], 60.0) == [True, True]


def test_a_late_job_is_left_behind() -> None:
    for_ever = threading.Event()
    try:
        assert probe.at_once([for_ever.wait], 0.05) == [None]
    finally:
        for_ever.set()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://m.corp/x", Place("m.corp", 443, tls=True)),
        ("http://m.corp:8081", Place("m.corp", 8081, tls=False)),
        ("ftp://m.corp", None),
        ("", None),
    ],
)
def test_the_place_of_a_url(url: str, place: Place | None) -> None:
    """A registry's, as its tool is set."""
    assert probe.place_of(url) == place
