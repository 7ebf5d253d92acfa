"""A name is resolved once, every answer is vetted, and a vetted one is dialled."""

import pytest

from swarm.gate.denied import Denied
from swarm.gate.upstream import Upstream
from swarm.policy.decide import PolicyEvaluator
from swarm.policy.reasons import Reason
from swarm.policy.rules import Policy, Rule
from tests.gate.gate_harness import LOCAL, GateHarness, server, web

EVALUATOR = PolicyEvaluator(Policy(allow_nets=LOCAL))


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "::1", "::ffff:1.1.1.1"]
)
async def test_a_name_with_one_bad_address_is_refused(
    gate: GateHarness, address: str
) -> None:
    """Rebinding: any bad answer, and no address of the name is used."""
    gate.table["ok.example"] = ["127.0.0.1", address]
    async with server(web) as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")

    assert " 403 " in client.status
    assert gate.said(verdict="deny", address=address)


async def test_a_name_is_resolved_once_and_vetted_each_time() -> None:
    """A cached address must still be one that the policy in force allows."""
    names: list[str] = []

    async def resolver(name: str) -> list[str]:
        names.append(name)
        return ["127.0.0.1"]

    upstream = Upstream(resolver)
    async with server(web) as port:
        for _ in range(2):
            connection = await upstream.connect(EVALUATOR, "ok.example", port, None)
            connection.wire.close()
        with pytest.raises(Denied) as denial:
            await upstream.connect(PolicyEvaluator(Policy()), "ok.example", port, None)

    assert names == ["ok.example"]
    assert connection.address == "127.0.0.1"
    assert denial.value.reason is Reason.ADDRESS_NOT_PUBLIC
    assert denial.value.address == "127.0.0.1"


async def test_the_next_address_is_tried_if_one_refuses() -> None:
    """127.0.0.2 has no server on that port."""

    async def resolver(_name: str) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with server(web) as port:
        connection = await Upstream(resolver).connect(
            EVALUATOR, "ok.example", port, None
        )
        connection.wire.close()

    assert connection.address == "127.0.0.1"


async def test_a_name_without_a_server_is_an_error() -> None:
    async def resolver(_name: str) -> list[str]:
        return ["127.0.0.1"]

    async with server(web) as port:
        pass

    with pytest.raises(ConnectionRefusedError):
        await Upstream(resolver).connect(EVALUATOR, "ok.example", port, None)
