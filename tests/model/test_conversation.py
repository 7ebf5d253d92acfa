"""An id is an agent's bytes: only what can be one is taken, from where it is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model import conversation

UUID = "01a21e11-91ed-7be2-b667-9f3fec1b2a49"


@pytest.mark.parametrize(
    "text", [UUID, "ses_de1e797ebffevjs1rIokTlLIj8", "conv_17_a.b"]
)
def test_ids_of_real_agents_are_taken(text: str) -> None:
    assert conversation.is_id(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-p", "--resume", "../../etc", "a/b/c", "a..b", "abcd\n", "a b c d"),
        *("x" * 81, "abc\0d", "$(id)x", "é" * 6, ".hidden"),
    ],
    ids=ascii,
)
def test_what_could_be_an_option_or_a_path_is_none(text: str) -> None:
    assert not conversation.is_id(text)


@pytest.mark.parametrize(
    "line",
    [
        {"type": "thread.started", "thread_id": UUID},
        {"type": "step_start", "sessionID": UUID},
        {"role": "meta", "type": "session.resume_hint", "session_id": UUID},
        {"id": "user-turn-1", "sessionId": UUID},
        {"type": "session", "version": 3, "id": UUID},
    ],
)
def test_each_stream_s_line_tells_it(line: dict[str, object]) -> None:
    lines = ["a warning", "{", '{"type": "x", "id": "other-id"}', json.dumps(line)]
    assert conversation.in_stream(iter(lines)) == UUID


@pytest.mark.parametrize(
    "line",
    [
        '{"session_id": ["a"]}',
        '{"session_id": "--help"}',
        '{"session_id": "' + "x" * 100_000 + '"}',
        "[" * 100_000,
        '{"a": ' * 20_000,
        '["session_id"]',
    ],
    ids=range(6),
)
def test_a_line_that_lies_tells_none(line: str) -> None:
    assert conversation.in_stream(iter([line])) == ""


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        (".codex/sessions/*/*/*/rollout-*-{id}.jsonl",
         f".codex/sessions/2026/11/28/rollout-2026-11-28T20-52-15-{UUID}.jsonl", UUID),
        (".kimi/*/{id}/state.json", f".kimi/wd_x/session_{UUID}/state.json",
         f"session_{UUID}"),
        (".vibe/{id}/meta.json", ".vibe/abcd/meta.json", "abcd"),
        (".vibe/{id}/meta.json", ".vibe/a/b/meta.json", ""),
        (".vibe/{id}/meta.json", ".vibe/-rf/meta.json", ""),
        (".vibe/{id}/meta.json", ".vibeXabcd/meta.json", ""),
    ],
)  # fmt: skip
def test_a_path_tells_it_where_the_pattern_says(
    pattern: str, path: str, found: str
) -> None:
    assert conversation.in_paths(pattern, iter([path])) == found


def test_the_newest_path_counts() -> None:
    paths = iter(["s/new-one.json", "s/old-one.json"])
    assert conversation.in_paths("s/{id}.json", paths) == "new-one"


@pytest.mark.parametrize(
    "pattern", ["", "a/*", "/a/{id}", "../{id}", "**/{id}", "{id}{id}"]
)
def test_a_pattern_that_leads_elsewhere_is_none(pattern: str) -> None:
    assert not conversation.is_pattern(pattern)


@given(st.text(), st.text())
def test_foreign_text_is_read_without_an_error(line: str, path: str) -> None:
    for found in (
        conversation.in_stream(iter([line, json.dumps({"session_id": line})])),
        conversation.in_paths("s/*/{id}.x", iter([path, f"s/a/{path}.x"])),
    ):
        assert not found or conversation.is_id(found)
