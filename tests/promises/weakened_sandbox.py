"""The same sandbox as careless tools start it, and a host that is as careless."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import docker

from swarm.adapters.git import diff, quarantine
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.readers import review as reviewing
from swarm.engine.review import snapshot
from swarm.errors import SwarmError
from swarm.model.review import Change
from swarm.plan import specs
from swarm.plan.naming import HOME_LABEL, KIND_LABEL
from swarm.plan.specs import SandboxSpec
from swarm.store.queries import Queries
from tests.engine.keeper_harness import new_sample_repository
from tests.promises.sandbox_probe import SandboxProbe

MEMORY, PIDS = 1 << 30, 2000
"""More than any probe asks for, and little enough for the machine to go on."""

SETUID = "chmod u+s /usr/bin/su /usr/bin/passwd /usr/bin/newgrp; exec sleep 100000"
"""Debian ships these so; our image takes the bits away."""

PLAIN = (
    ["status"],
    ["fetch", "origin"],
    ["diff"],
    ["add", "-A"],
    ["commit", "-qm", "the agent's work"],
    ["worktree", "add", "-q", "--detach", "../second"],
)
"""What TSK and the others run on the host, in a directory that the agent owned."""

TIDY = """
cd /workspace; saved=/home/agent/.saved-gitdir
test -d $saved || cp -a /gitdir $saved
find /gitdir -mindepth 1 -delete; cp -a $saved/. /gitdir
find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
git checkout -qf HEAD -- .
"""


@dataclass
class WeakenedSandbox(SandboxProbe):
    """Root, with every capability and all of the host's namespaces."""

    folder: Path
    """All that it may write on the host; thrown away at the end."""
    client: Any
    ids: list[str] = field(default_factory=list)
    """Containers to remove at the end."""

    @property
    def tree(self) -> Path:
        """Its worktree, `.git` and all, as Agent of Empires mounts it."""
        return self.folder / "repo"

    @property
    def home(self) -> Path:
        """The user's own home, as TSK, Leash and Packnplay lend parts of it."""
        return self.folder / "home"

    def git(self, *argv: str) -> str:
        """Plain git on the host, with all that the repository tells it to run."""
        words = ["git", "-C", str(self.tree), *argv]
        done = subprocess.run(words, capture_output=True, check=False, timeout=30)
        return done.stdout.decode("latin-1")

    def start(self, *argv: str) -> str:
        """One more container of this kind; its id."""
        spec = spec_of(self)
        made = self.client.create_container(
            image=spec.image,
            entrypoint=argv[:1],
            command=argv[1:],
            user="0:0",
            environment=spec.environment,
            working_dir=spec.workdir,
            labels={HOME_LABEL: self.harness.paths.tag, KIND_LABEL: "weakened"},
            host_config={**self._host(), "MaskedPaths": [], "ReadonlyPaths": []},
        )
        self.ids.append(str(made["Id"]))
        self.client.start(made["Id"])
        return str(made["Id"])

    def _host(self) -> dict[str, Any]:
        host: dict[str, Any] = self.client.create_host_config(
            # What `--privileged` gives. The one that is left out raises limits, and an
            # engine that runs in a container often has it not to give.
            cap_add=["ALL"],
            cap_drop=["SYS_RESOURCE"],
            security_opt=["seccomp=unconfined", "apparmor=unconfined"],
            devices=["/dev/kmsg"],
            device_cgroup_rules=["a *:* rwm"],
            network_mode="host",
            pid_mode="host",
            ipc_mode="host",
            binds=[
                f"{self.tree}:/workspace",
                f"{self.home}:/home/agent",
                f"{self.folder / 'objects'}:/objects-ro",
                f"{self.folder / 'told'}:/etc/swarm:ro",
                "/sys:/sys",
                "/sys/fs/cgroup:/sys/fs/cgroup",
            ],
            mem_limit=MEMORY,
            memswap_limit=-1,
            pids_limit=PIDS,
            log_config=docker.types.LogConfig(type="json-file"),
        )
        return host

    def empty(self) -> None:
        """Take away what it wrote, as root, into what it was lent."""
        if self.box:
            self.shell("find /workspace /home/agent /objects-ro -mindepth 1 -delete")
        for name in ("second", "fresh"):
            shutil.rmtree(self.folder / name, ignore_errors=True)


