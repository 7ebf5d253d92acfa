"""One of several addresses is dialled; what is wrong is an OSError."""

import pytest

from swarm.gate import dialing
from tests.gate.gate_harness import server, web


async def test_the_next_address_is_tried() -> None:
    """One that refuses costs nothing but the try."""
    async with server(web) as port:
        wire, address = await dialing.dial_any(["127.0.0.2", "127.0.0.1"], port)
        wire.close()

    assert address == "127.0.0.1"


@pytest.mark.parametrize("addresses", [[], ["127.0.0.1"], ["::1", "127.0.0.1"]])
async def test_none_that_answers_is_an_error(addresses: list[str]) -> None:
    """Whatever the number of addresses."""
    async with server(web) as port:
        pass
    with pytest.raises(OSError, match=r"no address|refused|nreachable|assign"):
        await dialing.dial_any(addresses, port)


async def test_an_address_stands_for_itself() -> None:
    """The parent proxy may be written as one."""
    assert await dialing.system_resolver("127.0.0.1") == ["127.0.0.1"]
