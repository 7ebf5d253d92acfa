"""The stream of `pi --mode json`."""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, number, table, text
from swarm.model.agent_state import AgentState

_WORK = frozenset(
    {"message_update", "tool_execution_start", "tool_execution_update"}
    | {"tool_execution_end"}
)
_BEGINS = frozenset({"agent_start", "turn_start", "message_start"})
"""A retry begins with these, too: they change a limit to nothing."""
_WAITS = frozenset({AgentState.LIMITED, AgentState.OVERLOADED})


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    kind = text(event, "type")
    if kind in _WORK:
        return claims.working(kind, text(event, "toolName"))
    if kind in _BEGINS:
        return None if before.state in _WAITS else claims.working(kind)
    match kind:
        case "session":
            return claims.claim(AgentState.STARTING, kind)
        case "message_end":
            return _message(table(event, "message"), before, now)
        case "auto_retry_start":
            return _retry(event, now)
        case "auto_retry_end":
            if event.get("success") is True:
                return claims.working(kind)
            return claims.trouble(kind, text(event, "finalError"), now)
        case "agent_settled":
            return claims.over(before, kind)
    return None


def _message(message: Json, before: Reading, now: float) -> Reading | None:
    error = text(message, "errorMessage")
    if text(message, "stopReason") == "error" and error:
        return claims.trouble("message_end error", error, now)
    is_answer = text(message, "role") == "assistant"
    if before.state in _WAITS and not is_answer:
        return None
    return claims.working("message_end")


def _retry(event: Json, now: float) -> Reading:
    found = claims.trouble("auto_retry_start", text(event, "errorMessage"), now)
    if found.state is AgentState.LIMITED:
        return found
    until = claims.after(number(event, "delayMs"), now)
    return claims.claim(AgentState.OVERLOADED, found.rule, found.line, until)