@contextmanager
def open_weakened_sandbox(of: SandboxProbe) -> Iterator[WeakenedSandbox]:
    """The weak one, beside the real one, until the end."""
    client = docker.APIClient(version="auto")
    with TemporaryDirectory(prefix="swarm-weakened-") as folder:
        at = WeakenedSandbox(of.harness, of.task, of.web, "", Path(folder), client)
        for path in (at.tree, at.home, at.folder / "objects"):
            path.mkdir()
        shutil.copytree(of.harness.paths.etc_swarm(of.task), at.folder / "told")
        tidy(at)
        try:
            at.box = at.start("sh", "-c", SETUID)
            yield at
        finally:
            at.empty()
            for each in at.ids:
                client.remove_container(each, force=True, v=True)
            client.close()


def spec_of(of: SandboxProbe) -> SandboxSpec:
    """The sandbox as its plan has it."""
    return specs.from_json(of.harness.queries.tasks.plan(of.task)).sandbox


def worktree(at: SandboxProbe) -> Path:
    """Where the host has what the sandbox calls /workspace."""
    return (
        at.tree
        if isinstance(at, WeakenedSandbox)
        else at.harness.paths.worktree(at.task)
    )


def tidy(at: SandboxProbe) -> None:
    """An untouched worktree and git directory, at the places that are mounted."""
    if not isinstance(at, WeakenedSandbox):
        at.shell(TIDY)
        return
    at.empty()
    for path in new_sample_repository(at.folder / "fresh").iterdir():
        path.rename(at.tree / path.name)


def look(at: SandboxProbe) -> None:
    """All that the host does with an agent's work before a human decided anything."""
    if isinstance(at, WeakenedSandbox):
        for words in PLAIN:
            at.git(*words)
        return
    read(at)
    with suppress(SwarmError):
        receive(at)


def receive(at: SandboxProbe) -> str:
    """Take the agent's commits in, as its host does; the head that came."""
    if isinstance(at, WeakenedSandbox):
        at.git("clone", "-q", "--bare", str(at.tree), str(at.folder / "second"))
        return at.git("rev-parse", "HEAD").strip()
    kit, task = at.harness.context, at.harness.queries.tasks.get(at.task)
    sender = snapshot.sender(kit.names(task.id), spec_of(at), task.base)
    return quarantine.receive(of_git(at), kit.containers.run(sender, 64 << 20)).head


def of_git(at: SandboxProbe) -> TaskGit:
    """The host's side of a task's git."""
    return at.harness.context.task_git(at.harness.queries.tasks.get(at.task))


def changes(at: SandboxProbe) -> tuple[Change, ...]:
    """What a snapshot that is taken now holds."""
    tree = at.harness.wish_done("snapshot", task=at.task)["tree"]
    return _reviewing(at).changes(at.task, tree)


def _reviewing(at: SandboxProbe) -> reviewing.ReviewReader:
    places = at.harness.paths
    return reviewing.ReviewReader(places, lambda: Queries(places.database))


def read(at: SandboxProbe, wary: bool = False) -> bytes:
    """Every byte that a reviewer could come to see of the worktree.

    A wary peer looks at each name before it opens it.
    """
    if isinstance(at, WeakenedSandbox):
        return b"".join(_opened(each, wary) for each in _walked(at.tree))
    tree = at.harness.wish_done("snapshot", task=at.task)["tree"]
    of, held = of_git(at), _reviewing(at).changes(at.task, tree)
    blobs = [diff.blob(of, each.new) for each in held if each.new_mode & 0o100000]
    return b"".join([*blobs, _reviewing(at).diff(at.task, tree)])


def _walked(folder: Path) -> Iterator[Path]:
    """Every file, and those of linked folders, as `cp -rL` comes by them."""
    for top, _, names in os.walk(folder, followlinks=True):
        yield from (Path(top, name) for name in names)


def _opened(path: Path, wary: bool) -> bytes:
    if wary and path.is_symlink():
        return b""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def told(at: SandboxProbe) -> str:
    """What the reviewer is told of the worktree: a line for each name."""
    if isinstance(at, WeakenedSandbox):
        return at.git("status", "--porcelain", "-uall", "--ignored")
    tree = at.harness.wish_done("snapshot", task=at.task)["tree"]
    shown = _reviewing(at)
    flags = [
        f"{each.path}: {each.kind} {[str(flag.level) for flag in each.flags]}"
        for each in shown.changes(at.task, tree)
    ]
    hidden = [f"{h.path}: {h.reason}" for h in shown.hidden(at.task, tree)]
    return "\n".join([*flags, *hidden])
