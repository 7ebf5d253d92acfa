"""The stream of `copilot --output-format json`."""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, number, text
from swarm.model.agent_state import AgentState

_WORK = frozenset(
    {"user.message", "assistant.turn_start", "assistant.message", "model.call_start"}
    | {"assistant.tool_call_delta", "tool.execution_start", "tool.execution_complete"}
    | {"assistant.message_delta", "assistant.reasoning_delta", "assistant.reasoning"}
    | {"tool.execution_partial_result", "permission.completed"}
    | {"user_input.completed", "elicitation.completed"}
)
_QUESTIONS = frozenset({"user_input.requested", "elicitation.requested"})


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    kind = text(event, "type")
    if kind in _WORK:
        words = text(event, "data", "toolName") or text(event, "data", "content")
        return claims.working(kind, words)
    if kind in _QUESTIONS:
        return claims.claim(AgentState.ASKS_QUESTION, kind)
    match kind:
        case "permission.requested":
            return claims.claim(AgentState.ASKS_PERMISSION, kind)
        case "model.call_failure":
            words = text(event, "data", "errorMessage") or text(event, "data", "error")
            status = number(event, "data", "statusCode")
            named = f"{kind} {status:.0f}" if status else kind
            return claims.trouble(named, words or named, now, status)
        case "session.error":
            words = text(event, "data", "message")
            error = text(event, "data", "errorType")
            status = number(event, "data", "statusCode")
            return claims.trouble(f"{kind} {error}", words or error, now, status)
        case "assistant.idle" | "session.idle":
            return claims.turn_over(before, kind)
        case "result":
            return _result(event, before)
    return None


def _result(event: Json, before: Reading) -> Reading:
    code = number(event, "exitCode")
    if code == 0:
        return claims.over(Reading(None), "result")
    if before.state in claims.KEPT or before.state is AgentState.OVERLOADED:
        return before
    return claims.claim(AgentState.FAILED, f"result, exit code {code or 0:.0f}")
