"""Whatever reads foreign bytes neither crashes nor finds a second reading.

`python -m tests.fuzz` does the same with a million inputs each.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate import dns, request_head, tls_client_hello
from swarm.gate.dns import FakeAddresses
from swarm.gate.request_head import BadHead
from swarm.gate.tls_client_hello import BadClientHello
from swarm.policy import hosts
from tests import fuzz
from tests.fuzz_target import Broken, Target


@pytest.mark.parametrize("target", fuzz.TARGETS, ids=lambda target: target.name)
def test_every_seed_is_taken(target: Target) -> None:
    """A mutation of what nobody takes would test nothing."""
    assert any(target.check(seed) for seed in target.seeds)


def test_mutated_inputs_neither_crash_nor_pass() -> None:
    """Thirty thousand of them, the same each time."""
    assert len(list(fuzz.run(30_000, 7))) == len(fuzz.TARGETS)


@pytest.mark.long
@pytest.mark.parametrize("target", fuzz.TARGETS, ids=lambda target: target.name)
def test_a_million_mutated_inputs_neither_crash_nor_pass(target: Target) -> None:
    assert "1000000 inputs" in fuzz.run_one(target, 1_000_000, 1)


def test_a_reader_that_lets_something_pass_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fuzzer fails where it must: against hosts that are cut at an `@`."""
    strict = hosts.parse
    monkeypatch.setattr(hosts, "parse", lambda text: strict(text.rpartition("@")[2]))

    with pytest.raises(Broken, match="was allowed"):
        fuzz.run_one(fuzz.TARGETS[0], 30_000, 1)


@given(some.binary(max_size=600))
def test_any_bytes_are_answered_or_refused(data: bytes) -> None:
    """By every reader, with the errors it names and no other."""
    for read, refusal in (
        (request_head.parse, BadHead),
        (tls_client_hello.parse, BadClientHello),
    ):
        try:
            read(data)
        except refusal:
            continue
    dns.answer(data, FakeAddresses())
