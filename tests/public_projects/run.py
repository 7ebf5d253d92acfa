"""One public project: `swarm init`, a task that runs its tests, and the same bare."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.docker.images import DockerImages
from swarm.bootstrap.keeper_process import end_keeper
from swarm.config import project as project_file
from swarm.engine.host import images
from swarm.model.project import ProjectChoice
from swarm.model.service_recipe import RECIPES
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.first_install.run import nets_of_defaults
from tests.public_projects.fetch import TRUST, fetch, image
from tests.public_projects.projects import Project

SECONDS = 1500
"""The limit of one run, in the box or bare."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the tests came to, once."""

    exit_code: int
    counts: str
    """What they counted, in the project's own words."""
    seconds: float
    """From `swarm new` to the end of the task; bare, of set-up and tests."""
    last: str = ""
    """The last lines, if it failed."""


@dataclass(frozen=True, slots=True)
class Result:
    """One project, in the box and bare."""

    project: Project
    written: str
    """The `swarm.toml` that `swarm init` wrote."""
    boxed: Run
    bare: Run

    @property
    def same(self) -> bool:
        """True if the box made no difference to the tests."""
        ours, theirs = self.boxed, self.bare
        return (ours.exit_code, _numbers(ours)) == (theirs.exit_code, _numbers(theirs))


def _numbers(run: Run) -> str:
    """The counts without times."""
    return re.sub(r" in [\d.]+ ?s.*| \([\d:.]+\)$", "", run.counts)


def run(project: Project) -> Result:
    """Block until both have ended: minutes, the more if its image must be built."""
    with tempfile.TemporaryDirectory() as text, _open_home() as harness:
        repo = new_sample_repository(Path(text, project.name))
        (repo / "README.md").unlink()
        label = f"swarm.home={harness.paths.tag}"
        fetch(project, repo, label)
        _git(repo, "add", "-A")
        _git(repo, "commit", "-qm", "as released")
        _swarm(harness, repo, "init", "--yes", *project.options)
        written = (repo / "swarm.toml").read_text()
        _git(repo, "add", "-A")
        _git(repo, "commit", "-qm", "describe the project to swarm")
        choice = project_file.parsed(written)
        _build_services(choice)
        its_image = image(choice.stacks, choice.packages)
        boxed = _boxed(harness, repo, project, choice)
        bare = _bare(repo, project, choice, its_image, label)
        return Result(project, written, boxed, bare)


@contextlib.contextmanager
def _open_home() -> Iterator[KeeperHarness]:
    """A home that may reach registries where this machine keeps them at home."""
    with open_keeper_harness() as harness:
        nets = json.dumps(sorted(set(nets_of_defaults())))
        (harness.paths.home / "policy.toml").write_text(
            f"version = 1\n[network]\nallow_nets = {nets}\n"
        )
        try:
            yield harness
        finally:
            # The first command that needs a keeper starts it, as a user's does.
            end_keeper(harness.paths)


def _build_services(choice: ProjectChoice) -> None:
    engine = DockerImages()
    try:
        for recipe in _recipes(choice):
            images.build(engine, f"services/{recipe}", lambda _line: None)
    finally:
        engine.close()


def _recipes(choice: ProjectChoice) -> list[str]:
    return [service.recipe for service in choice.service_container.values()]


def _boxed(
    harness: KeeperHarness, repo: Path, project: Project, choice: ProjectChoice
) -> Run:
    began = time.monotonic()
    command = ("--run", choice.test or "true", "run the tests")
    said = _swarm(harness, repo, "new", "--wait", *command, fails=True)
    seconds = time.monotonic() - began
    tasks = harness.queries.tasks.all()
    if not tasks:
        raise RuntimeError(f"swarm new: {said}")
    task = max(tasks, key=lambda each: each.id)
    said = _swarm(harness, repo, "logs", str(task.id), fails=True)
    if task.exit_code is None:
        said += _swarm(harness, repo, "setup", str(task.id), "--log", fails=True)
    return _told(project, task.exit_code, said, seconds)


def _bare(
    repo: Path,
    project: Project,
    choice: ProjectChoice,
    reference: str,
    label: str,
) -> Run:
    """The same commands in a plain container with the engine's own network.

    Its services, if any, are containers in that container's network.
    """
    words = ["run", "-d", f"--label={label}", *TRUST, "--shm-size=256m"]
    box = _docker(*words, reference, "sleep", str(SECONDS * 2)).strip()
    others = []
    try:
        _docker("cp", f"{repo}/.", f"{box}:/tmp/project")
        _docker("exec", "--user=0", box, "chown", "-R", "1000:1000", "/tmp/project")
        for recipe in _recipes(choice):
            full = images.tag(f"services/{recipe}")
            port = f"--env=SERVICE_PORT={RECIPES[recipe].port}"
            net = f"--network=container:{box}"
            words = ["run", "-d", f"--label={label}", net, port, full]
            others.append(_docker(*words).strip())
        steps = " && ".join([*(choice.setup or ()), choice.test or "true"])
        command = ["timeout", str(SECONDS), "bash", "-c", f"cd /tmp/project && {steps}"]
        began = time.monotonic()
        done = subprocess.run(
            ["docker", "exec", "--user=1000:1000", "--env=HOME=/tmp", box, *command],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        seconds = time.monotonic() - began
        return _told(project, done.returncode, done.stdout + done.stderr, seconds)
    finally:
        for each in [*others, box]:
            _docker("rm", "-f", "-v", each)


def _told(project: Project, exit_code: int | None, said: str, seconds: float) -> Run:
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said)
    counts = ", ".join(match.strip("= ") for match in re.findall(project.said, plain))
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    last = "\n".join(lines[-15:]) if exit_code else ""
    return Run(-1 if exit_code is None else exit_code, counts, seconds, last)


def _swarm(harness: KeeperHarness, repo: Path, *words: str, fails: bool = False) -> str:
    """What the command said; a RuntimeError with it if it must not fail and did."""
    done = subprocess.run(
        [sys.executable, "-m", "swarm", *words],
        cwd=repo,
        env={**os.environ, "SWARM_HOME": str(harness.paths.home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=SECONDS,
    )
    if done.returncode and not fails:
        raise RuntimeError(f"swarm {words[0]}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def _docker(*words: str) -> str:
    done = ["docker", *words]
    return subprocess.run(done, capture_output=True, text=True, check=True).stdout


def _git(repo: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(repo), *words], check=True, capture_output=True)
