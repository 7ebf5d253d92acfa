"""Turns a request and the configuration into a complete plan."""

from dataclasses import dataclass, field

from swarm.agents.registry import Agent, filled
from swarm.config.schema import Config
from swarm.errors import PlanError
from swarm.plan import (
    accounts,
    box_page,
    hardening,
    image_variables,
    sandbox_environment,
    unattended_environment,
)
from swarm.plan.naming import HomePaths, TaskNames
from swarm.plan.specs import AGENT_HOME, Limits, Mount, Plan, SandboxSpec

SHELL = "bash"
"""What an agent's data calls the shell; the image's own takes its place."""
PROMPT_LIMIT = 120 << 10
"""Bytes; Linux takes 128 KiB for one argument or variable of a process."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """The prompt or command of one task, with its mounts and environment."""

    prompt: str
    command: str | None = None
    mounts: tuple[Mount, ...] = ()
    """The worktree and its git directories."""
    environment: dict[str, str] = field(default_factory=dict)
    worktree: str = ""
    """Its place, if it is not the home's own."""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Facts of the host that a plan depends on."""

    places: HomePaths
    image: str
    """The full reference of an image that exists."""
    seccomp: str
    uid: int
    gid: int
    shell: str = "bash"
    """What runs a command in the image."""
    image_environment: dict[str, str] = field(default_factory=dict)
    """The image's own variables."""
    image_volumes: tuple[str, ...] = ()
    """Places of the image's own volumes that the agent could not write to."""


def sandbox_user(uid: int, gid: int) -> tuple[int, int]:
    """The agent's uid and gid: the user's, or 1000 if swarm itself is root."""
    return (uid, gid) if uid else (1000, 1000)


def check_words(agent: Agent, prompt: str, command: str | None) -> None:
    """Refuse a prompt or command that no agent can start with; PlanError names it."""
    if not prompt.strip() and not command:
        raise PlanError(
            "the prompt is empty", hint="say what to do, or use --run COMMAND"
        )
    if "command" in agent.needs and not command:
        raise PlanError(
            f"the agent {agent.name} needs a command", hint="use --run COMMAND"
        )
    for text in (prompt, command or ""):
        if "\0" in text:
            raise PlanError("the prompt holds a NUL character")
        if len(text.encode(errors="replace")) >= PROMPT_LIMIT:
            raise PlanError(
                f"the prompt is longer than {PROMPT_LIMIT >> 10} KiB",
                hint="put the text in a file of the repository and name it",
            )


def make(
    names: TaskNames,
    request: PlanRequest,
    agent: Agent,
    config: Config,
    host: HostFacts,
) -> Plan:
    """The plan of one task; PlanError if it would lie below the floor."""
    user = sandbox_user(host.uid, host.gid)
    words = {"prompt": request.prompt, "command": request.command or ""}
    limits = config.sandbox
    spec = SandboxSpec(
        name=names.sandbox,
        image=host.image,
        argv=_argv(agent, host.shell, words),
        user=f"{user[0]}:{user[1]}",
        labels=names.labels(),
        mounts=(
            *request.mounts,
            *sandbox_environment.mounts(str(host.places.etc_swarm(names.task))),
            *accounts.mounts(str(host.places.etc_swarm(names.task))),
            Mount("volume", names.home_volume, AGENT_HOME),
        ),
        environment=image_variables.merged(
            host.image_environment, _environment(names, request, agent, words)
        ),
        limits=Limits(
            memory=limits.memory,
            cpus=limits.cpus,
            pids=limits.pids,
            nofile=limits.nofile,
            shm=limits.shm,
            tmp=limits.tmp,
        ),
        runtime=limits.runtime,
        seccomp=host.seccomp,
        tmpfs={
            "/tmp": f"rw,exec,nosuid,nodev,mode=1777,size={limits.tmp}",  # noqa: S108 - inside
            "/run": "rw,noexec,nosuid,nodev,mode=1777,size=67108864",
            **dict.fromkeys(
                host.image_volumes,
                f"rw,exec,nosuid,nodev,mode=1777,size={limits.tmp}",
            ),
        },
    )
    hardening.refuse(spec)
    return Plan(
        sandbox=spec,
        worktree=request.worktree or str(host.places.worktree(names.task)),
        owner=None if host.uid else user,
    )


def _argv(agent: Agent, shell: str, words: dict[str, str]) -> tuple[str, ...]:
    first, *others = agent.argv
    begin = shell if first == SHELL else filled(first, words)
    return (begin, *(filled(part, words) for part in others))


def _environment(
    names: TaskNames, request: PlanRequest, agent: Agent, words: dict[str, str]
) -> dict[str, str]:
    return {
        "HOME": AGENT_HOME,
        "USER": "agent",
        "TERM": "tmux-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "SWARM_TASK": str(names.task),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        **sandbox_environment.environment(),
        **box_page.environment(),
        **(unattended_environment.environment() if agent.is_headless else {}),
        **{key: filled(value, words) for key, value in agent.environment.items()},
        **request.environment,
    }
