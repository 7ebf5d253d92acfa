"""Checks if this machine can run sandboxes; each check says how to fix its finding."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters import project_quota, system
from swarm.adapters.system import System
from swarm.config import load, policy_files
from swarm.engine.host import (
    engine_kind,
    images,
    kernel_checks,
    machine_checks,
    orphans,
    way_out,
)
from swarm.engine.host.check import Check
from swarm.engine.host.engine_kind import Here
from swarm.engine.host.engine_trial import Trial
from swarm.engine.host.kernel import Kernel
from swarm.engine.host.machine_checks import GIB
from swarm.engine.host.way_out import WayOut
from swarm.errors import SwarmError
from swarm.model import secret_words
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HomePaths
from swarm.ports import ContainerEngineFacts, Containers, Images, Progress
from swarm.store.queries import Queries

MEMORY_WARN = 2 * GIB
TMUX_NEEDED, GIT_NEEDED = (3, 2), (2, 38)


@dataclass(frozen=True, slots=True)
class Machine:
    """The parts of this machine that are checked; tests pass small ones."""

    places: HomePaths
    sandboxes: Containers
    images: Images
    tmux: Callable[[], str]
    """Returns its version; SwarmError if it is missing. `git` does the same."""
    git: Callable[[], str]
    room: machine_checks.GetRoom
    """The room of a path's disk; OSError if it cannot be read."""
    config: Path = field(default_factory=load.user_file)
    keeper_differs: Callable[[], str] = str
    """A sentence on the variables that the keeper has otherwise; empty for none."""
    system: System = field(default_factory=system.here)
    kernel: Kernel = field(default_factory=Kernel)
    here: Here = field(default_factory=Here)
    attempt: Callable[[Trial], None] = lambda _trial: None
    """Tries the engine on a small container; SwarmError."""
    way_out: Callable[[], WayOut | None] = lambda: None
    """What the gate goes out by; SwarmError if a setting of it cannot be read."""
    quota_obstacle: Callable[[Path], str] = project_quota.obstacle
    """Why a path's disk holds no task to its limit; empty if it does."""
    credentials: Callable[[], list[Check]] = list
    """A line for each login and key of an agent."""


def examine(machine: Machine) -> list[Check]:
    """All checks in order.

    Blocks for about a second for the engine's answers, and for `way_out.SECONDS`.
    """
    facts, engine = _engine(machine)
    checks = [engine, *machine_checks.system(machine.system, machine.places.home)]
    if facts:
        checks += [*_isolation(facts), *_kind(machine, facts)]
    checks += [
        _version("tmux", machine.tmux, TMUX_NEEDED, machine.system),
        _version("git", machine.git, GIT_NEEDED, machine.system),
        *_resources(machine, facts),
        _home(machine.places),
        _database(machine.places),
        _config(machine.config),
        _policy(policy_files.beside(machine.config)),
        *_way_out(machine),
        *machine.credentials(),
        _keeper(machine.keeper_differs()),
    ]
    if facts:
        checks += [*_images(machine), _gate(machine), _leftovers(machine)]
    return checks


def fix_all(checks: list[Check], progress: Progress) -> list[Check]:
    """Try every fix; returns the checks as they then stand."""
    return [check.fixed(progress) for check in checks]


def _engine(machine: Machine) -> tuple[ContainerEngineFacts | None, Check]:
    try:
        facts = machine.sandboxes.facts()
    except SwarmError as error:
        mend = (
            "install it (`apt-get install docker.io`) or start it (`sudo systemctl "
            "start docker`, or `sudo dockerd`); if it runs, allow your user to "
            "use it (`sudo usermod -aG docker $USER`, then log in again)"
        )
        if machine.system.is_macos:
            mend = "install and start Docker Desktop, or choose a `docker context`"
        elif machine.system.wsl:
            mend = "start Docker Desktop, and switch on its WSL integration"
        if error.hint and "swarm doctor" not in error.hint:
            mend = error.hint
        return None, Check("container engine", "fail", error.message, mend)
    mode = "rootless" if facts.rootless else "rootful"
    finding = f"{facts.product} {facts.version}, {mode}, at {facts.endpoint}"
    return facts, Check("container engine", "ok", finding)


