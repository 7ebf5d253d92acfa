"""The one-shot that opens a new home to the agent, if the image keeps it for root."""

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
