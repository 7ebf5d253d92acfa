"""The scripted model says the same in every protocol, and only to the real key."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from swarm.scripted_model.server import ScriptedModel
from swarm.scripted_model.steps import (
    Fail,
    Hold,
    Limit,
    LimitUntil,
    Run,
    Say,
    Script,
    Step,
    Write,
)

KEY = "the-real-key"
MARKER = "please-work"
STEPS: tuple[Step, ...] = (Write("a.txt", "a\n"), Run("make"), Say("Done."))
SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}}}
PATHS = {
    "anthropic": "/v1/messages",
    "responses": "/v1/responses",
    "chat": "/v1/chat/completions",
    "gemini": "/v1beta/models/m:generateContent",
}
HEADERS = {"anthropic": "x-api-key", "gemini": "x-goog-api-key"}
SHELLS = {
    "anthropic": [{"name": "Bash", "input_schema": SCHEMA}],
    "responses": [{"type": "function", "name": "shell", "parameters": SCHEMA}],
    "chat": [{"type": "function", "function": {"name": "bash", "parameters": SCHEMA}}],
    "gemini": [
        {"functionDeclarations": [{"name": "run_shell_command", "parameters": SCHEMA}]}
    ],
}
LAST_WORDS = {
    "anthropic": '"end_turn"',
    "responses": '"output_text"',
    "chat": '"stop"',
    "gemini": '"STOP"',
}


@pytest.fixture
def model(tmp_path: Path) -> Iterator[ScriptedModel]:
    """One without TLS, on a free port."""
    served = ScriptedModel("127.0.0.1", tmp_path, KEY, port=0)
    served.plays(MARKER, STEPS)
    yield served
    served.close()


def conversation(protocol: str, results: int, marker: str = MARKER) -> dict[str, Any]:
    """A request after so many results of tools."""
    body: dict[str, Any] = {"model": "m", "tools": SHELLS[protocol]}
    match protocol:
        case "anthropic":
            result = {"type": "tool_result", "tool_use_id": "t", "content": "ok"}
            answers = [{"role": "user", "content": [result]}] * results
            body["messages"] = [{"role": "user", "content": marker}, *answers]
        case "responses":
            said = {"type": "message", "role": "user", "content": marker}
            answer = {"type": "function_call_output", "call_id": "c", "output": "ok"}
            body["input"] = [said, *[answer] * results]
        case "chat":
            tool = {"role": "tool", "tool_call_id": "c", "content": "ok"}
            body["messages"] = [{"role": "user", "content": marker}, *[tool] * results]
        case _:
            part = {"functionResponse": {"name": "x", "response": {"output": "ok"}}}
            answers = [{"role": "user", "parts": [part]}] * results
            asked = {"role": "user", "parts": [{"text": marker}]}
            body["contents"] = [asked, *answers]
    return body


def ask(
    model: ScriptedModel,
    protocol: str,
    body: dict[str, Any],
    key: str = KEY,
    streams: bool = False,
) -> tuple[int, str]:
    """The status and the text of an answer."""
    path = PATHS[protocol]
    if streams:
        path = path.replace(":generate", ":streamGenerate")
        body = {**body, "stream": True}
    header = HEADERS.get(protocol, "authorization")
    headers = {header: key if protocol in HEADERS else f"Bearer {key}"}
    line = HTTPConnection("127.0.0.1", model.port, timeout=30)
    line.request("POST", path, json.dumps(body), headers)
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, text


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("protocol", PATHS)
def test_a_conversation_goes_through_the_steps(
    model: ScriptedModel, protocol: str, streams: bool
) -> None:
    said = [
        ask(model, protocol, conversation(protocol, done), streams=streams)[1]
        for done in range(3)
    ]

    assert "a.txt" in said[0]
    assert "make" in said[1]
    assert "Done." in said[2]
    assert LAST_WORDS[protocol] in said[2]
    assert model.keys == {KEY}
    assert [seen.status for seen in model.seen] == [200] * 3


@pytest.mark.parametrize("protocol", PATHS)
def test_another_key_is_refused_and_costs_nothing(
    model: ScriptedModel, protocol: str
) -> None:
    status, _ = ask(model, protocol, conversation(protocol, 0), key="a-placeholder")

    assert status == 401
    assert model.keys == {"a-placeholder"}
    assert model.charged.out == 0


@pytest.mark.parametrize("protocol", PATHS)
def test_a_limit_is_told_once_with_its_reset(
    model: ScriptedModel, protocol: str
) -> None:
    model.plays("limited", [Limit(7200), Fail(500), Say("Done.")])
    body = conversation(protocol, 0, "limited")

    answers = [ask(model, protocol, body) for _ in range(3)]

    assert [status for status, _ in answers] == [429, 500, 200]


@pytest.mark.parametrize("protocol", PATHS)
def test_a_limit_of_the_account_refuses_side_questions_too(
    model: ScriptedModel, protocol: str
) -> None:
    """Every conversation is refused while it holds, and each goes on after it."""
    limit = LimitUntil(3600.0)
    model.plays("first", [limit, Say("One.")])
    model.plays("second", [limit, Say("Two.")])
    bodies = [conversation(protocol, 0, marker) for marker in ("first", "second", "x")]
    refused = [ask(model, protocol, body)[0] for body in bodies]
    limit._begun[0] -= 3600

    answers = [ask(model, protocol, body)[1] for body in bodies[:2]]

    assert refused == [429, 429, 429]
    assert ["One." in answers[0], "Two." in answers[1]] == [True, True]


def test_a_held_answer_waits_for_the_test(model: ScriptedModel) -> None:
    released = threading.Event()
    model.plays("held", [Hold(released), Say("Done.")])
    body = conversation("chat", 0, "held")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, model, "chat", body)
        released.set()

        assert "Done." in asked.result(30)[1]


def test_the_time_of_a_held_request_is_that_of_its_arrival(
    model: ScriptedModel,
) -> None:
    released = threading.Event()
    model.plays("held", [Hold(released), Say("Done.")])
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, model, "chat", conversation("chat", 0, "held"))
        while model.furthest("held") < 0:
            threading.Event().wait(0.01)
        is_held = time.time()
        released.set()
        asked.result(30)

    assert model.seen[-1].at <= is_held


def test_a_request_without_tools_is_a_side_question(model: ScriptedModel) -> None:
    body = {**conversation("chat", 0), "tools": []}

    assert "A title" in ask(model, "chat", body)[1]


def test_the_newest_script_with_the_marker_is_followed(model: ScriptedModel) -> None:
    model.plays(MARKER, [Say("Anew.")])

    assert "Anew." in ask(model, "chat", conversation("chat", 0))[1]


def test_a_script_counts_from_its_newest_prompt(model: ScriptedModel) -> None:
    body = conversation("chat", 2)
    body["messages"].append({"role": "user", "content": f"{MARKER} again"})

    assert "a.txt" in ask(model, "chat", body)[1]
    assert Script(MARKER, STEPS).is_for(model.seen[0].asked)
