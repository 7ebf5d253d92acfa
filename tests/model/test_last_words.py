"""The sentence with which a program ended, whatever else it printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.last_words import LIMIT, WIDTH, last_lines, last_words
from swarm.model.safe_text import safe_line

PYTHON = """Traceback (most recent call last):
  File "/x/cli.py", line 3, in <module>
    import everything
ModuleNotFoundError: No module named 'everything'
"""
NODE = """/usr/lib/cli.js:12
    throw new Error("x")
    ^

Error: Cannot find module 'left-pad'
    at Module._resolve (node:internal/modules:1:1)
    at node:internal/main:2:2

Node.js v24.1.0
"""


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("", ""),
        ("\n  \n", ""),
        (PYTHON, "ModuleNotFoundError: No module named 'everything'"),
        (NODE, "Error: Cannot find module 'left-pad'"),
        ("hello\nNo conversation found with session ID: x\n",
         "No conversation found with session ID: x"),
        ("Error: thread/resume: thread/resume failed: no rollout found for thread id x "
         "(code -32600)\n",  # codex 0.171.0
         "Error: thread/resume: thread/resume failed: no rollout found for thread id x "
         "(code -32600)"),
        ('{"type":"result","subtype":"error_during_execution","is_error":true,'
         '"num_turns":0,"session_id":"x"}\n'
         "No conversation found with session ID: x\n",  # claude 2.1.332
         "No conversation found with session ID: x"),
        ("Error loading config.toml: invalid type: integer `5`, expected a string\n"
         "in `model`\n\n",  # codex 0.171.0, with a home of another version
         "Error loading config.toml: invalid type: integer `5`, expected a string"),
        ("\x1b[91m\x1b[1mError: \x1b[0mConfiguration is invalid at /h/opencode.json\n"
         "↳ Expected string | undefined, got 5 model\n",  # opencode 1.18.33
         "Error: Configuration is invalid at /h/opencode.json"),
        ("The corrupted file has been backed up to: /h/.claude.json.corrupted.17\n\n"
         "Configuration error in /h/.claude.json: JSON Parse error: Unexpected EOF\n"
         "No backup of this file was found.\nFix the JSON in /h/.claude.json, or move "
         "the file aside to start with default settings.\n"  # claude 2.1.332
         '{"type":"result","subtype":"error_during_execution","is_error":true}\n',
         "Configuration error in /h/.claude.json: JSON Parse error: Unexpected EOF"),
        ("An unexpected critical error occurred:\nError: Cannot read operator sandbox "
         "policy from /h/settings.json: SyntaxError\n    at file:///x.js:90:13\n"
         "    at Array.map (<anonymous>)\n",  # qwen 0.24.4
         "Error: Cannot read operator sandbox policy from /h/settings.json: "
         "SyntaxError"),
        ("Error: The app-server did not start within 120s. If a system keyring\n",
         "Error: The app-server did not start within 120s. If a system keyring"),
        ("\x1b[31mfatal\x1b[0m: no key\r\n\x1b[?25h", "fatal: no key"),
        ("╭──╮\nall done\n╰──╯", "all done"),
        ('{"type":"turn.failed","error":{"message":"model not found"}}\n',
         "model not found"),
        ('{"type":"result","is_error":true,"result":"Invalid API key"}',
         "Invalid API key"),
        ('{"type":"system","note":"not found' + 9000 * "x" + '"}\n'
         '{"type":"result","is_error":true,"result":"There is an issue"}',
         "There is an issue"),
        ('{"type":"system","note":"not found, and cut short\nsorry', "sorry"),
        ('{"type":"error","message":"the key is invalid' + 5000 * "!" + '"}',
         "the key is invalid" + 182 * "!" + "…"),
        ("[12:00:02] ERROR    Failed to reach the model at          errors.py:82\r\n"
         "                    http://x: refused by the other side\r\n",  # rich
         "Failed to reach the model at http://x: refused by the other side"),
        ("╭─ Error ───────────╮\n│ Missing argument. │\n╰───────────────────╯\n",
         "Missing argument."),
        ("Error: x\n  at y {\n  status: 401\n}\n", "Error: x"),
        ("A new version is required: update with npm\nbye",
         "A new version is required: update with npm"),
    ],
)  # fmt: skip
def test_it_is_the_fault_or_else_the_last_line(output: str, sentence: str) -> None:
    assert last_words(output) == sentence


RICH = """\
\x1b[2;36m·\x1b[0m \x1b[1;31mERROR   \x1b[0m Error code: 403 - denied by policy
\x1b[2;36m·\x1b[0m \x1b[1;31mERROR   \x1b[0m   at /opt/x/llm.py:17 in _stream

Goodbye!
"""


def test_a_logged_place_in_a_program_is_no_fault() -> None:
    """As gptme 0.35.1 has it."""
    told = last_words(RICH)

    assert told == "· ERROR    Error code: 403 - denied by policy"


def test_the_last_lines_are_those_that_say_something() -> None:
    assert last_lines(f"a\n{RICH}\x1b]0;t\x07\n╭──╮\n", 2) == [
        "· ERROR      at /opt/x/llm.py:17 in _stream",
        "Goodbye!",
    ]
    assert last_lines("50 %\r100 %\n", 1) == ["100 %"]
    assert last_lines("", 3) == []


@given(st.text())
def test_last_lines_are_harmless_and_short(output: str) -> None:
    for line in last_lines(f"{output}\u202e\x1b[2J{output}", 3):
        assert len(line) <= 12 * WIDTH
        assert safe_line(line, 12 * WIDTH) == line


@given(st.text())
def test_it_is_harmless_and_short(output: str) -> None:
    words = last_words(f"{output}\nerror \u202e\x1b]0;t\x07{output}")
    assert len(words) <= 12 * LIMIT
    assert safe_line(words, 12 * LIMIT) == words
