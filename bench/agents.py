"""From an agent's start to its first request of the model, beside a bare container.

Both start the same program of the same image with the same settings; the bare one has
no gate, no sensor and no floor, and the real key. The model is the scripted one.

On a machine with other work the time says little: what box and gate use of a processor
until then, beside the bare container, says what is ours.
"""

import itertools
import json
import shutil
import statistics
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bench.docker_command import docker
from bench.table import Row
from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.engine.host import images
from swarm.model.task import State
from swarm.plan import sandbox_environment, specs
from swarm.plan.specs import AGENT_HOME, PLACEHOLDER_PREFIX, WORKSPACE, SandboxSpec
from swarm.scripted_model.steps import Hold, Say
from tests.agents.driven import KEY, DrivenAgents, edits_in_text, open_driven_agents
from tests.agents.key_search import processes_of

AGENTS = (
    *("claude", "codex", "gemini", "opencode", "qwen", "copilot"),
    *("pi", "kimi", "vibe", "cline", "aider", "mini"),
)
RUNS = 5
LIMIT = 1.15
EIGHT = 8
_NUMBERS = itertools.count()


def rows() -> list[Row]:
    """Milliseconds of each agent; what eight of a kind have in memory."""
    engine = DockerImages()
    for agent in AGENTS:
        images.build(engine, f"agents/{agent}", lambda _line: None)
    engine.close()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_driven_agents(Path(folder), AGENTS) as house,
    ):
        found = [row for agent in AGENTS for row in _speed(house, agent)]
        return [*found, *_memory(house, "claude"), *_memory(house, "gemini")]


def _speed(house: DrivenAgents, agent: str) -> Iterator[Row]:
    way = "headless" if "headless" in registry.find(agent).ways else "screen"
    ours, bare = list[float](), list[float]()
    used, used_bare = list[float](), list[float]()
    for run in range(RUNS + 1):
        marker = f"bench-{next(_NUMBERS)}-"
        number, seconds, busy = _ours(house, agent, way, marker)
        plan = specs.from_json(house.harness.queries.tasks.plan(number))
        beside, busy_bare = _bare(house, agent, plan.sandbox, marker)
        if run:
            ours.append(seconds * 1000)
            bare.append(beside * 1000)
            used.append(busy)
            used_bare.append(busy_bare)
        house.harness.wish("discard", task=number)
    yield Row(
        f"{agent} {way}: start → first request / bare",
        statistics.median(ours), statistics.median(bare), LIMIT, "ms",
    )  # fmt: skip
    yield Row(
        f"{agent} {way}: processor of box and gate / bare",
        statistics.median(used), statistics.median(used_bare), LIMIT, "ms",
    )  # fmt: skip


def _ours(
    house: DrivenAgents, agent: str, way: str, marker: str
) -> tuple[int, float, float]:
    """The task, the seconds to its first request, and the processor's milliseconds."""
    gate = house.harness.parts.nets.gate.names.gate
    house.model.plays(marker, [Say("Done.")], in_text=edits_in_text(agent))
    number = house.start(agent, way, f"Please do {marker} now.")
    try:
        house.harness.until_state(number, State.LIVE, State.STOPPED)
        before = _busy(gate)
        house.harness.until(lambda: house.model.furthest(marker) >= 0, marker)
        name = house.harness.context.names(number).sandbox
        busy = _busy(name) + _busy(gate) - before
        return number, _asked_at(house, marker) - _started_at(name), busy
    finally:
        house.stop(number)


def _asked_at(house: DrivenAgents, marker: str) -> float:
    return min(seen.at for seen in house.model.seen if marker in json.dumps(seen.body))


def _started_at(name: str) -> float:
    said = docker("inspect", "--format", "{{.State.StartedAt}}", name)
    return datetime.fromisoformat(said.strip()).timestamp()


