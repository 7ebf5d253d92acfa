"""Every process of the gate runs on the same kind of loop."""

import asyncio

from swarm.gate import event_loop


def test_it_runs_to_the_end() -> None:
    steps: list[str] = []

    async def main() -> None:
        await asyncio.sleep(0)
        steps.append("done")

    event_loop.run(main())

    assert steps == ["done"]
