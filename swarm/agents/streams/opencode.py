"""The stream of `opencode run --format json`, and the events of its server."""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, number, table, text
from swarm.model.agent_state import AgentState

_MORE = frozenset({"tool-calls", "tool_calls", "unknown", ""})
"""Reasons of a step's end after which another step follows."""


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    kind = text(event, "type")
    match kind:
        case "step_start" | "tool_use" | "text" | "reasoning":
            words = text(event, "part", "tool") or text(event, "part", "text")
            return claims.working(kind, words)
        case "step_finish":
            reason = text(event, "part", "reason")
            rule = f"step_finish {reason}".strip()
            if reason in _MORE:
                return claims.working(rule)
            return claims.over(Reading(None), rule, before.line)
        case "error":
            return _error(table(event, "error"), now)
        case "session.error":
            return _error(table(event, "properties", "error"), now)
        case "permission.asked":
            words = text(event, "properties", "permission")
            return claims.claim(AgentState.ASKS_PERMISSION, kind, words)
        case "question.asked":
            return claims.claim(AgentState.ASKS_QUESTION, kind)
        case "permission.replied" | "question.replied" | "question.rejected":
            return claims.working(kind)
        case "session.status":
            return _status(table(event, "properties", "status"), before, now)
        case "session.idle":
            return claims.turn_over(before, kind)
    return None


def _error(error: Json, now: float) -> Reading:
    words = text(error, "data", "message") or text(error, "message")
    status = number(error, "data", "statusCode")
    return claims.trouble("error", words or text(error, "name"), now, status)


def _status(status: Json, before: Reading, now: float) -> Reading | None:
    match text(status, "type"):
        case "busy":
            return claims.working("session.status busy")
        case "idle":
            return claims.turn_over(before, "session.status idle")
        case "retry":
            found = claims.trouble("session.status retry", text(status, "message"), now)
            limited = found.state is AgentState.LIMITED
            state = AgentState.LIMITED if limited else AgentState.OVERLOADED
            until = claims.plausible_time(number(status, "next"), now)
            return claims.claim(state, found.rule, found.line, until)
    return None
