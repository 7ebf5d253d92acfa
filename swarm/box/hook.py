"""The hook of an agent: tells the keeper what happens, or asks and waits for an answer.

`python3 -I hook.py KIND [SECONDS [NAME]]` gets the agent's event on standard input and
answers on standard output; it waits for ever, or for so many seconds, at the socket of
that name. KIND may be followed by `:` and the event's name, where the event has none.
Whatever goes wrong, the agent goes on with its own dialog.
"""

from __future__ import annotations

import json
import math
import os
import socket
import sys
import time
from typing import Any

NAME = "swarm-hooks"
INPUT_LIMIT = 64 << 20
BODY = 12_000
"""Characters of a command, a diff or a text that are shown."""
MOST_PARTS = 8
"""Questions of one request that are asked one after the other."""
RETRY_SECONDS = 0.5
STATES = {
    "UserPromptSubmit": "working",
    "Stop": "ready",
    "StopFailure": "failed",
    "SessionEnd": "ended",
    "BeforeAgent": "working",
    "AfterAgent": "ready",
    "userPromptSubmitted": "working",
    "agentStop": "ready",
}
DIALOGS = ("ToolPermission", "permission_prompt")
"""What notifications of a dialog are called; the others tell of no question."""
LIMITS = ("rate_limit", "usage_limit")


def main(words: list[str]) -> int:
    """Handle one event; the status is always 0."""
    kind, _, known = (words[0] if words else "").partition(":")
    address = "\0" + (words[2] if len(words) > 2 else NAME)
    try:
        event = json.loads(sys.stdin.buffer.read(INPUT_LIMIT))
        name = known or event["hook_event_name"]
        if kind == "copilot":
            event = of_copilot(event)
        if name == "PermissionRequest":
            patience = float(words[1]) if len(words) > 1 else math.inf
            _ask(kind, event, patience, address)
        elif name in STATES:
            _tell(name, event, address)
        elif name == "Notification":
            _tell_of_dialog(event, address)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return 0
    return 0


def of_copilot(event: dict[str, Any]) -> dict[str, Any]:
    """Its event with the other agents' names for the tool and what it is given."""
    tool, given = event.get("toolName", ""), event.get("toolInput")
    return {**event, "tool_name": tool, "tool_input": given}


def _tell(name: str, event: dict[str, Any], address: str) -> None:
    """A claim; without a keeper it is lost."""
    state, text = STATES[name], ""
    if name == "StopFailure":
        text = _cut(event.get("last_assistant_message", ""), 300)
        if event.get("error") in LIMITS:
            state = "limited"
    _claim({"state": state, "rule": name, "text": text}, address)


def _tell_of_dialog(event: dict[str, Any], address: str) -> None:
    """Claim that the agent's own dialog asks; it is answered there alone."""
    if event.get("notification_type") not in DIALOGS:
        return
    more = event.get("details") or {}
    is_choice = more.get("type") == "ask_user"
    state = "asks-question" if is_choice else "asks-permission"
    text = str(more.get("command") or more.get("title") or event.get("message") or "")
    _claim({"state": state, "rule": "Notification", "text": _cut(text, 300)}, address)


def _claim(message: dict[str, Any], address: str) -> None:
    with _connected(address) as wire:
        wire.sendall(json.dumps(message).encode() + b"\n")


def _ask(kind: str, event: dict[str, Any], patience: float, address: str) -> None:
    """Ask, and wait as long as the agent lets us, or as long as we may."""
    question = question_of(event, kind)
    question["id"] = os.urandom(12).hex()
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            with _connected(address) as wire:
                wire.sendall(json.dumps({"ask": question}).encode() + b"\n")
                if math.isfinite(deadline):
                    wire.settimeout(max(0.1, deadline - time.monotonic()))
                reply = wire.makefile("rb").readline(1 << 20)
                if reply:
                    answer = json.loads(reply)
                    decided = decision(event, answer["with"], answer["text"])
                    sys.stdout.write(json.dumps(output(kind, decided)))
                    sys.stdout.flush()
                    wire.sendall(b"taken\n")
                    return
        except TimeoutError:
            return
        except OSError:
            pass
        time.sleep(RETRY_SECONDS)


def _connected(address: str) -> socket.socket:
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.connect(address)
    except OSError:
        wire.close()
        raise
    return wire


def question_of(event: dict[str, Any], kind: str = "") -> dict[str, Any]:
    """What the keeper is asked of the agent's event."""
    tool = str(event.get("tool_name", ""))
    given = event.get("tool_input") or {}
    if tool == "AskUserQuestion":
        return choice(given)
    title, body = _title_and_body(tool, given)
    return {
        "kind": "permission",
        "tool": tool,
        "title": _cut(title, 400),
        "body": _cut(body, BODY),
        "always": kind != "copilot" and bool(_rule(tool, given)),
        "text": True,
    }


