"""Hooks that wait, and their relay: both directions, and a keeper that is lost."""

import json
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from swarm import assets
from tests.box.programs import Program, running

EDIT = {
    "hook_event_name": "PermissionRequest",
    "tool_name": "Edit",
    "tool_input": {"file_path": "/w/a", "old_string": "one", "new_string": "two"},
}
BASH = {
    "hook_event_name": "PermissionRequest",
    "tool_name": "Bash",
    "tool_input": {"command": "make", "description": "build it"},
}
COLOUR = {
    "hook_event_name": "PermissionRequest",
    "tool_name": "AskUserQuestion",
    "tool_input": {
        "questions": [
            {
                "question": "Which?",
                "options": [{"label": "Red"}, {"label": "Blue", "description": "cold"}],
            }
        ]
    },
}

DIALOG = {
    "hook_event_name": "Notification",
    "notification_type": "ToolPermission",
    "message": "Tool Confirm Shell Command requires execution",
    "details": {"type": "exec", "title": "Confirm", "command": "make"},
}


@pytest.fixture
def name() -> str:
    """A socket of the test's own."""
    return f"swarm-test-{uuid.uuid4().hex}"


@contextmanager
def hook(
    name: str, event: dict[str, Any], kind: str = "claude"
) -> Iterator["subprocess.Popen[bytes]"]:
    """The hook of an agent, as the agent starts it."""
    file = assets.folder("box") / "hook.py"
    argv = [sys.executable, "-I", str(file), kind, "60", name]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(json.dumps(event).encode())
    process.stdin.close()
    process.stdin = None
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def begun(relay: Program) -> None:
    """Speak first, and wait until it listens."""
    relay.tell()
    relay.until("ready")


def decided(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """What the hook told its agent."""
    output = json.loads(process.communicate(timeout=60)[0])["hookSpecificOutput"]
    assert output["hookEventName"] == "PermissionRequest"
    decision: dict[str, Any] = output["decision"]
    return decision


@pytest.mark.parametrize(
    ("event", "answer", "text", "decision"),
    [
        (EDIT, "once", "", {"behavior": "allow"}),
        (EDIT, "reject", "no", {"behavior": "deny", "message": "no"}),
        (
            BASH,
            "always",
            "",
            {
                "behavior": "allow",
                "updatedPermissions": [
                    {
                        "type": "addRules",
                        "rules": [{"toolName": "Bash", "ruleContent": "make"}],
                        "behavior": "allow",
                        "destination": "session",
                    }
                ],
            },
        ),
        (
            COLOUR,
            "2",
            "",
            {
                "behavior": "allow",
                "updatedInput": {
                    **COLOUR["tool_input"],  # type: ignore[dict-item]  # a dictionary
                    "answers": {"Which?": "Blue"},
                },
            },
        ),
        (
            COLOUR,
            "1,2",
            "",
            {
                "behavior": "allow",
                "updatedInput": {
                    **COLOUR["tool_input"],  # type: ignore[dict-item]  # a dictionary
                    "answers": {"Which?": "Red, Blue"},
                },
            },
        ),
        (
            COLOUR,
            "",
            "green",
            {
                "behavior": "allow",
                "updatedInput": {
                    **COLOUR["tool_input"],  # type: ignore[dict-item]  # a dictionary
                    "answers": {"Which?": "green"},
                },
            },
        ),
    ],
)
def test_an_answer_reaches_the_agent(
    name: str, event: dict[str, Any], answer: str, text: str, decision: dict[str, Any]
) -> None:
    with running("hooks", name) as relay, hook(name, event) as waiting:
        begun(relay)
        asked = relay.until("ask")["ask"]
        relay.tell(answer=asked["id"], **{"with": answer, "text": text})

        assert decided(waiting) == decision
        assert relay.until("delivered") == {"delivered": asked["id"]}


def test_what_is_asked_is_shown_as_a_person_would_see_it(name: str) -> None:
    with running("hooks", name) as relay, hook(name, EDIT):
        begun(relay)
        asked = relay.until("ask")["ask"]

        assert (asked["title"], asked["body"]) == ("change /w/a", "-one\n+two")


def test_a_human_who_was_first_in_the_terminal_is_noticed(name: str) -> None:
    with running("hooks", name) as relay, hook(name, BASH) as waiting:
        begun(relay)
        asked = relay.until("ask")["ask"]

        waiting.kill()

        assert relay.until("gone") == {"gone": asked["id"]}


def test_a_turn_that_ended_leaves_no_question(name: str) -> None:
    """Claude leaves its hook waiting when its human was first in the terminal."""
    with running("hooks", name) as relay, hook(name, BASH) as waiting:
        begun(relay)
        asked = relay.until("ask")["ask"]

        with hook(name, {"hook_event_name": "Stop"}) as told:
            assert told.wait(60) == 0

        assert relay.until("gone") == {"gone": asked["id"]}
        assert (waiting.communicate(timeout=60)[0], waiting.returncode) == (b"", 0)


def test_an_answer_that_came_too_late_is_told(name: str) -> None:
    with running("hooks", name) as relay, hook(name, BASH) as waiting:
        begun(relay)
        asked = relay.until("ask")["ask"]
        waiting.kill()
        waiting.wait(60)
        relay.tell(answer=asked["id"], **{"with": "once", "text": ""})

        assert relay.says().keys() & {"gone", "failed"}


def test_the_next_keeper_is_asked_again_and_an_answer_counts_once(name: str) -> None:
    with hook(name, BASH) as waiting:
        with running("hooks", name) as first:
            begun(first)
            asked = first.until("ask")["ask"]
            first.leave()
        with running("hooks", name) as second:
            begun(second)
            again = second.until("ask")["ask"]
            assert again == asked
            for word in ("once", "reject"):
                second.tell(answer=asked["id"], **{"with": word, "text": ""})

            assert decided(waiting) == {"behavior": "allow"}


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ({"hook_event_name": "UserPromptSubmit", "prompt": "x"}, "working"),
        ({"hook_event_name": "Stop"}, "ready"),
        ({"hook_event_name": "StopFailure", "error": "rate_limit"}, "limited"),
        ({"hook_event_name": "StopFailure", "error": "other"}, "failed"),
        ({"hook_event_name": "BeforeAgent"}, "working"),
        ({"hook_event_name": "AfterAgent"}, "ready"),
        (DIALOG, "asks-permission"),
        ({**DIALOG, "details": {"type": "ask_user"}}, "asks-question"),
        ({**DIALOG, "notification_type": "permission_prompt"}, "asks-permission"),
    ],
)
def test_an_event_is_a_claim(name: str, event: dict[str, Any], state: str) -> None:
    with running("hooks", name) as relay:
        begun(relay)
        with hook(name, event) as told:
            assert told.wait(60) == 0
            assert relay.until("state")["state"] == state


