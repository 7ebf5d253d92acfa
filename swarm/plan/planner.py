"""Turns a request and the configuration into a complete plan."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from swarm.agents.description import Agent
from swarm.agents.starting import Start, StartRequest, chosen_run, start
from swarm.config.brought import Brought
from swarm.config.own_files import OwnFiles
from swarm.config.schema import AgentSettings, Config, Sandbox
from swarm.errors import PlanError
from swarm.model.project import ProjectChoice
from swarm.plan import (
    accounts,
    box_page,
    hardening,
    image_variables,
    own_caches,
    own_files,
    sandbox_environment,
    service_hosts,
    starter,
    unattended_environment,
)
from swarm.plan.naming import HomePaths, TaskNames
from swarm.plan.specs import (
    AGENT_HOME,
    PLACEHOLDER_PREFIX,
    WORKSPACE,
    Limits,
    Mount,
    Plan,
    SandboxSpec,
)

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
    way: str = ""
    """`screen` or `headless`; empty for the agent's usual way."""
    mode: str = ""
    """What the agent may do unasked; empty for the most that it knows."""
    conversation: str = ""
    """The id of the agent's conversation, if it is known."""
    resumes: bool = False
    """The conversation is taken up again, not begun."""
    briefing: str = ""
    """What the agent is told of its box, by its own mechanism."""
    brought: Brought = field(default_factory=Brought)
    """What the user brings to every agent."""
    own: OwnFiles = field(default_factory=OwnFiles)
    """What of the user's own files its home gets."""
    project: ProjectChoice = field(default_factory=ProjectChoice)
    preset: str = ""
    """The policy's, if it is the task's own."""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Facts of the host that a plan depends on."""

    paths: HomePaths
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
    first_ids: tuple[int, int] = (0, 0)
    """The machine's uid and gid that 0:0 of a container is."""
    userns: str = ""
    """`host` if a sandbox must do without the engine's remap."""
    selinux: bool = False
    """True if containers see files with their label only."""


def sandbox_user(uid: int, gid: int) -> tuple[int, int]:
    """The agent's uid and gid: the user's, or 1000 if swarm itself is root."""
    return (uid, gid) if uid else (1000, 1000)


def owner(host: HostFacts) -> tuple[int, int] | None:
    """The uid and gid, on this machine, that a worktree is given to; None: it stays."""
    if host.uid:
        return None
    uid, gid = sandbox_user(host.uid, host.gid)
    first_uid, first_gid = (0, 0) if host.userns == "host" else host.first_ids
    return uid + first_uid, gid + first_gid


def limits_of(settings: Sandbox) -> Limits:
    """What a sandbox may use of the machine, as the user's settings have it."""
    return Limits(
        memory=settings.memory,
        cpus=settings.cpus,
        pids=settings.pids,
        nofile=settings.nofile,
        shm=settings.shm,
        tmp=settings.tmp,
    )


def tmpfs(size: int, volumes: tuple[str, ...] = ()) -> dict[str, str]:
    """The writable places of every sandbox that are memory: /tmp, /run, and `volumes`.

    `size` is the bytes of each but /run.
    """
    writable = f"rw,exec,nosuid,nodev,mode=1777,size={size}"
    return {
        "/tmp": writable,  # noqa: S108 - inside
        "/run": "rw,noexec,nosuid,nodev,mode=1777,size=67108864",
        **dict.fromkeys(volumes, writable),
    }


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
    begin = _start(request, agent, config, host.shell)
    limits = config.sandbox
    spec = SandboxSpec(
        name=names.sandbox,
        image=host.image,
        argv=starter.argv(begin, host.shell),
        user=f"{user[0]}:{user[1]}",
        labels=names.labels(),
        mounts=_mounts(names, request, host),
        environment=image_variables.merged(
            host.image_environment, _environment(names, request, begin)
        ),
        limits=limits_of(limits),
        runtime=limits.runtime,
        userns=host.userns,
        seccomp=host.seccomp,
        tmpfs=tmpfs(limits.tmp, host.image_volumes),
    )
    hardening.refuse(spec)
    return Plan(
        sandbox=spec,
        worktree=request.worktree or str(host.paths.worktree(names.task)),
        owner=owner(host),
        program=begin.argv[0],
        way=begin.way,
        mode=begin.mode,
        delivery=begin.delivery,
        files=_files(begin, request),
        project=request.project,
        preset=request.preset,
    )