def _isolation(facts: ContainerEngineFacts) -> Iterator[Check]:
    if facts.cgroup == "2":
        yield Check("cgroup", "ok", "version 2")
    else:
        mend = (
            "boot with `systemd.unified_cgroup_hierarchy=1`; limits are coarser without"
        )
        yield Check("cgroup", "warn", f"version {facts.cgroup}", mend)
    if facts.storage == "vfs":
        mend = "use overlay2: vfs copies a whole image for each task"
        yield Check("storage", "warn", facts.storage, mend)
    else:
        yield Check("storage", "ok", facts.storage)
    yield Check("runtimes", "ok", ", ".join(facts.runtimes))


def _kind(machine: Machine, facts: ContainerEngineFacts) -> Iterator[Check]:
    """The engine's kind, as `new` judges it, and a trial with a small container."""
    try:
        config = load.load(machine.config)
    except SwarmError:
        config = load.load(load.DEFAULTS)  # `config` tells of the mistake
    checks = list(engine_kind.examine(facts, config, machine.here))
    yield from checks
    if any(check.grade == "fail" for check in checks):
        return
    try:
        if machine.sandboxes.image_id(images.tag("gate")) is None:
            found = "not tried: the gate's image is not built"
            yield Check("sandbox", "warn", found, "`swarm image build gate`")
            return
        trial = Trial.of(machine.sandboxes, facts, machine.places, config, machine.here)
        machine.attempt(trial)
    except SwarmError as error:
        yield Check("sandbox", "fail", error.message, error.hint)
    else:
        yield Check("sandbox", "ok", "one reads and writes a file of this machine")


def _version(
    tool: str, get_version: Callable[[], str], needed: tuple[int, int], here: System
) -> Check:
    minimum = ".".join(map(str, needed))
    mend = f"install {tool} {minimum} or newer ({here.install(tool)})"
    try:
        finding = get_version()
    except SwarmError as error:
        return Check(tool, "fail", error.message, mend)
    if version_of(finding) < needed:
        return Check(tool, "fail", f"{finding}; {minimum} is needed", mend)
    return Check(tool, "ok", finding)


def version_of(text: str) -> tuple[int, int]:
    """The first two numbers of a version: `tmux 3.3a`, `2.39.5`; (0, 0) for none."""
    for word in text.replace("next-", "").split():
        major, _, rest = word.partition(".")
        minor = "".join(c for c in rest.partition(".")[0] if c.isdigit())
        if major.isdigit() and minor:
            return int(major), int(minor)
    return 0, 0


def _resources(machine: Machine, facts: ContainerEngineFacts | None) -> Iterator[Check]:
    """Disks, clock, memory and kernel, as far as they are of this machine."""
    yield machine_checks.disk(machine.room, "disk of home", machine.places.home)
    yield machine_checks.quota(machine.quota_obstacle(machine.places.home))
    is_elsewhere = machine_checks.is_engine_elsewhere(machine.system, facts)
    if facts:
        yield machine_checks.clock(machine.system, facts)
    if is_elsewhere:
        yield machine_checks.elsewhere(facts)
    elif facts and facts.root and _is_visible(Path(facts.root)):
        yield machine_checks.disk(machine.room, "disk of images", Path(facts.root))
    yield _memory(machine)
    if not is_elsewhere:
        yield from kernel_checks.examine(machine.kernel, facts)


def _memory(machine: Machine) -> Check:
    free = machine.kernel.memory()
    if free is None:
        return Check("memory", "ok", "not known on this system")
    finding = f"{free / GIB:.1f} GiB available"
    if free >= MEMORY_WARN:
        return Check("memory", "ok", finding)
    mend = "lower `max_running` or `sandbox.memory` in the config"
    return Check("memory", "warn", finding, mend)


