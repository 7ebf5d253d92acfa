"""The stream of `gemini -o stream-json`."""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, text


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    kind = text(event, "type")
    match kind:
        case "init" | "message" | "tool_use" | "tool_result":
            words = text(event, "tool_name") or text(event, "content")
            return claims.working(kind, words)
        case "error":
            return claims.trouble(kind, text(event, "message"), now)
        case "result":
            if text(event, "status") == "success":
                return claims.over(Reading(None), kind)
            if before.state in claims.KEPT:
                return before
            words = text(event, "error", "message") or text(event, "error", "type")
            return claims.trouble("result error", words, now)
    return None
