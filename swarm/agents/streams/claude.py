"""The stream of claude, which qwen and amp speak too (`stream-json`)."""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, number, table, tables, text
from swarm.model.agent_state import AgentState

_REJECTED = "rejected"
_ASKING = frozenset({"AskUserQuestion", "ask_user_question"})


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the object means; None for nothing."""
    kind = text(event, "type")
    match kind:
        case "system":
            return _system(event, now)
        case "rate_limit_event":
            return _limit(table(event, "rate_limit_info"), now)
        case "assistant":
            return _assistant(event, now)
        case "user":
            return claims.working("user")
        case "control_request":
            return _asked(event)
        case "control_cancel_request" | "control_response":
            asking = before.state in (
                AgentState.ASKS_PERMISSION, AgentState.ASKS_QUESTION
            )  # fmt: skip
            return claims.working(kind) if asking else None
        case "result":
            return _result(event, before, now)
    return None


def _system(event: Json, now: float) -> Reading | None:
    subtype = text(event, "subtype")
    if subtype == "init":
        return claims.working("system init")
    if subtype == "api_retry":
        words = text(event, "error") or text(event, "error_status") or "api_retry"
        found = claims.trouble("api_retry", words, now, number(event, "error_status"))
        state = found.state
        if state is AgentState.FAILED:
            state = AgentState.OVERLOADED
        until = claims.after(number(event, "retry_delay_ms"), now)
        return claims.claim(state or AgentState.OVERLOADED, "api_retry", words, until)
    if subtype == "permission_denied":
        return claims.working("permission_denied", text(event, "tool_name"))
    return None


def _limit(info: Json, now: float) -> Reading | None:
    if text(info, "status") != _REJECTED:
        return None
    words = f"{text(info, 'rateLimitType')} limit"
    until = claims.plausible_time(number(info, "resetsAt"), now)
    return claims.claim(AgentState.LIMITED, "rate_limit_event", words, until)


def _assistant(event: Json, now: float) -> Reading:
    content = list(tables(event, "message", "content"))
    said = next((text(each, "text") for each in content if "text" in each), "")
    error = text(event, "error")
    if error:
        words = said or error
        status = number(event, "api_error_status")
        if status is None and error == "rate_limit":
            status = 429
        found = claims.trouble("assistant error", words, now, status)
        info = table(event, "api_error_params", "rate_limit_info")
        until = claims.plausible_time(number(info, "resetsAt"), now) or found.until
        return claims.claim(found.state or AgentState.FAILED, found.rule, words, until)
    tool = next((text(each, "name") for each in content if "name" in each), "")
    return claims.working("assistant tool_use" if tool else "assistant", tool or said)


def _asked(event: Json) -> Reading | None:
    if text(event, "request", "subtype") != "can_use_tool":
        return None
    tool = text(event, "request", "tool_name")
    state = AgentState.ASKS_QUESTION if tool in _ASKING else AgentState.ASKS_PERMISSION
    return claims.claim(state, "can_use_tool", tool)


def _result(event: Json, before: Reading, now: float) -> Reading:
    """`is_error` counts, and never `subtype`, which says success at a limit."""
    words = text(event, "result") or text(event, "error", "message")
    is_error = event.get("is_error") is True or text(event, "subtype").startswith(
        "error"
    )
    if is_error:
        if before.state in claims.KEPT:
            return before
        words = words or text(event, "subtype")
        return claims.trouble(
            "result error", words, now, number(event, "api_error_status")
        )
    refused = [text(each, "tool_name") for each in tables(event, "permission_denials")]
    if refused:
        names = ", ".join(sorted(set(refused)))
        return claims.claim(AgentState.ENDED, "result, tools refused", names)
    return claims.claim(AgentState.ENDED, "result", words)
