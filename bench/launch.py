"""From a wish to the agent's first instruction, beside the same by bare tools."""

import shlex
import subprocess
import time
from itertools import count
from pathlib import Path

from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.table import Row, paired
from swarm.plan import specs
from swarm.plan.specs import SandboxSpec

STAMP = "date +%s.%N > /workspace/stamp.new && mv /workspace/stamp.new /workspace/stamp"
ONE_RUNS, TEN_RUNS, TEN = 7, 3, 10


def rows() -> list[Row]:
    """One task, and ten at once, in milliseconds."""
    with open_keeper_harness(max_running=TEN) as home:
        home.until_ready()
        first = home.new(STAMP)[0]
        until(lambda: home.queries.tasks.get(first).ended is not None, "the first task")
        bare = Bare(home, specs.from_json(home.queries.tasks.plan(first)).sandbox)
        one = paired(lambda: _ours(home, 1), lambda: bare.run(1), ONE_RUNS)
        ten = paired(lambda: _ours(home, TEN), lambda: bare.run(TEN), TEN_RUNS)
    return [
        Row("one task: wish → first instruction / bare", *one, 1.5, "ms"),
        Row(f"{TEN} tasks at once / bare, in parallel", *ten, 1.3, "ms"),
    ]


def _ours(home: KeeperHarness, copies: int) -> float:
    home.until_ready()
    began = time.time()
    ids = home.new(f"{STAMP}; sleep 600", copies)
    stamps = [home.paths.worktree(task_id) / "stamp" for task_id in ids]
    last = _last(stamps)
    for task_id in ids:
        until(lambda i=task_id: home.queries.tasks.get(i).state == "live", "live")  # type: ignore[misc]  # the default binds the id
        home.wish("kill", task=task_id)
        home.wish("discard", task=task_id)
        home.wish("rm", task=task_id)
    home.until_ready()
    return (last - began) * 1000


class Bare:
    """What a human would type: `git worktree add` and `docker run`, nothing else."""

    def __init__(self, home: KeeperHarness, spec: SandboxSpec) -> None:
        self._home = home
        self._profile = home.paths.home / "seccomp.json"
        self._profile.write_text(spec.seccomp)
        self._spec = spec
        self._numbers = count()

    def run(self, copies: int) -> float:
        """Milliseconds until the last container wrote its stamp."""
        names = [f"bench-{next(self._numbers)}" for _ in range(copies)]
        lines = [self._line(name) for name in names]
        script = "\n".join(f"({line}) &" for line in lines) + "\nwait\n"
        began = time.time()
        subprocess.run(["bash", "-ec", script], check=True, stdout=subprocess.DEVNULL)
        last = _last([self._worktree(name) / "stamp" for name in names])
        for name in names:
            self._remove(name)
        return (last - began) * 1000

    def _worktree(self, name: str) -> Path:
        return self._home.paths.home / "bare" / name

    def _line(self, name: str) -> str:
        tree, repo = self._worktree(name), self._home.repo
        # Two `git worktree add` that meet fail now and then, so a careful shell locks.
        add = ["flock", str(self._home.paths.home), "git", "-C", str(repo)]
        add += ["worktree", "add", "-q", "-b", name, str(tree)]
        own = ["chmod", "777", str(tree)]
        return " && ".join(shlex.join(words) for words in (add, own, self._run(name)))

    def _run(self, name: str) -> list[str]:
        spec, limits = self._spec, self._spec.limits
        flags = [
            "docker", "run", "-d", "-t", "-i", "--init", "--name", self._box(name),
            "--label", f"swarm.home={self._home.paths.tag}", "--network", "none",
            "--user", spec.user, "--cap-drop", "ALL", "--read-only",
            "--security-opt", "no-new-privileges:true",
            "--security-opt", f"seccomp={self._profile}",
            "--memory", str(limits.memory), "--memory-swap", str(limits.memory),
            "--cpus", str(limits.cpus), "--pids-limit", str(limits.pids),
            "--shm-size", str(limits.shm), "--ulimit", f"nofile={limits.nofile}",
            "--log-driver", "local", "-v", f"{self._worktree(name)}:/workspace",
            "-v", f"{self._box(name)}-home:/home/agent", "-w", "/workspace",
        ]  # fmt: skip
        for target, options in spec.tmpfs.items():
            flags += ["--tmpfs", f"{target}:{options}"]
        return [*flags, spec.image, "bash", "-c", f"{STAMP}; sleep 600"]

    def _box(self, name: str) -> str:
        return f"swarm-{self._home.paths.tag}-{name}"

    def _remove(self, name: str) -> None:
        for argv in (
            ["docker", "rm", "-f", self._box(name)],
            ["docker", "volume", "rm", f"{self._box(name)}-home"],
            ["git", "-C", str(self._home.repo), "worktree", "remove", "--force",
             str(self._worktree(name))],
            ["git", "-C", str(self._home.repo), "branch", "-qD", name],
        ):  # fmt: skip
            subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


def _last(stamps: list[Path]) -> float:
    until(lambda: all(stamp.exists() for stamp in stamps), "the stamps")
    return max(float(stamp.read_text()) for stamp in stamps)