def _busy(name: str) -> float:
    """Milliseconds of a processor that a container has used until now."""
    number = docker("inspect", "--format", "{{.Id}}", name).strip()
    places = (
        f"cpuacct/docker/{number}/cpuacct.usage",
        f"cpu,cpuacct/docker/{number}/cpuacct.usage",
        f"docker/{number}/cpu.stat",
        f"system.slice/docker-{number}.scope/cpu.stat",
    )
    for file in (Path("/sys/fs/cgroup", place) for place in places):
        if file.exists():
            is_first = file.name == "cpuacct.usage"
            value = file.read_text().removeprefix("usage_usec").split()[0]
            return int(value) / (1e6 if is_first else 1e3)
    raise AssertionError(f"the control group of {name} is not where Docker makes it")


def _bare(
    house: DrivenAgents, agent: str, spec: SandboxSpec, old: str
) -> tuple[float, float]:
    """The same program and prompt, but for a marker of its own: as `_ours`."""
    marker = f"bench-{next(_NUMBERS)}-"
    house.model.plays(marker, [Say("Done.")], in_text=edits_in_text(agent))
    with _prepared(house, spec, old, marker) as words:
        name = f"swarm-{marker}bare"
        try:
            docker("run", "--detach", "--name", name, *words)
            house.harness.until(lambda: house.model.furthest(marker) >= 0, marker)
            busy = _busy(name)
            return _asked_at(house, marker) - _started_at(name), busy
        finally:
            docker("rm", "--force", "--volumes", name)


@contextmanager
def _prepared(
    house: DrivenAgents, spec: SandboxSpec, old: str, marker: str
) -> Iterator[list[str]]:
    """The words of `docker run`; folders that are its own go again."""
    folder = house.sample.parent
    authority = str(folder / "model.pem")
    trust = {sandbox_environment.BUNDLE, sandbox_environment.CA}
    words = ["--init", "--user", spec.user, "--workdir", spec.workdir]
    words += ["--tty", "--interactive"] if spec.terminal else []
    for key, value in spec.environment.items():
        if "proxy" in key.lower():
            continue
        value = "/model.pem" if value in trust else value
        value = KEY if value.startswith(PLACEHOLDER_PREFIX) else value
        words += ["--env", f"{key}={value}"]
    for host, address in _hosts(house).items():
        words += ["--add-host", f"{host}:{address}"]
    words += ["--volume", f"{authority}:/model.pem:ro"]
    with tempfile.TemporaryDirectory() as tree:
        Path(tree).chmod(0o777)
        # The task's own git folder is mounted over it, as in the box.
        shutil.copytree(
            house.sample, Path(tree, "w"), ignore=shutil.ignore_patterns(".git")
        )
        Path(tree, "w", ".git").touch()
        subprocess.run(["chmod", "--recursive", "a+rwX", tree], check=True)
        words += ["--volume", f"{tree}/w:{WORKSPACE}", "--volume", AGENT_HOME]
        own = sandbox_environment.mounted_folder(spec.mounts)
        assert own
        copy = _renamed(own, Path(tree, "etc"), old, marker)
        for mount in spec.mounts:
            if mount.target in (WORKSPACE, AGENT_HOME) or mount.kind != "bind":
                continue
            source = mount.source.replace(str(own), str(copy))
            if source.endswith(("bundle.pem", "/ca.pem")):
                source = authority
            words += ["--volume", f"{source}:{mount.target}:ro"]
        argv = [text.replace(old, marker) for text in spec.argv]
        yield [*words, spec.image, *argv]


def _renamed(folder: Path, copy: Path, old: str, new: str) -> Path:
    """A copy of what a box sees at /etc/swarm, with another marker in its prompt."""
    shutil.copytree(folder, copy)
    for file in copy.rglob("*"):
        if file.is_file() and old.encode() in (content := file.read_bytes()):
            file.write_bytes(content.replace(old.encode(), new.encode()))
    return copy


def _hosts(house: DrivenAgents) -> dict[str, str]:
    """The models' names and the address that the gate finds them at."""
    text = (house.harness.paths.home / "config.toml").read_text()
    known: dict[str, str] = tomllib.loads(text)["gate"]["hosts"]
    return known


def _memory(house: DrivenAgents, agent: str) -> Iterator[Row]:
    """MB of one, and of eight at once: what they share counts by share."""
    held = Hold(seconds=600)
    marker = f"bench-{next(_NUMBERS)}-"
    house.model.plays(marker, [held, Say("Done.")])
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