def restarted(
    plan: Plan, request: PlanRequest, agent: Agent, config: Config, shell: str
) -> Plan:
    """The plan of a fresh sandbox for a task that has one; its limits and mounts stay.

    So do the placeholders of its secrets: its home may hold them. Of the request only
    prompt, command and conversation count.
    """
    kept = plan.sandbox.environment
    again = replace(
        request,
        environment=kept,
        way=plan.way,
        mode=plan.mode,
        mounts=plan.sandbox.mounts,
    )
    begin = _start(again, agent, config, shell)
    held = {
        name: value
        for name, value in kept.items()
        if value.startswith(PLACEHOLDER_PREFIX)
    }
    spec = replace(
        plan.sandbox,
        argv=starter.argv(begin, shell),
        environment={**kept, **begin.environment, **held},
    )
    hardening.refuse(spec)
    return replace(
        plan,
        sandbox=spec,
        program=begin.argv[0],
        delivery=begin.delivery,
        files=_files(begin, request),
    )


def program(agent: Agent, config: Config, way: str) -> str:
    """What the agent begins with; PlanError if it does not run in that way."""
    settings = config.agents.get(agent.name, AgentSettings())
    return chosen_run(agent, way or settings.way)[1].argv[0]


def chosen_start(agent: Agent, config: Config, way: str, mode: str) -> tuple[str, str]:
    """The way and mode that a task would have; PlanError if it cannot."""
    settings = config.agents.get(agent.name, AgentSettings())
    request = StartRequest(way=way or settings.way, mode=mode or settings.mode)
    begin = start(agent, request)
    return begin.way, begin.mode


def _mounts(
    names: TaskNames, request: PlanRequest, host: HostFacts
) -> tuple[Mount, ...]:
    """The mounts; with SELinux swarm's own files get the label that sandboxes see."""
    folder = str(host.paths.etc_swarm(names.task))
    mounts = (
        *request.mounts,
        *sandbox_environment.mounts(folder),
        *accounts.mounts(folder),
        *([service_hosts.mount(folder)] if request.project.service_container else ()),
        Mount("volume", names.home_volume, AGENT_HOME),
    )
    own = (str(host.paths.home), request.worktree or str(host.paths.home))
    return tuple(
        replace(
            mount,
            relabel=host.selinux
            and mount.kind == "bind"
            and any(Path(mount.source).is_relative_to(place) for place in own),
        )
        for mount in mounts
    )


def _start(request: PlanRequest, agent: Agent, config: Config, shell: str) -> Start:
    """How the agent starts; a command's shell is the one that the image has."""
    settings = config.agents.get(agent.name, AgentSettings())
    begin = start(
        agent,
        StartRequest(
            prompt=request.prompt,
            command=request.command or "",
            way=request.way or settings.way,
            mode=request.mode or settings.mode,
            key=request.environment.get(agent.model.key, ""),
            endpoint=settings.endpoint,
            model=settings.model,
            conversation=request.conversation,
            resumes=request.resumes,
            briefing=request.briefing,
            brought=request.brought,
            mcp_file=starter.MCP_FILE,
            workspace=WORKSPACE,
            prompt_file=starter.PROMPT_FILE,
            briefing_file=starter.BRIEFING_FILE,
            side_file=starter.SIDE_FILE,
            hook_file=starter.HOOK_FILE,
        ),
    )
    begin = replace(
        begin,
        files={**own_files.seeds(request.own), **begin.files},
        links={**own_files.links(request.own), **begin.links},
        before=own_caches.copying(request.mounts),
    )
    first, *others = begin.argv
    return replace(begin, argv=(shell, *others)) if first == SHELL else begin


def _files(begin: Start, request: PlanRequest) -> dict[str, str]:
    return {
        **own_files.files(request.own),
        **starter.files(begin, begin.prompt, request.briefing),
    }


def _environment(
    names: TaskNames, request: PlanRequest, begin: Start
) -> dict[str, str]:
    unattended = begin.way == "headless"
    return {
        **request.project.environment,
        "HOME": AGENT_HOME,
        "USER": "agent",
        "TERM": "tmux-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "SWARM_TASK": str(names.task),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        **sandbox_environment.environment(
            service_hosts.names(request.project.service_container)
        ),
        **box_page.environment(),
        **(unattended_environment.environment() if unattended else {}),
        **begin.environment,
        **request.environment,
    }
