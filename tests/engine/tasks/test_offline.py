"""A task that begins offline has a warm base, and reaches no registry."""

from pathlib import Path

import pytest

from swarm.adapters import warm_bases
from swarm.engine.egress import policy_enforcement
from swarm.engine.tasks import offline
from swarm.model import events
from swarm.model.task import State
from swarm.model.wishes import NewTasks
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.test_setup import agree, agree_to_what_stands_there
from tests.engine.tasks.test_warm_start import IGNORED, INSTALL, SEEN, seen, used

NONE = "there is no warm base for this set-up of "


def rules(harness: KeeperHarness, task_id: int) -> int:
    task = harness.queries.tasks.get(task_id)
    return len(policy_enforcement.resolve(harness.context, task).policy.rules)


def test_it_has_a_base_or_is_refused(harness: KeeperHarness, sample: Path) -> None:
    """Also on a retry, and where the base goes while the task waits."""
    agree(harness, sample, *INSTALL, ignored=IGNORED)
    harness.start_keeper()
    words = {"repo": str(sample), "prompt": "x", "command": SEEN, "offline": True}

    refused = harness.wish("new", **words)
    assert refused.message.startswith(NONE)
    assert "a task without --offline runs the set-up once" in refused.hint
    first = harness.until_taken_in(harness.new_task(sample, SEEN)).id

    there = harness.until_taken_in(harness.new_task(sample, SEEN, offline=True)).id
    base = used(harness, there)
    assert base is not None
    assert not base.is_own
    assert seen(harness, there) == seen(harness, first)
    assert rules(harness, there) == 0 < rules(harness, first)
    again = harness.wish_done("retry", task=there)["tasks"][0]
    harness.until_taken_in(again)
    assert rules(harness, again) == 0

    (harness.paths.home / "config.toml").write_text("max_running = 1\n")
    busy = harness.new_task(sample, "sleep 600")
    harness.until_state(busy, State.LIVE)
    waiting = harness.new_task(sample, SEEN, offline=True)
    warm_bases.retire(harness.paths.bases, base.base)
    harness.wish_done("kill", task=busy)
    harness.until_state(waiting, State.FAILED)
    failed = harness.queries.events.last(events.TaskFailed, waiting)
    assert failed is not None
    assert failed.reason.startswith(NONE)


def test_services_need_the_network(harness: KeeperHarness, sample: Path) -> None:
    agree(harness, sample, "true")
    text = (sample / "swarm.toml").read_text()
    more = '[service-container.db]\nrecipe = "redis"\n'
    (sample / "swarm.toml").write_text(text + more)
    agree_to_what_stands_there(harness, sample)
    harness.start_keeper()

    words = {"repo": str(sample), "prompt": "x", "command": "true", "offline": True}
    refused = harness.wish("new", **words)

    assert "beside services" in refused.message
    assert refused.hint.startswith("leave --offline out, or say in swarm.toml")


@pytest.mark.parametrize(("is_offline", "preset"), [(True, "locked"), (False, "")])
def test_its_preset_is_its_own(is_offline: bool, preset: str) -> None:
    assert offline.preset(NewTasks("/r", offline=is_offline)) == preset
