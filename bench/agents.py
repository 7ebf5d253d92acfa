"""From an agent's start to its first request of the model, beside a bare container.

Both start the same program of the same image with the same settings; the bare one has
no gate, no sensor and no floor, and the real key. The model is the scripted one.

On a machine with other work the time says little: what box and gate use of a processor
until then, beside the bare container, says what is ours.

    python -m bench.agents [--runs N] [--no-memory] [NAME…]

One run of one agent takes 5 to 20 seconds, and there are two in a round: name a few.
"""

import argparse
import itertools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bench.agent_memory import memory
from bench.docker_command import docker
from bench.table import Row, show
from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.engine.host import images
from swarm.model.task import State
from swarm.plan import sandbox_environment, specs
from swarm.plan.specs import AGENT_HOME, PLACEHOLDER_PREFIX, WORKSPACE, SandboxSpec
from swarm.scripted_model.steps import Hold, Say, Step
from tests.agents.driven import KEY, DrivenAgents, edits_in_text, open_driven_agents

AGENTS = (
    *("claude", "codex", "gemini", "opencode", "qwen", "copilot"),
    *("pi", "kimi", "vibe", "cline", "aider", "mini"),
)
RUNS = 3
LIMIT = 1.15
PATIENCE = 120.0
"""Seconds until one wait is given up, and with it the agent's rows."""
_NUMBERS = itertools.count()


def rows(
    names: Sequence[str] = AGENTS, runs: int = RUNS, of_memory: bool = True
) -> list[Row]:
    """Milliseconds of each agent, and what eight of a kind have in memory.

    A row is printed as it ends. An agent that does not come to an end says why, and
    leaves the others to go on.
    """
    engine = DockerImages()
    for agent in names:
        images.build(engine, f"agents/{agent}", lambda _line: None)
    engine.close()
    found = list[Row]()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_driven_agents(Path(folder), names) as house,
    ):
        house.harness.patience = PATIENCE
        for agent in names:
            found += _told(f"{agent}: speed", lambda a=agent: _speed(house, a, runs))  # type: ignore[misc]  # the default binds it
        for agent in names if of_memory else ():
            found += _told(f"{agent}: memory", lambda a=agent: memory(house, a))  # type: ignore[misc]  # the default binds it
    return found


def _told(what: str, measured: Callable[[], Iterator[Row]]) -> list[Row]:
    """The rows, printed; none of one that fails, whose error is printed."""
    try:
        found = list(measured())
    except (AssertionError, RuntimeError, ValueError, OSError):
        print(f"{what}: it came to no end", flush=True)
        traceback.print_exc(limit=2)
        return []
    print(show(found), flush=True)
    return found


def _speed(house: DrivenAgents, agent: str, runs: int) -> Iterator[Row]:
    way = "headless" if "headless" in registry.find(agent).ways else "screen"
    ours, bare = list[float](), list[float]()
    used, used_bare = list[float](), list[float]()
    for run in range(runs + 1):
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
    held = _held(house, agent, marker)
    number = house.start(agent, way, f"Please do {marker} now.")
    try:
        house.harness.until_state(number, State.LIVE, State.STOPPED)
        before = _busy(gate)
        house.harness.until(lambda: house.model.furthest(marker) >= 0, marker)
        name = house.harness.context.names(number).sandbox
        busy = _busy(name) + _busy(gate) - before
        started = _started_at(name)
        held.released.set()
        return number, _asked_at(house, marker) - started, busy
    finally:
        held.released.set()
        house.stop(number)


def _held(house: DrivenAgents, agent: str, marker: str) -> Hold:
    """The first request is held: a box that has ended says no more what it used."""
    held = Hold(seconds=PATIENCE)
    script: list[Step] = [held, Say("Done.")]
    house.model.plays(marker, script, in_text=edits_in_text(agent))
    return held


