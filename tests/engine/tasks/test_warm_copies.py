"""A copy is made by a box; what it copies is tried by `test_warm_start`."""

from pathlib import Path

from swarm.engine.tasks import warm_copies
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from tests.builders import queued_task
from tests.engine.fake_context import fake_context
from tests.fakes import FakeContainers
from tests.plan.test_setup_box import SANDBOX


class Recording(FakeContainers):
    """Remembers the boxes that it ran."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[SandboxSpec] = []

    def run(self, spec: SandboxSpec, *more: object, **others: object) -> bytes:
        self.ran.append(spec)
        return b""


def test_only_the_target_can_be_written(tmp_path: Path) -> None:
    """The base's own folder is no target once it is made."""
    plan, task, base = Plan(SANDBOX, "/w"), queued_task(1), tmp_path / "base"
    containers = Recording()
    with fake_context(HomePaths(tmp_path), containers) as context:
        warm_copies.fill_home(context, task, plan, base)
        warm_copies.fill_worktree(context, task, plan, base, ["a"])
        warm_copies.keep_home(context, task, plan, base)
        warm_copies.keep_paths(context, task, plan, base, ["a"])
        worktree, home = str(context.worktree(task)), context.names(1).home_volume

    moves = [
        (source.source, source.read_only, target.source, target.read_only)
        for source, target in (box.mounts for box in containers.ran)
    ]
    assert moves == [
        (str(base), True, home, False),
        (str(base), True, worktree, False),
        (home, True, str(base), False),
        (worktree, True, str(base), False),
    ]
