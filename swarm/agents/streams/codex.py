"""The stream of `codex exec --json`."""

import re

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, text
from swarm.model.agent_state import AgentState

_AGAIN = re.compile(r"^(?:re-?connecting|retrying)\b|; retrying", re.IGNORECASE)


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    kind = text(event, "type")
    match kind:
        case "thread.started":
            return claims.claim(AgentState.STARTING, kind)
        case "turn.started" | "item.updated":
            return claims.working(kind)
        case "item.started" | "item.completed":
            return _item(event, kind)
        case "error":
            words = text(event, "message")
            if _AGAIN.search(words):
                return claims.claim(AgentState.OVERLOADED, "error, retrying", words)
            return claims.trouble("error", words, now)
        case "turn.failed":
            words = text(event, "error", "message")
            kept = before.state in claims.KEPT
            return before if kept else claims.trouble("turn.failed", words, now)
        case "turn.completed":
            return claims.over(Reading(None), kind, before.line)
    return None


def _item(event: Json, kind: str) -> Reading | None:
    item = text(event, "item", "type")
    if item == "error":
        return None
    words = text(event, "item", "command") or text(event, "item", "text")
    return claims.working(f"{kind} {item}", words)