def _asked_at(house: DrivenAgents, marker: str) -> float:
    """When its first request came; blocks until that is answered."""

    def times() -> list[float]:
        seen = list(house.model.seen)
        return [each.at for each in seen if marker in json.dumps(each.body)]

    house.harness.until(lambda: bool(times()), marker)
    return min(times())


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
    held = _held(house, agent, marker)
    with _prepared(house, spec, old, marker) as words:
        name = f"swarm-{marker}bare"
        try:
            docker("run", "--detach", "--name", name, *words)
            house.harness.until(lambda: house.model.furthest(marker) >= 0, marker)
            busy = _busy(name)
            started = _started_at(name)
            held.released.set()
            return _asked_at(house, marker) - started, busy
        finally:
            held.released.set()
            docker("rm", "--force", "--volumes", name)


@contextmanager
def _prepared(
    house: DrivenAgents, spec: SandboxSpec, old: str, marker: str
) -> Iterator[list[str]]:
    """The words of `docker run`; folders that are its own go again."""
    authority = (house.sample.parent / "model.pem").read_text()
    words = ["--init", "--user", spec.user, "--workdir", spec.workdir]
    words += ["--tty", "--interactive"] if spec.terminal else []
    for key, value in spec.environment.items():
        if "proxy" in key.lower():
            continue
        value = KEY if _is_placeholder(value) else value
        words += ["--env", f"{key}={value}"]
    for host, address in _hosts(house).items():
        words += ["--add-host", f"{host}:{address}"]
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
        keys = [v for v in spec.environment.values() if _is_placeholder(v)]
        copy = Path(tree, "etc")
        _copied(own, copy, {old: marker, **dict.fromkeys(keys, KEY)})
        # As many roots as in the box: some agents read them all at their start.
        for file in (copy / "bundle.pem", copy / "ca.pem"):
            file.write_text(f"{file.read_text()}\n{authority}")
        for mount in spec.mounts:
            if mount.target in (WORKSPACE, AGENT_HOME) or mount.kind != "bind":
                continue
            source = mount.source.replace(str(own), str(copy))
            writing = "ro" if mount.read_only else "rw"
            words += ["--volume", f"{source}:{mount.target}:{writing}"]
        argv = [text.replace(old, marker) for text in spec.argv]
        yield [*words, spec.image, *argv]


def _is_placeholder(value: str) -> bool:
    return value.startswith(PLACEHOLDER_PREFIX)


def _copied(folder: Path, copy: Path, other: dict[str, str]) -> None:
    """Copy what a box sees at /etc/swarm, with other words in all of its files.

    Of the marker in its prompt, and of the key: some agents have that of a file alone.
    """
    shutil.copytree(folder, copy)
    for file in (found for found in copy.rglob("*") if found.is_file()):
        content = old = file.read_bytes()
        for word, instead in other.items():
            content = content.replace(word.encode(), instead.encode())
        if content != old:
            file.write_bytes(content)


def _hosts(house: DrivenAgents) -> dict[str, str]:
    """The models' names and the address that the gate finds them at."""
    text = (house.harness.paths.home / "config.toml").read_text()
    known: dict[str, str] = tomllib.loads(text)["gate"]["hosts"]
    return known


def main(words: list[str]) -> int:
    """Exit 1 for a ratio over its limit, and if an agent has no row."""
    parser = argparse.ArgumentParser(prog="python -m bench.agents")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(AGENTS))
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--no-memory", action="store_true")
    args = parser.parse_args(words)
    names = tuple(dict.fromkeys(args.names)) or AGENTS
    if unknown := [name for name in names if name not in AGENTS]:
        parser.error(f"no agent {unknown[0]!r}; there are: {', '.join(AGENTS)}")
    found = rows(names, max(args.runs, 1), not args.no_memory)
    print(show(found))
    each = 2 if args.no_memory else 3
    return int(len(found) < each * len(names) or any(row.over for row in found))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
