"""The stream of `vibe -p … --output streaming`: the entries of its session."""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, text
from swarm.model.agent_state import AgentState

_OPEN = frozenset({"pending", "waiting", "open"})


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    kind = text(event, "type")
    match kind:
        case "message":
            return _message(event, before)
        case "effect":
            return _effect(event)
        case "callback":
            return _callback(event)
        case "error":
            words = text(event, "message") or text(event, "error", "message")
            return claims.trouble(kind, words, now)
    return None


def _message(event: Json, before: Reading) -> Reading:
    """The last message of a turn is committed; what was refused is told with it."""
    if text(event, "role") != "assistant":
        return claims.working("message")
    if text(event, "outcome", "type") == "committed":
        refused = before.rule == "effect, denied"
        rule = "message committed, tools refused" if refused else "message committed"
        return claims.over(Reading(None), rule, before.line if refused else "")
    return claims.working("message")


def _effect(event: Json) -> Reading:
    tool = text(event, "title")
    if text(event, "state", "error", "code") == "tool_denied":
        return claims.working("effect, denied", tool)
    return claims.working("effect", tool)


def _callback(event: Json) -> Reading:
    words = text(event, "title")
    if text(event, "state", "status") not in _OPEN:
        return claims.working("callback answered", words)
    is_approval = text(event, "detail", "kind") == "approval"
    state = AgentState.ASKS_PERMISSION if is_approval else AgentState.ASKS_QUESTION
    return claims.claim(state, "callback", words)
