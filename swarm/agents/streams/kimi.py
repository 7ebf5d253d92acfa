"""The stream of `kimi -p … --output-format stream-json`."""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, number, tables, text
from swarm.model.agent_state import AgentState


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    role = text(event, "role")
    if role == "meta":
        return _meta(event, before, now)
    if role in ("assistant", "tool", "user"):
        tool = next(
            (text(each, "function", "name") for each in tables(event, "tool_calls")), ""
        )
        return claims.working(role, tool or text(event, "content"))
    return None


def _meta(event: Json, before: Reading, now: float) -> Reading | None:
    kind = text(event, "type")
    match kind:
        case "system.version":
            return claims.claim(AgentState.STARTING, kind, text(event, "version"))
        case "turn.step.retrying":
            words = f"{text(event, 'error_name')} {text(event, 'error_message')}"
            status = number(event, "status_code")
            found = claims.trouble(kind, words.strip(), now, status)
            limited = found.state is AgentState.LIMITED
            state = AgentState.LIMITED if limited else AgentState.OVERLOADED
            until = claims.after(number(event, "delay_ms"), now) or found.until
            return claims.claim(state, kind, words.strip(), until)
        case "turn.failed" | "error" | "turn.step.failed":
            words = text(event, "error_message") or text(event, "message")
            return claims.trouble(kind, words, now, number(event, "status_code"))
        case "session.resume_hint":
            return claims.over(before, kind)
    return None