def choice(given: dict[str, Any]) -> dict[str, Any]:
    """What is asked of a question with options, or of several in one request.

    LookupError or TypeError if it is none; more than are taken are only told.
    """
    asked = given["questions"]
    first, is_one = _one(asked[0]), len(asked) == 1
    several = [] if is_one else [_one(each) for each in asked]
    question = {
        "kind": "choice" if first["options"] or several else "text",
        "tool": "AskUserQuestion",
        "title": first["title"] + ("" if is_one else f" (and {len(asked) - 1} more)"),
        "body": _cut("\n".join(each["title"] for each in several), BODY),
        "options": first["options"] if is_one else [],
        "many": is_one and first["many"],
        "text": True,
    }
    if len(several) > MOST_PARTS:
        return {**question, "answerable": False}
    return {**question, "parts": several, "answerable": True}


def _one(asked: dict[str, Any]) -> dict[str, Any]:
    options = [
        {"id": str(number), "label": _cut(_label(option), 300)}
        for number, option in enumerate(asked.get("options") or (), 1)
    ]
    return {
        "title": _cut(str(asked.get("question", "")), 400),
        "options": options[:16],
        "many": bool(asked.get("multiSelect") or asked.get("multiple")),
        "text": True,
    }


def _label(option: dict[str, Any]) -> str:
    more = option.get("description")
    return f"{option.get('label', '')}: {more}" if more else str(option.get("label"))


def chosen_labels(options: list[dict[str, Any]], answer: str) -> list[str]:
    """The labels of the options that an answer names: `2`, or `1,3`. LookupError."""
    return [str(options[int(each) - 1]["label"]) for each in answer.split(",") if each]


def said(asked: list[dict[str, Any]], answer: str, text: str) -> list[list[str]]:
    """What each of the questions is answered: labels, or words of the human's own.

    To several the answer has parts by semicolons; an empty one takes the next line of
    the text. LookupError or ValueError for what is no answer to all of them.
    """
    if len(asked) == 1:
        chosen_of = [(asked[0], "" if text else answer)]
        words = [text]
    else:
        chosen_of = list(zip(asked, answer.split(";"), strict=True))
        words = text.split("\n")
    answers = [
        chosen_labels(each["options"], chosen) if chosen else [words.pop(0)]
        for each, chosen in chosen_of
    ]
    if not all(map(all, answers)):
        raise ValueError("an answer without words")
    return answers


def _title_and_body(tool: str, given: dict[str, Any]) -> tuple[str, str]:
    if "command" in given:
        return str(given.get("description") or "run a command"), str(given["command"])
    place = str(given.get("file_path") or given.get("notebook_path") or "")
    if "old_string" in given:
        lines = [f"-{line}" for line in str(given["old_string"]).splitlines()]
        lines += [f"+{line}" for line in str(given["new_string"]).splitlines()]
        return f"change {place}", "\n".join(lines)
    if "diff" in given:
        return f"change {place}", str(given["diff"]).strip("\n")
    if "content" in given:
        return f"write {place}", str(given["content"])
    if "url" in given:
        return f"fetch {given['url']}", str(given.get("prompt", ""))
    if "plan" in given:
        return "go on with its plan", str(given["plan"])
    return place or f"use {tool}", json.dumps(given, ensure_ascii=False, indent=1)


def _rule(tool: str, given: dict[str, Any]) -> dict[str, Any]:
    """The agent's own rule for `always`: this command, or this tool."""
    if not tool or tool == "ExitPlanMode":
        return {}
    rule = {"toolName": tool}
    if "command" in given:
        rule["ruleContent"] = str(given["command"])
    return {
        "type": "addRules",
        "rules": [rule],
        "behavior": "allow",
        "destination": "session",
    }


def decision(event: dict[str, Any], answer: str, text: str) -> dict[str, Any]:
    """The answer as the agent's hooks have it."""
    tool, given = str(event.get("tool_name", "")), event.get("tool_input") or {}
    if answer == "reject":
        words = text or "The user rejected this."
        return {"behavior": "deny", "message": words}
    if tool == "AskUserQuestion":
        asked = given["questions"]
        answers = {
            str(each["question"]): ", ".join(words)
            for each, words in zip(asked, said(asked, answer, text), strict=True)
        }
        return {"behavior": "allow", "updatedInput": {**given, "answers": answers}}
    if answer == "always":
        return {"behavior": "allow", "updatedPermissions": [_rule(tool, given)]}
    return {"behavior": "allow"}


def output(kind: str, decided: dict[str, Any]) -> dict[str, Any]:
    """What this kind of agent reads of its hook."""
    if kind == "copilot":
        return decided
    specific = {"hookEventName": "PermissionRequest", "decision": decided}
    return {"hookSpecificOutput": specific}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + "…"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