def test_a_dialog_is_told_with_its_command_and_what_is_none_is_not(name: str) -> None:
    with running("hooks", name) as relay:
        begun(relay)
        other = {**DIALOG, "notification_type": "idle_prompt"}
        for event in (other, DIALOG):
            with hook(name, event) as told:
                assert told.wait(60) == 0

        assert relay.says()["text"] == "make"


def test_an_event_without_a_name_has_it_from_the_kind(name: str) -> None:
    with running("hooks", name) as relay:
        begun(relay)
        with hook(name, {"stopReason": "end_turn"}, "copilot:agentStop") as told:
            assert told.wait(60) == 0

        assert relay.until("state")["rule"] == "agentStop"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"hook_event_name": "PermissionRequest", "tool_input": 3},
        {"x": [1]},
        {**COLOUR, "tool_input": {"questions": []}},
    ],
    ids=["nothing", "no input", "no event", "no question"],
)
def test_a_hook_that_understands_nothing_leaves_it_to_the_agent(
    name: str, event: dict[str, Any]
) -> None:
    with hook(name, event) as process:
        assert (process.communicate(timeout=60)[0], process.returncode) == (b"", 0)


def test_without_a_keeper_a_claim_is_lost_at_once(name: str) -> None:
    with hook(name, {"hook_event_name": "Stop"}) as process:
        assert process.wait(60) == 0


def test_what_connects_with_rubbish_does_no_harm(name: str) -> None:

    with running("hooks", name) as relay:
        begun(relay)
        for rubbish in (b"\xff\xfe\n", b"[1]\n", b"{", b'{"ask": 7}\n'):
            with socket.socket(socket.AF_UNIX) as wire:
                wire.connect(f"\0{name}")
                wire.sendall(rubbish)
        with hook(name, BASH):
            assert relay.until("ask")["ask"]["tool"] == "Bash"


def test_the_keeper_lets_one_hook_go_and_no_other(name: str) -> None:
    """Its dialog left the screen: the hook ends, and decides nothing."""
    with running("hooks", name) as relay:
        begun(relay)
        with hook(name, EDIT) as first, hook(name, BASH) as second:
            asked = [relay.until("ask")["ask"] for _ in range(2)]
            ids = {each["tool"]: each["id"] for each in asked}
            relay.tell(drop=ids["Edit"])
            assert relay.until("gone")["gone"] == ids["Edit"]
            assert first.communicate(timeout=60)[0] == b""

            relay.tell(answer=ids["Bash"], **{"with": "once", "text": ""})
            assert decided(second) == {"behavior": "allow"}