def _is_visible(path: Path) -> bool:
    """False for the folder of an engine that remaps users, which only root sees."""
    try:
        return path.exists()
    except OSError:
        return False


def _home(paths: HomePaths) -> Check:
    mode = paths.home.stat().st_mode & 0o777

    def fix(progress: Progress) -> None:
        progress(f"chmod 0700 {paths.home}")
        paths.home.chmod(0o700)

    if mode == 0o700:
        return Check("home", "ok", str(paths.home))
    finding = f"{paths.home} has mode {mode:04o}: other users may read it"
    return Check("home", "warn", finding, f"chmod 0700 {paths.home}", fix)


def _database(paths: HomePaths) -> Check:
    try:
        queries = Queries(paths.database)
        count = len(queries.tasks.all(removed=True))
        queries.close()
    except SwarmError as error:
        return Check("database", "fail", error.message, error.hint)
    return Check("database", "ok", f"{count} tasks in {paths.database}")


def _config(file: Path) -> Check:
    try:
        load.load(file)
    except SwarmError as error:
        return Check("config", "fail", error.message, error.hint)
    finding = str(file) if file.exists() else f"defaults; {file} does not exist"
    return Check("config", "ok", finding)


def _policy(file: Path) -> Check:
    try:
        layer = policy_files.read(file, "user")
    except SwarmError as error:
        return Check("policy", "fail", error.message, error.hint)
    if layer is None:
        return Check("policy", "ok", f"the preset alone; {file} does not exist")
    if layer.warnings:
        return Check("policy", "warn", layer.warnings[0], "narrow the rule")
    expired = secret_words.expired(layer.secrets, time.time())
    if expired:
        mend = "renew the secret, then change or remove its `expires`"
        return Check("policy", "warn", "; ".join(expired), mend)
    return Check("policy", "ok", f"{len(layer.rules)} rules in {file}")


def _keeper(difference: str) -> Check:
    if not difference:
        return Check("keeper", "ok", "has what this shell has, or starts with it")
    return Check("keeper", "warn", difference, "swarm keeper restart")


def _way_out(machine: Machine) -> list[Check]:
    try:
        way = machine.way_out()
    except SwarmError as error:
        return [Check("proxy", "fail", error.message, error.hint)]
    return way_out.examine(way) if way else []


def _gate(machine: Machine) -> Check:
    # The gate starts when a task needs it, so a stopped gate is no fault.
    labels = GateNames(machine.places.tag).labels("gate")
    try:
        finding = machine.sandboxes.all(labels)
    except SwarmError as error:
        return Check("gate", "warn", error.message, error.hint)
    if any(facts.status == "running" for facts in finding):
        return Check("gate", "ok", f"{finding[0].name} runs")
    return Check("gate", "ok", "starts with the first task")


def _images(machine: Machine) -> Iterator[Check]:
    for name in images.own():
        reference = images.tag(name)
        try:
            is_built = machine.images.image_id(reference)
        except SwarmError as error:
            yield Check("images", "fail", error.message, error.hint)
            return
        if is_built:
            yield Check(f"image {name}", "ok", reference)
            continue

        def fix(progress: Progress, name: str = name) -> None:
            images.build(machine.images, name, progress)

        mend = f"`swarm image build {name}`"
        yield Check(f"image {name}", "warn", f"{reference} is not built", mend, fix)


def _leftovers(machine: Machine) -> Check:
    try:
        finding = orphans.find(machine.places, machine.sandboxes)
    except SwarmError as error:
        return Check("leftovers", "warn", error.message, error.hint)
    if not finding:
        return Check("leftovers", "ok", "none")

    def fix(progress: Progress) -> None:
        orphans.remove(machine.places, machine.sandboxes, finding, progress)

    names = ", ".join(f"{orphan.kind} {orphan.name}" for orphan in finding)
    return Check(
        "leftovers",
        "warn",
        f"no task knows {names}",
        "`swarm doctor --fix` removes them",
        fix,
    )
