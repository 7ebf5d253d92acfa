"""The stream of `cline --json`."""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, number, table, text
from swarm.model.agent_state import AgentState

_WORK = frozenset(
    {"iteration_start", "iteration_end", "content_start", "content_update"}
    | {"content_end", "usage"}
)


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    kind = text(event, "type")
    match kind:
        case "hook_event":
            name = text(event, "hookEventName")
            return None if name == "agent_end" else claims.working(f"hook {name}")
        case "agent_event":
            return _agent(table(event, "event"), before, now)
        case "run_result":
            return _end(text(event, "finishReason"), kind, before, now)
        case "run_error" | "error":
            words = text(event, "message") or text(event, "error", "message")
            return claims.trouble(kind, words or text(event, "error"), now)
    return None


def _agent(event: Json, before: Reading, now: float) -> Reading | None:
    kind = text(event, "type")
    if kind in _WORK:
        return claims.working(kind, text(event, "toolName"))
    match kind:
        case "error":
            words = text(event, "error", "message") or text(event, "error")
            status = number(event, "error", "status")
            return claims.trouble(kind, words or text(event, "message"), now, status)
        case "approval_request" | "tool_approval":
            return claims.claim(AgentState.ASKS_PERMISSION, kind)
        case "done":
            return _end(text(event, "reason"), kind, before, now)
    return None


def _end(reason: str, rule: str, before: Reading, now: float) -> Reading:
    if reason in ("completed", "stop", ""):
        return claims.over(Reading(None), f"{rule} {reason}".strip())
    if before.state in claims.KEPT:
        return before
    return claims.trouble(f"{rule} {reason}", reason, now)
