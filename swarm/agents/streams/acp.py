"""The messages of the Agent Client Protocol: JSON-RPC, of the agent and of its client.

The protocol has no word for a limit, and some agents answer `end_turn` at one.
"""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, number, table, text
from swarm.model.agent_state import AgentState

_WORK = frozenset(
    {"user_message_chunk", "agent_message_chunk", "agent_thought_chunk", "tool_call"}
    | {"tool_call_update", "plan"}
)
_ASKING = frozenset({AgentState.ASKS_PERMISSION, AgentState.ASKS_QUESTION})


def is_one(event: Json) -> bool:
    """True for a message of JSON-RPC."""
    return "jsonrpc" in event


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the message means; None for nothing."""
    if text(event, "to") == "agent":
        return _of_client(event, before)
    method = text(event, "method")
    match method:
        case "session/update":
            update = text(event, "params", "update", "sessionUpdate")
            words = text(event, "params", "update", "title")
            return claims.working(update, words) if update in _WORK else None
        case "session/request_permission":
            words = text(event, "params", "toolCall", "title")
            return claims.claim(AgentState.ASKS_PERMISSION, method, words)
        case "session/elicitation" | "elicitation/create":
            return claims.claim(AgentState.ASKS_QUESTION, method)
        case "":
            return _answer(event, before, now)
    return None


def _of_client(event: Json, before: Reading) -> Reading | None:
    method = text(event, "method")
    if method == "session/prompt":
        return claims.working(method)
    answers = "result" in event and before.state in _ASKING
    return claims.working("answered") if answers else None


def _answer(event: Json, before: Reading, now: float) -> Reading | None:
    if "error" in event:
        words = text(event, "error", "message")
        kind = text(event, "error", "data", "errorKind")
        code = number(event, "error", "code")
        rule = f"error {code:.0f}" if code is not None else "error"
        return claims.trouble(rule, f"{words} {kind}".strip(), now)
    result = table(event, "result")
    if "stopReason" in result:
        reason = text(result, "stopReason")
        return claims.turn_over(Reading(None), f"stopReason {reason}", before.line)
    if "sessionId" in result:
        return claims.claim(AgentState.READY, "a session is open")
    if "protocolVersion" in result:
        return claims.claim(AgentState.STARTING, "initialize")
    return None
