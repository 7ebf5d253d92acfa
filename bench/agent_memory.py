"""What one agent has in memory, and what each of eight of its kind has.

It is proportional: what several processes share counts for each by its share.
"""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

from bench.table import Row
from swarm.scripted_model.steps import Hold, Say
from tests.agents.driven import DrivenAgents, edits_in_text
from tests.agents.key_search import processes_of

EIGHT = 8
_NUMBERS = itertools.count()


def memory(house: DrivenAgents, agent: str) -> Iterator[Row]:
    """MB of one alone, and of eight at once; AssertionError if one never asks."""
    held = Hold(seconds=600)
    marker = f"bench-memory-{next(_NUMBERS)}-"
    in_text = edits_in_text(agent)
    house.model.plays(marker, [held, Say("Done.")], in_text=in_text)
    _let_run(house, EIGHT)
    tasks = list[int]()
    figures = list[float]()
    try:
        for number in range(1, EIGHT + 1):
            tasks.append(house.start(agent, "screen", f"Please do {marker} now."))
            house.harness.until(
                lambda wanted=number: _asking(house) >= wanted,  # type: ignore[misc]  # the default binds it
                marker,
            )
            if number in (1, EIGHT):
                time.sleep(5)  # what starts beside the first request has come up
                figures.append(_proportional(house, tasks))
    finally:
        held.released.set()
        for task in tasks:
            house.stop(task)
    one, eight = figures
    yield Row(f"{EIGHT} of {agent}, each / one alone", eight / EIGHT, one, 0, "MB")


def _let_run(house: DrivenAgents, number: int) -> None:
    """So many at once: more than usual would wait in the queue for ever."""
    file = house.harness.paths.home / "config.toml"
    text = file.read_text()
    if "max_running" not in text:
        file.write_text(f"max_running = {number}\n{text}")


def _asking(house: DrivenAgents) -> int:
    """The number of tasks that have a request of the model open."""
    tasks = house.harness.queries.tasks.all()
    return sum(1 for task in tasks if task.model.open_requests)


def _proportional(house: DrivenAgents, tasks: list[int]) -> float:
    found = 0
    for task in tasks:
        name = house.harness.context.names(task).sandbox
        for pid in processes_of(name):
            try:
                text = Path("/proc", str(pid), "smaps_rollup").read_text()
            except OSError:
                continue
            found += sum(
                int(line.split()[1])
                for line in text.splitlines()
                if line.startswith("Pss:")
            )
    return found / 1024
