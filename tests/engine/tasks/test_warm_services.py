"""A project with services starts warm, too; each task has a database of its own."""

import subprocess
from pathlib import Path

import pytest

from swarm.adapters import warm_bases
from swarm.model import events
from swarm.model.task import EACH_TASK_STEP, SETUP_STEP
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.service_project import POSTGRES, REDIS, agree, build_images
from tests.engine.tasks.test_setup import git, log_of, until_failed
from tests.engine.tasks.test_warm_start import run, seen, troubles, used

SETUP = (
    'setup = ["mkdir -p node_modules && cd node_modules && seq 1200 | xargs touch", '
    '"date +%s%N > ~/when"]\n'
)
FILL = """\
each_task = ['''python3 -c "from client import *
assert redis('INCR', 'filled') == ':1'
open('node_modules/1', 'w').write('mine')
"''']
"""
LOOK = """\
python3 -c "from client import *
print(redis('INCR', 'filled'))" > seen; cat ~/when node_modules/1 >> seen
"""


@pytest.fixture(scope="module", autouse=True)
def _images() -> None:
    build_images("redis", "postgres")


def steps(harness: KeeperHarness, task_id: int) -> list[str]:
    recorded = harness.queries.events.after(task=task_id)
    return [
        each.event.step
        for each in recorded
        if isinstance(each.event, events.StepDone)
        and each.event.step in (SETUP_STEP, EACH_TASK_STEP)
    ]


def ignoring(sample: Path) -> None:
    (sample / ".gitignore").write_text("node_modules\n")


def test_the_second_task_is_warm_and_fills_a_service_of_its_own(
    harness: KeeperHarness, sample: Path
) -> None:
    """What the set-up installed is shared; what each task ran over it is its own."""
    ignoring(sample)
    agree(harness, sample, SETUP + FILL + REDIS)
    harness.start_keeper()
    first, second = (run(harness, sample, LOOK) for _ in range(2))

    assert seen(harness, first) == seen(harness, second)
    assert seen(harness, second)[0] == ":2"
    assert seen(harness, second)[2] == "mine"
    warm = used(harness, second)
    assert warm is not None
    assert (warm.is_own, warm.folders) == (False, ("node_modules",))
    assert steps(harness, first) == [SETUP_STEP, EACH_TASK_STEP]
    assert steps(harness, second) == [EACH_TASK_STEP]
    assert "[set-up 2/2] date" in log_of(harness, first)
    assert "[set-up 1/1] python3" in log_of(harness, first)
    (base,) = warm_bases.all_bases(harness.paths.bases)
    shared = harness.paths.bases / base.name / "shared" / "0" / "1"
    assert shared.read_text() == ""


def test_two_tasks_have_a_table_each(harness: KeeperHarness, sample: Path) -> None:
    """A table that is there already would fail the second one's migration."""
    migrate = """\
each_task = ['''python3 -c "from client import *
postgres('create table t (v int)'); postgres('insert into t values (1)')
"''']
"""
    ignoring(sample)
    agree(harness, sample, SETUP + migrate + POSTGRES)
    harness.start_keeper()
    look = (
        'python3 -c "from client import *\n'
        "postgres('insert into t values (2)')\n"
        "print(postgres('select count(*) from t'))\" > seen; cat ~/when >> seen"
    )
    first, second = (run(harness, sample, look) for _ in range(2))

    assert seen(harness, first) == seen(harness, second)
    assert seen(harness, second)[0] == "['2']"
    assert steps(harness, second) == [EACH_TASK_STEP]


def test_a_set_up_that_may_have_filled_a_service_is_run_each_time(
    harness: KeeperHarness, sample: Path
) -> None:
    """Nobody said what fills it; and that is told, with the way to say it."""
    fill = "setup = ['''python3 -c \"from client import *; redis('INCR', 'n')\"''']\n"
    agree(harness, sample, fill + REDIS)
    harness.start_keeper()
    look = "python3 -c \"from client import *; print(redis('INCR', 'n'))\" > seen"
    first, second = (run(harness, sample, look) for _ in range(2))

    assert seen(harness, first) == seen(harness, second) == [":2"]
    assert "`each_task` in swarm.toml" in troubles(harness, second)[-1]
    assert used(harness, second) is None


def test_one_that_fails_is_mended_and_run_again_over_its_base(
    harness: KeeperHarness, sample: Path
) -> None:
    """The set-up is not run again, and the base stays as it was."""
    ignoring(sample)
    (sample / "swarm.toml").write_text(
        SETUP + "each_task = ['test -e node_modules/mended || exit 5']\n"
    )
    agree(harness, sample, (sample / "swarm.toml").read_text())
    harness.start_keeper()
    look = "cat ~/when > seen; ls node_modules | wc -l >> seen"
    for _ in range(2):
        task = until_failed(harness, harness.new_task(sample, look))
        assert task.reason.startswith("set-up command ended with 5: test -e node_mod")
        shell = harness.wish_done(
            "shell", task=task.id, command=["touch", "node_modules/mended"]
        )
        subprocess.run([*shell["argv"]], check=True, stdin=subprocess.DEVNULL)
        harness.wish_done("setup", task=task.id, choice="again")
        harness.until_taken_in(task.id)

    assert seen(harness, 1) == seen(harness, 2)
    assert seen(harness, 2)[1] == "1201"
    assert steps(harness, 1) == [SETUP_STEP, EACH_TASK_STEP]
    assert steps(harness, 2) == [EACH_TASK_STEP]


def test_an_offline_task_has_base_and_services(
    harness: KeeperHarness, sample: Path
) -> None:
    ignoring(sample)
    agree(harness, sample, SETUP + FILL + REDIS)
    harness.start_keeper()
    first = run(harness, sample, LOOK)
    second = harness.until_taken_in(harness.new_task(sample, LOOK, offline=True)).id

    assert seen(harness, first) == seen(harness, second)


def test_a_stranger_s_key_runs_nothing(harness: KeeperHarness, sample: Path) -> None:
    """Nobody agreed to the file."""
    (sample / "swarm.toml").write_text("each_task = ['touch ran']\n")
    git(sample, "add", "-A")
    git(sample, "commit", "-qm", "each task")
    harness.start_keeper()

    task = run(harness, sample, "ls > seen")

    assert "ran" not in seen(harness, task)
    assert not harness.paths.setup_log(task).exists()
