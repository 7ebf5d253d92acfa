"""Compares a container that was created with the floor, before anything runs in it."""

from swarm.engine.context import EngineContext
from swarm.engine.host import engine_kind
from swarm.errors import ToolError
from swarm.plan import hardening
from swarm.plan.specs import SandboxSpec


def require(context: EngineContext, spec: SandboxSpec) -> None:
    """ToolError if the container is weaker than the spec that it was made from."""
    facts = context.containers.inspect(spec.name)
    faults = hardening.inspected_faults(facts.raw, spec) if facts else ["it is gone"]
    if hardening.SWAP_FAULT in faults and engine_kind.swap_stays_unlimited(
        context.containers.facts(), context.config(), engine_kind.Here()
    ):
        faults.remove(hardening.SWAP_FAULT)
    if faults:
        raise ToolError(
            f"docker create: the container is weaker than asked for: "
            f"{'; '.join(faults)}",
            hint="the engine ignores a setting; see `swarm doctor`",
        )
