"""Turns a request and the configuration into a complete plan."""

from dataclasses import replace
from pathlib import Path

from swarm.agents.description import Agent
from swarm.agents.starting import Start
from swarm.config.schema import Config
from swarm.plan import (
    accounts,
    box_page,
    hardening,
    image_variables,
    own_files,
    sandbox_environment,
    service_hosts,
    starter,
    unattended_environment,
)
from swarm.plan.agent_start import start_of
from swarm.plan.host_facts import HostFacts, sandbox_user, worktree_owner
from swarm.plan.naming import TaskNames
from swarm.plan.plan_request import PlanRequest
from swarm.plan.sandbox_limits import limits_of, tmpfs
from swarm.plan.specs import (
    AGENT_HOME,
    PLACEHOLDER_PREFIX,
    Mount,
    Plan,
    SandboxSpec,
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
    begin = start_of(request, agent, config, host.shell)
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
        owner=worktree_owner(host),
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
    begin = start_of(again, agent, config, shell)
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
