"""The box of an agent's own login: a sandbox without a repository, gone afterwards."""

from dataclasses import replace

from swarm.agents.description import Agent, Seed
from swarm.agents.starting import Start, filled
from swarm.config.schema import Config
from swarm.plan import accounts, hardening, sandbox_environment, starter
from swarm.plan.host_facts import HostFacts, sandbox_user
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL
from swarm.plan.sandbox_limits import limits_of, tmpfs
from swarm.plan.specs import AGENT_HOME, WORKSPACE, Mount, Plan, SandboxSpec

KIND = "login"
NET_LABEL = "swarm.net"
"""The net of the box: one that is left over goes with it."""
_UNTIL_DONE = """\
done=$HOME/$1; shift
( left=1800
  while sleep 0.5; do
    left=$((left - 1))
    if [ -s "$done" ] || [ $left -le 0 ]; then
      sleep 1; kill $$; sleep 3; kill -9 $$; exit
    fi
  done ) </dev/null >/dev/null 2>&1 &
exec "$@"
"""
"""Ends the program once its login file is there, for some go on to work; or after a
quarter of an hour."""


def name(tag: str, agent: str) -> str:
    """The box's container."""
    return f"swarm-{tag}-login-{agent}"


def volume(tag: str, agent: str) -> str:
    """The volume that is its home."""
    return f"{name(tag, agent)}-home"


def labels(tag: str) -> dict[str, str]:
    """Those by which the boxes of a home are found."""
    return {HOME_LABEL: tag, TASK_LABEL: "", KIND_LABEL: KIND}


def plan(
    agent: Agent, seeds: tuple[Seed, ...], net: str, config: Config, host: HostFacts
) -> Plan:
    """The plan of the box; PlanError if it would lie below the floor."""
    tag, words = host.paths.tag, _words(agent)
    uid, gid = sandbox_user(host.uid, host.gid)
    folder = str(host.paths.home / "login-box" / agent.name)
    program = (host.shell, "-c", _UNTIL_DONE, host.shell, in_home(agent.login.done))
    files = {in_home(seed.path): filled(seed.text, words) for seed in seeds}
    begin = Start("screen", "", (*program, *agent.login.argv), "argument", {}, files)
    limits = config.sandbox
    mounts = (
        *sandbox_environment.mounts(folder),
        *accounts.mounts(folder),
        Mount("volume", volume(tag, agent.name), AGENT_HOME),
    )
    spec = SandboxSpec(
        name=name(tag, agent.name),
        image=host.image,
        argv=starter.argv(begin, host.shell),
        user=f"{uid}:{gid}",
        labels={**labels(tag), NET_LABEL: net},
        mounts=tuple(
            replace(mount, relabel=host.selinux and mount.kind == "bind")
            for mount in mounts
        ),
        environment=_environment(agent, words),
        workdir=AGENT_HOME,
        limits=limits_of(limits),
        runtime=limits.runtime,
        userns=host.userns,
        seccomp=host.seccomp,
        tmpfs=tmpfs(limits.tmp, host.image_volumes),
    )
    hardening.refuse(spec)
    return Plan(sandbox=spec, worktree="", way="screen", files=starter.files(begin, ""))


def in_home(path: str) -> str:
    """A path of an agent's data, within its home."""
    return path.removeprefix("~/")


def _words(agent: Agent) -> dict[str, str]:
    return {
        "key": "",
        "key_tail": "",
        "endpoint": agent.model.url,
        "model": agent.model.default,
        "workspace": WORKSPACE,
    }


def _environment(agent: Agent, words: dict[str, str]) -> dict[str, str]:
    own = {key: filled(text, words) for key, text in agent.environment.items()}
    return {
        "HOME": AGENT_HOME,
        "USER": "agent",
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "NO_BROWSER": "true",
        **sandbox_environment.environment(),
        **{key: text for key, text in own.items() if text},
    }
