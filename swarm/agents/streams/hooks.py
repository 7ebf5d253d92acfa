"""The log of an agent's hooks: one JSON object for each that ran.

claude, codex and qwen name their hooks alike, gemini by before and after, copilot by a
small first letter; the names are compared without case and underscores.
"""

from swarm.agents.cues import Reading
from swarm.agents.streams import claims
from swarm.agents.streams.values import Json, text
from swarm.model.agent_state import AgentState

_WORK = frozenset(
    {"userpromptsubmit", "userpromptsubmitted", "pretooluse", "posttooluse"}
    | {"posttoolusefailure", "beforeagent", "beforetool", "aftertool", "beforemodel"}
    | {"aftermodel", "beforetoolselection", "subagentstart", "subagentstop"}
    | {"precompact", "postcompact", "permissiondenied"}
)
_ENDS = frozenset({"stop", "afteragent", "agentstop"})
_ASKING = frozenset(
    {"AskUserQuestion", "ask_user", "ask_user_question", "ask_question"}
)
"""Tools whose permission is an answer to a question."""


def is_one(event: Json) -> bool:
    """True for an object of a hook."""
    return bool(_name(event))


def read(event: Json, before: Reading, now: float) -> Reading | None:
    """What the hook means; None for nothing."""
    name = _name(event)
    key = name.replace("_", "").lower()
    tool = text(event, "tool_name") or text(event, "toolName")
    if key in _WORK:
        return claims.working(name, tool)
    if key in _ENDS:
        return claims.claim(AgentState.READY, name)
    match key:
        case "sessionstart":
            return claims.claim(AgentState.STARTING, name)
        case "permissionrequest":
            return _asked(name, tool)
        case "notification":
            return _notified(event, before, name)
        case "stopfailure" | "erroroccurred":
            words = text(event, "last_assistant_message") or _error(event)
            found = claims.trouble(name, f"{_error(event)} {words}", now)
            return claims.claim(
                found.state or AgentState.FAILED, name, words, found.until
            )
        case "sessionend":
            return claims.over(Reading(None), name, text(event, "reason"))
    return None


def _name(event: Json) -> str:
    return text(event, "hook_event_name") or text(event, "hookEventName")


def _error(event: Json) -> str:
    return text(event, "error") or text(event, "error", "message")


def _asked(name: str, tool: str) -> Reading:
    is_question = tool in _ASKING
    state = AgentState.ASKS_QUESTION if is_question else AgentState.ASKS_PERMISSION
    return claims.claim(state, name, tool)


def _notified(event: Json, before: Reading, name: str) -> Reading | None:
    """A notice that asks; claude's that it idles comes late, and says nothing new."""
    kind = text(event, "notification_type")
    if kind in ("ToolPermission", "permission_prompt"):
        if before.state in (AgentState.ASKS_QUESTION, AgentState.ASKS_PERMISSION):
            return None
        return _asked(f"{name} {kind}", before.line)
    if kind == "elicitation_dialog":
        return claims.claim(AgentState.ASKS_QUESTION, f"{name} {kind}")
    return None
