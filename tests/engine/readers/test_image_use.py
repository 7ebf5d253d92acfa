"""A home's tasks say which images they stand on, and on which one ran."""

from pathlib import Path

from swarm.engine.host.image_prune import Use
from swarm.engine.readers import image_use
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import ended, queued


def test_a_new_home_uses_no_image(tmp_path: Path) -> None:
    assert image_use.of_home(HomePaths(tmp_path)) == Use(set(), set())


def test_what_tasks_stand_on_and_what_ran(tmp_path: Path) -> None:
    paths = HomePaths(tmp_path)
    journal = Journal(paths.database)
    journal.queue(lambda _id: queued(plan={"sandbox": {"image": "waits:1"}}))
    ended(journal, plan={"sandbox": {"image": "ran:1"}})
    journal.close()

    use = image_use.of_home(paths)

    assert use == Use({"waits:1", "ran:1"}, {"ran:1"})
