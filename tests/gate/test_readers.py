"""The readers of foreign bytes never crash, and read nothing in a second way.

`make test-long` tries a million inputs, `python -m tests.fuzz` as many as it is given.
"""

import json
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate import dns, request_head, tls_client_hello
from swarm.gate.audit_log import KEYS_LIMIT, LINES_LIMIT, AuditLog
from swarm.gate.denied import Denied
from swarm.gate.dns import FakeAddresses
from swarm.gate.request_head import BadHead
from swarm.gate.tls_client_hello import BadClientHello
from swarm.policy import hosts
from swarm.policy.reasons import Reason
from tests import fuzz


@pytest.mark.parametrize("target", fuzz.TARGETS, ids=lambda target: target.name)
def test_every_seed_is_taken(target: fuzz.Target) -> None:
    """A mutation of what nobody takes would test nothing."""
    assert any(target.check(seed) for seed in target.seeds)


def test_mutated_inputs_neither_crash_nor_pass() -> None:
    """Thirty thousand of them, the same each time."""
    assert len(list(fuzz.run(30_000, 7))) == len(fuzz.TARGETS)


@pytest.mark.long
def test_a_million_mutated_inputs_neither_crash_nor_pass() -> None:
    assert len(list(fuzz.run(1_000_000, 1))) == len(fuzz.TARGETS)


def test_a_reader_that_lets_something_pass_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fuzzer fails where it must: against hosts that are cut at an `@`."""
    strict = hosts.parse
    monkeypatch.setattr(hosts, "parse", lambda text: strict(text.rpartition("@")[2]))

    with pytest.raises(fuzz.Broken, match="was allowed"):
        list(fuzz.run(200_000, 1))


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


@given(some.integers(1, 400))
def test_a_hello_in_pieces_is_awaited(size: int) -> None:
    """Fragmented hellos are put together, however small the pieces are."""
    whole = fuzz.TARGETS[2].seeds[0]

    assert tls_client_hello.parse(whole[: min(size, len(whole) - 1)]) is None
    found = tls_client_hello.parse(whole)
    assert found is not None
    assert found.server_name == "good.test"


def test_a_hello_over_several_records_is_one() -> None:
    """The name may stand in the second one."""
    whole = fuzz.TARGETS[2].seeds[0]
    body, pieces = whole[5:], b""
    for place in range(0, len(body), 40):
        part = body[place : place + 40]
        pieces += whole[:3] + struct.pack(">H", len(part)) + part

    found = tls_client_hello.parse(pieces)

    assert found is not None
    assert found.server_name == "good.test"


@given(some.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1))
def test_a_name_has_one_address_and_an_address_one_name(label: str) -> None:
    """The same each time, from the range that leads nowhere."""
    names = FakeAddresses()
    name = f"{label[:60].strip('-') or 'x'}.test"

    address = names.address(name)

    assert address is not None
    assert socket.inet_aton(address)[:2] in (b"\xc6\x12", b"\xc6\x13")
    assert (names.address(name), names.name(address)) == (address, name)


DENIED = Denied(Reason.NOT_IN_ALLOWLIST)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def told() -> "Told":
    """An audit, its clock, and the lines it wrote."""
    lines: list[dict[str, object]] = []
    clock = Clock()
    return AuditLog(lambda text: lines.append(json.loads(text)), clock), clock, lines


Told = tuple[AuditLog, Clock, list[dict[str, object]]]


def test_equal_denials_of_a_second_are_two_lines(told: Told) -> None:
    """The first at once, the others as one number; none is lost."""
    audit, clock, lines = told
    for _ in range(50):
        audit.denied(DENIED, "n", "connect", host="a.test", port=443)
    clock.now += 2
    audit.flush()

    assert [line["n"] for line in lines] == [1, 49]
    assert [line["seq"] for line in lines] == [1, 2]


def test_a_flood_is_counted_and_not_written(told: Told) -> None:
    """An agent that tries a thousand names a second fills no disk."""
    audit, clock, lines = told
    for number in range(5000):
        audit.denied(DENIED, "n", "connect", host=f"h{number}.test", port=443)
    clock.now += 2
    audit.flush()

    written = [line for line in lines if line["phase"] == "connect"]
    (over,) = (line for line in lines if line["phase"] == "overflow")
    assert len(written) == LINES_LIMIT
    assert over["n"] == 5000 - LINES_LIMIT
    assert len(audit._repeated) <= KEYS_LIMIT


def test_numbers_go_on_after_a_restart(told: Told) -> None:
    """The keeper says where it was; a gap stays a gap."""
    audit, _, lines = told
    audit.resume("n", 41)
    audit.say("n", "connect", verdict="allow")
    audit.resume("n", 7)
    audit.say("n", "connect", verdict="allow")

    assert [line["seq"] for line in lines] == [42, 43]
