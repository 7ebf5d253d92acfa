"""A stream of any bytes is read in bounded memory, and is never an exception."""

import json
import tracemalloc
from io import BytesIO
from itertools import chain, islice, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.agents.cues import Reading
from swarm.agents.streams import StreamReader, read_file, read_stream
from swarm.agents.streams import reading as stream_reading
from swarm.model.agent_state import AgentState, Source

STREAMS = ("claude", "codex", "gemini", "opencode", "copilot", "pi", "kimi", "vibe")
MORE = ("cline", "nobody")
INIT = b'{"type": "system", "subtype": "init"}'
_WORDS = """
type system result error item message data status part event hook_event_name
jsonrpc role meta assistant content turn.failed rate_limit_event rate_limit_info
rejected resetsAt session.status properties retry auto_retry_start delayMs
permission_denials method session/update params StopFailure
"""
WORDS = st.sampled_from(_WORDS.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=30,
)


@pytest.mark.parametrize("stream", [*STREAMS, *MORE])
@settings(max_examples=30)
@given(st.lists(VALUES, max_size=6))
def test_any_json_is_read(stream: str, events: list[object]) -> None:
    lines = [json.dumps(each).encode() for each in events]
    found = read_stream(stream, lines, 1e9)
    assert found.state is None or found.state in set(AgentState)
    assert len(found.line) <= stream_reading.SHOWN


@given(st.lists(st.binary(max_size=60)))
def test_any_bytes_are_read(lines: list[bytes]) -> None:
    reader = read_file("claude", BytesIO(b"\n".join(lines)))
    assert reader.objects + reader.passed_over <= len(b"\n".join(lines)) + 1


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 900_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"type": ' + b"9" * 100_000 + b"}",
        b"\xff\xfe" * 1000,
        b'{"type": "result"' + b" " * 2_000_000 + b"}",
        b"[]",
        b"null",
        b'{"type": NaN}',
        b'{"type": {"type": []}}',
        b'{"type": "result", "type": 1}',
    ],
)
def test_a_line_that_means_nothing_changes_nothing(line: bytes) -> None:
    before = read_stream("claude", [INIT])
    assert read_stream("claude", [INIT, line]) == before


def test_an_object_of_100_mb_is_passed_over_in_little_memory() -> None:
    class Large(BytesIO):
        """`{"type": "result", "x": "aaa…"}` of 100 MB, then one line more."""

        def __init__(self) -> None:
            super().__init__()
            block = b"a" * (1 << 16)
            self.parts = chain(
                [INIT + b'\n{"type": "result", "x": "'],
                repeat(block, 1600),
                [b'"}\n{"type": "assistant"}\n'],
            )

        def read(self, _size: int | None = None, /) -> bytes:
            return next(self.parts, b"")

    tracemalloc.start()
    reader = read_file("claude", Large())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (reader.objects, reader.passed_over) == (2, 1)
    assert reader.reading.rule == "assistant"
    assert most < 8 * stream_reading.LONGEST_LINE


def test_a_stream_without_an_end_is_read_up_to_a_bound() -> None:
    line = b'{"type": "assistant", "x": "%s"}' % (b"a" * (1 << 20))
    endless = chain([INIT], islice(repeat(line), 400), [b'{"type": "result"}'])
    assert read_stream("claude", endless).rule == "system init"


def test_a_line_of_text_that_names_an_error_is_read() -> None:
    found = read_stream("vibe", [b"Error: Rate limits exceeded.\n", b"bye\n"])
    assert found.state is AgentState.LIMITED
    assert read_stream("vibe", [b"no Error: here\n"]) == Reading(
        None, source=Source.STREAM
    )


def test_hooks_and_messages_of_acp_are_known_by_themselves() -> None:
    reader = StreamReader("nobody")
    reader.take(b'{"hook_event_name": "PermissionRequest", "tool_name": "Bash"}')
    assert (reader.reading.state, reader.reading.source) == (
        AgentState.ASKS_PERMISSION,
        Source.HOOK,
    )
    reader.take(b'{"jsonrpc": "2.0", "id": 3, "result": {"stopReason": "end_turn"}}')
    assert (reader.reading.state, reader.reading.source) == (
        AgentState.READY,
        Source.CHANNEL,
    )
