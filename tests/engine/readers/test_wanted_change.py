"""What a task wants is told as a change, with the image that it would stand on."""

from pathlib import Path

import pytest

from swarm.engine.host import images
from swarm.engine.readers import wanted_change
from swarm.errors import SwarmError
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.builders import queued
from tests.fakes import FakeImages


def test_a_task_s_wants(repo: Path, tmp_path: Path) -> None:
    paths = HomePaths(tmp_path / "home")
    paths.home.mkdir()
    journal = Journal(paths.database)
    task = journal.queue(
        lambda _id: queued(
            repo=str(repo), agent="command", plan={"project": {"stacks": ["go"]}}
        )
    )
    journal.record(task.id, events.TaskProvisioning(), events.TaskLive("b", "p"))
    for name in ("docker", "psql"):
        journal.record(task.id, events.ToolWanted(name, name))
    journal.close()
    queries = Queries(paths.database)

    found = wanted_change.of_task(paths, queries.tasks.get(task.id))

    assert (found.names, found.stacks) == (("psql",), ())
    assert found.packages == ("postgresql-client",)
    assert any("postgresql-client" in line for line in found.project.lines())
    more = found.stacks, found.packages
    image = "base@go,postgresql-client"
    name, problem = wanted_change.missing_image(queries, FakeImages(), task, more)
    assert (name, f"`swarm image build {image}`" in problem) == (image, True)
    there = FakeImages((images.tag(image),))
    assert wanted_change.missing_image(queries, there, task, more) == ("", "")
    assert wanted_change.missing_image(queries, there, task, (("x",), ())) == ("", "")
    with pytest.raises(SwarmError):
        wanted_change.missing_image(queries, FakeImages(down=True), task, more)
    queries.close()
