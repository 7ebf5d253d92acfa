"""The loop of the dashboard's tests keeps the order of timers and awaits threads."""

import asyncio
import subprocess
import sys
import time

DAY = 86_400.0


async def test_time_passes_without_a_wait() -> None:
    """In real time this would take a day."""
    began = time.monotonic()

    await asyncio.sleep(DAY)

    assert time.monotonic() - began >= DAY


async def test_timers_come_in_their_order() -> None:
    """Each at its own time, however far apart they are."""
    came: list[float] = []

    async def after(seconds: float) -> None:
        await asyncio.sleep(seconds)
        came.append(seconds)

    await asyncio.gather(*(after(seconds) for seconds in (DAY, 0.05, 3600.0)))

    assert came == [0.05, 3600.0, DAY]


async def test_a_threads_answer_comes_before_a_later_timer() -> None:
    """While a thread is at work, time is not skipped."""
    answer = asyncio.create_task(asyncio.to_thread(_start_python))
    timer = asyncio.create_task(asyncio.sleep(DAY))

    done, _ = await asyncio.wait({answer, timer}, return_when=asyncio.FIRST_COMPLETED)
    timer.cancel()

    assert done == {answer}


def _start_python() -> None:
    subprocess.run([sys.executable, "-c", "pass"], check=True)
