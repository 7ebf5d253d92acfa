"""A name is looked up within a bound, and a table of the user's comes first."""

import socket
import threading

import pytest

from swarm.adapters import name_lookup


def test_the_gates_own_table_comes_first() -> None:
    assert name_lookup.addresses("localhost", {"localhost": "10.0.0.7"}) == (
        "10.0.0.7",
    )


def test_a_name_of_this_machine_has_its_address() -> None:
    assert "127.0.0.1" in name_lookup.addresses("localhost")


@pytest.mark.parametrize("name", ["no-such-name.invalid", "a" * 300, "\ud800", ""])
def test_a_name_without_an_address_has_none(name: str) -> None:
    """Never an error, whatever a human typed."""
    assert not set(name_lookup.addresses(name)) - {"127.0.0.1", "::1"}


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(name_lookup, "SECONDS", 0.01)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_args, **_more: over.wait(20) and []
    )

    assert name_lookup.addresses("slow.example") == ()
    over.set()
