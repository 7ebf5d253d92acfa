"""The hooks of all agents say the same by other names."""

import pytest

from tests.agents.streams.lines import said, states


def hook(name: str, **fields: object) -> dict[str, object]:
    return {"hook_event_name": name, **fields}


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (hook("SessionStart"), "starting"),
        (hook("UserPromptSubmit"), "working"),
        (hook("BeforeTool"), "working"),
        (hook("userPromptSubmitted"), "working"),
        (hook("PermissionRequest", tool_name="Bash"), "asks-permission"),
        (hook("permissionRequest", toolName="bash"), "asks-permission"),
        (hook("PermissionRequest", tool_name="AskUserQuestion"), "asks-question"),
        (hook("Notification", notification_type="ToolPermission"), "asks-permission"),
        (
            hook("Notification", notification_type="permission_prompt"),
            "asks-permission",
        ),
        (hook("Stop"), "ready"),
        (hook("AfterAgent"), "ready"),
        (hook("agentStop"), "ready"),
        (hook("StopFailure", error="rate_limit"), "limited"),
        (hook("StopFailure", error="overloaded"), "overloaded"),
        (hook("StopFailure", error="authentication_failed"), "needs-login"),
        (hook("errorOccurred", error={"message": "429 Too Many"}), "limited"),
        (hook("SessionEnd"), "ended"),
        ({"hookEventName": "Stop"}, "ready"),
    ],
)
def test_a_hook_is_read(event: dict[str, object], state: str) -> None:
    assert said("claude", event).state == state


def test_a_notice_that_comes_late_says_nothing_new() -> None:
    idle = hook("Notification", notification_type="idle_prompt")
    limit = hook("StopFailure", error="rate_limit")
    assert states("claude", limit, idle) == ["limited", "limited"]


def test_gemini_s_question_is_known_by_its_tool() -> None:
    notice = hook("Notification", notification_type="ToolPermission")
    tool = hook("BeforeTool", tool_name="ask_user")
    assert states("gemini", tool, notice) == ["working", "asks-question"]
