"""The second task of a project with many dependencies, beside a task without any."""

import subprocess
import time
from pathlib import Path

from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.launch import STAMP
from bench.table import Row
from swarm.adapters import warm_bases
from swarm.adapters.disk_use import disk_use
from swarm.adapters.git.repository import Repository
from swarm.bootstrap import wiring
from swarm.engine.readers import repository_project

FILES, RUNS = 20_000, 5
SETUP = (
    f"mkdir -p node_modules/a && cd node_modules/a && "
    f"seq {FILES} | split -l 1 -a 4 - module-"
)
READ = "cat node_modules/a/module-aaaa > /dev/null"
"""The dependencies can be used at the agent's first instruction."""


def rows() -> list[Row]:
    """Milliseconds from the wish to the first instruction, the least; and bytes."""
    with open_keeper_harness() as home:
        bare = min(_ready(home, STAMP) for _ in range(RUNS))
        _agree(home)
        cold = _ready(home, f"{READ} && {STAMP}")
        warm = min(_ready(home, f"{READ} && {STAMP}") for _ in range(RUNS))
        (base,) = warm_bases.all_bases(home.paths.bases)
        copied = _copy(home, home.paths.bases / base.name)
        own = _own_bytes(home)
    return [
        Row(f"ready with {FILES:,} files / a bare worktree", warm, bare, 1.3, "ms"),
        Row("the same / `cp -a` of the files and a bare worktree", warm, copied + bare,
            1.0, "ms"),
        Row("the first, with its set-up / the second", cold, warm, 0.0, "ms"),
        Row(f"a task's own bytes / the base's ({base.sharing})", own, base.bytes, 0.1,
            "B"),
    ]  # fmt: skip


def _agree(home: KeeperHarness) -> None:
    (home.repo / "swarm.toml").write_text(f"setup = ['''{SETUP}''']\n")
    (home.repo / ".gitignore").write_text("node_modules\n")
    for words in (["add", "-A"], ["commit", "-qm", "set-up"]):
        subprocess.run(["git", "-C", str(home.repo), *words], check=True)
    root, project = repository_project.at_head(home.paths, home.repo)
    assert root == Repository.open(home.repo, home.paths.home).root
    wiring.agree_to_project(home.paths, root, project.digest)


def _ready(home: KeeperHarness, command: str) -> float:
    home.until_ready()
    began = time.time()
    (task_id,) = home.new(f"{command}; sleep 600")
    stamp = home.paths.worktree(task_id) / "stamp"
    until(stamp.exists, "the first instruction")
    taken = (float(stamp.read_text()) - began) * 1000
    until(lambda: home.queries.tasks.get(task_id).state == "live", "live")
    home.wish("kill", task=task_id)
    return taken


def _copy(home: KeeperHarness, base: Path) -> float:
    """What a copy of the base costs, without reflinks."""
    began = time.time()
    words = ["cp", "-a", str(base), str(home.paths.home / "copied")]
    subprocess.run(words, check=True)
    return (time.time() - began) * 1000


def _own_bytes(home: KeeperHarness) -> float:
    """What the newest task has beside the base."""
    newest = max(task.id for task in home.queries.tasks.all())
    return float(disk_use(home.paths.warm_changes(newest)).bytes)
