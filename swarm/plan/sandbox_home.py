"""One-shots of root on a home: one opens it to the agent, another empties it."""

import secrets

from swarm.plan.gate_containers import SMALL
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL
from swarm.plan.specs import AGENT_HOME, Mount, SandboxSpec


def opener(sandbox: SandboxSpec, volume: str, image: str) -> SandboxSpec:
    """Root of an image of ours, which can do nothing but change this one folder."""
    labels = {
        HOME_LABEL: sandbox.labels[HOME_LABEL],
        TASK_LABEL: "",
        KIND_LABEL: "home",
    }
    return SandboxSpec(
        name=f"{sandbox.name}-home",
        image=image,
        argv=("chmod", "1777", AGENT_HOME),
        user="0:0",
        labels=labels,
        mounts=(Mount("volume", volume, AGENT_HOME),),
        workdir="/",
        limits=SMALL,
        seccomp=sandbox.seccomp,
        userns=sandbox.userns,
        cap_add=("FOWNER",),
        terminal=False,
        init=False,
    )


def emptier(tag: str, folder: str, image: str, seccomp: str) -> SandboxSpec:
    """Root of an image of ours, which can do nothing but empty this one folder.

    The engine fills a new home from its image, as root; only root may take that away.
    """
    return SandboxSpec(
        name=f"swarm-{tag}-emptier-{secrets.token_hex(4)}",
        image=image,
        argv=("find", AGENT_HOME, "-mindepth", "1", "-delete"),
        user="0:0",
        labels={HOME_LABEL: tag, TASK_LABEL: "", KIND_LABEL: "home"},
        mounts=(Mount("bind", folder, AGENT_HOME),),
        workdir="/",
        limits=SMALL,
        seccomp=seccomp,
        cap_add=("DAC_OVERRIDE", "FOWNER"),
        terminal=False,
        init=False,
    )
