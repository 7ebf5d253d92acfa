"""Tries on a small container what an engine does not say of itself.

It may be in a virtual machine that shares no folder, map users in a way of its own, or
be kept from files by a security module. A container with a sandbox's user and floor
reads a file of ours and writes another; whatever stands in the way of that would stand
in the way of every task.
"""

import secrets
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.safe_fs.files import change_owner, erase
from swarm.config.schema import Config
from swarm.engine.host import engine_kind, failed_starts, images
from swarm.engine.host.engine_kind import Here
from swarm.errors import SwarmError, ToolError
from swarm.model.safe_text import plain
from swarm.plan import hardening
from swarm.plan.gate_containers import GateNames
from swarm.plan.host_facts import HostFacts, sandbox_user, worktree_owner
from swarm.plan.naming import HomePaths
from swarm.plan.sandbox_limits import tmpfs
from swarm.plan.specs import Mount, SandboxSpec
from swarm.ports import ContainerEngineFacts, Containers

PLACE = "/trial"
QUESTION, ANSWER = "question", "answer"
SCRIPT = f"set -e; cat {PLACE}/{QUESTION}; echo written > {PLACE}/{ANSWER}"
LIMIT = 4096
"""Bytes of the answer."""
WAY_OUT = "use rootful Docker on this machine; `docker context ls` lists your engines"

_LOCK = threading.Lock()
_PASSED: set[tuple[str, ...]] = set()
"""Endpoint, machine, version and folder of each trial that went well."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One engine, and the folder in which worktrees are made."""

    containers: Containers
    facts: ContainerEngineFacts
    host: HostFacts
    """Its image may be any that has a shell."""
    folder: Path
    swap_stays_unlimited: bool = False
    way_out: str = WAY_OUT

    @classmethod
    def of(
        cls,
        containers: Containers,
        facts: ContainerEngineFacts,
        paths: HomePaths,
        config: Config,
        here: Here,
    ) -> "Trial":
        """The trial of an engine; ToolError if the gate's image is not built."""
        image = images.reference(containers, "gate")
        return cls(
            containers,
            facts,
            host_facts(paths, facts, image, here),
            paths.home,
            engine_kind.swap_stays_unlimited(facts, config, here),
            _way_out(here),
        )


def host_facts(
    paths: HomePaths, facts: ContainerEngineFacts, image: str, here: Here
) -> HostFacts:
    """What a plan depends on, of this machine and its engine."""
    return HostFacts(
        paths=paths,
        image=image,
        seccomp=images.seccomp_profile(),
        uid=here.uid,
        gid=here.gid,
        first_ids=facts.first_ids or (0, 0),
        userns="host" if engine_kind.opts_out_of_remap(facts, here.uid) else "",
        selinux=facts.selinux,
    )


def require(
    containers: Containers,
    paths: HomePaths,
    config: Config,
    here: Here,
    worktrees: Path | None = None,
) -> ContainerEngineFacts:
    """The engine's facts; ToolError if no sandbox works there, before one is made.

    `worktrees` is the folder of the new worktree, if not the home. Blocks for the
    engine's answer, and the first time for a trial of about a second, unless it is
    Docker as most have it.
    """
    facts = containers.facts()
    engine_kind.require(facts, config, here)
    if engine_kind.is_plain(facts, here):
        return facts
    trial = Trial.of(containers, facts, paths, config, here)
    trial = replace(trial, folder=worktrees or trial.folder)
    key = (facts.endpoint, facts.host_name, facts.version, str(trial.folder))
    with _LOCK:
        if key not in _PASSED:
            run(trial)
            _PASSED.add(key)
    return facts


def run(trial: Trial) -> None:
    """Try it; ToolError says what does not work. Nothing of the trial is left."""
    trial.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = trial.folder / f".trial-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    token = secrets.token_hex(16)
    try:
        (folder / QUESTION).write_text(token)
        (folder / QUESTION).chmod(0o600)
        owner = worktree_owner(trial.host)
        if owner:
            change_owner(folder, owner)
        failed_starts.once_more(lambda: _ask(trial, folder, token))
        _require_answer(trial, folder)
    finally:
        erase(folder)


def _ask(trial: Trial, folder: Path, token: str) -> None:
    """Let a container read the question; ToolError if it is another or weaker."""
    spec = _spec(trial, folder)
    containers = trial.containers
    try:
        containers.create(spec)
        facts = containers.inspect(spec.name)
        faults = (
            hardening.inspected_faults(facts.raw, spec) if facts else ["it is gone"]
        )
    finally:
        containers.remove(spec.name)
    if trial.swap_stays_unlimited and hardening.SWAP_FAULT in faults:
        faults.remove(hardening.SWAP_FAULT)
    if faults:
        found = f"makes a container weaker than asked for: {'; '.join(faults)}"
        raise _refusal(trial, found)
    try:
        answer = containers.run(spec, LIMIT)
    except SwarmError as error:
        if isinstance(error, ToolError) and failed_starts.is_engines_fault(error):
            raise
        raise _refusal(
            trial,
            "does not let a sandbox read and write a worktree: "
            f"{plain(error.message, 300)}",
        ) from error
    if answer.decode(errors="replace").strip() != token:
        raise _refusal(trial, "shows a sandbox other files than this machine's")


def _require_answer(trial: Trial, folder: Path) -> None:
    try:
        (folder / ANSWER).read_bytes()
    except OSError as error:
        found = f"writes a sandbox's files elsewhere, or unreadable: {error.strerror}"
        raise _refusal(trial, found) from error


def _refusal(trial: Trial, found: str) -> ToolError:
    facts = trial.facts
    mode = "rootless " if facts.rootless else ""
    return ToolError(
        f"{mode}{facts.product} at {facts.endpoint} {found}",
        hint=trial.way_out,
    )


def _way_out(here: Here) -> str:
    if not here.container:
        return WAY_OUT
    return (
        f"swarm runs in a container (there is {here.container}), and the engine may be "
        "outside of it: run swarm on the engine's machine, or mount the folder into "
        "this container from the same path there"
    )


def _spec(trial: Trial, folder: Path) -> SandboxSpec:
    host = trial.host
    uid, gid = sandbox_user(host.uid, host.gid)
    names = GateNames(host.paths.tag)
    return SandboxSpec(
        name=f"swarm-{names.tag}-trial-{secrets.token_hex(4)}",
        image=host.image,
        argv=("sh", "-c", SCRIPT),
        user=f"{uid}:{gid}",
        labels=names.labels("trial"),
        mounts=(Mount("bind", str(folder), PLACE, relabel=host.selinux),),
        workdir="/",
        seccomp=host.seccomp,
        tmpfs=tmpfs(1 << 20),
        userns=host.userns,
        terminal=False,
    )
