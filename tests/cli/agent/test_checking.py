"""`swarm agent check` runs a stranger's agent for real, and says what works."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.cli import exit_codes

Swarm = Callable[..., tuple[int, str, str]]
AGENT = r"""
version = 1
title = "Small"
summary = "thirty lines that ask a model"
[model]
protocol = "chat"
key = "SMALL_KEY"
endpoint = "SMALL_URL"
url = "https://small.test/v1"
[mode.full]
[headless]
prompt = "stdin"
argv = ["python3", "-c", '''
import json, os, signal, subprocess, sys, urllib.request
said = [{"role": "user", "content": sys.stdin.read()}]
tool = {"name": "bash", "parameters": {"properties": {"command": {"type": "string"}}}}
while True:
    body = {"model": "m", "messages": said,
            "tools": [{"type": "function", "function": tool}]}
    request = urllib.request.Request(
        os.environ["SMALL_URL"] + "/chat/completions", json.dumps(body).encode(),
        {"authorization": "Bearer " + os.environ["SMALL_KEY"],
         "content-type": "application/json"})
    answer = json.load(urllib.request.urlopen(request))["choices"][0]["message"]
    said.append(answer)
    if not answer.get("tool_calls"):
        sys.exit()
    for call in answer["tool_calls"]:
        command = json.loads(call["function"]["arguments"])["command"]
        done = subprocess.run(command, shell=True, capture_output=True, text=True)
        said.append({"role": "tool", "tool_call_id": call["id"],
                     "content": done.stdout + done.stderr})
''']
"""


TURNS = {
    # As gptme: it asks a host of its own unless a variable names another.
    "is-told-its-endpoint": [
        ("[headless]", "[screen]"),
        ('url = "https://small.test/v1"\n', ""),
        ("        sys.exit()", "        signal.pause()"),
    ],
    # As codex: a screen asks the same more than once.
    "asks-twice": [
        ("[headless]", "[screen]"),
        (
            "    answer = json.load",
            "    urllib.request.urlopen(request)\n    answer = json.load",
        ),
        ("        sys.exit()", "        signal.pause()"),
    ],
    # As aider: its edits are in what the model says, and it commits them itself.
    "edits-in-text": [
        ("[headless]", "[screen]"),
        (
            "[mode.full]",
            'edits = "text"\n[cues.ready]\ntext = ["^small>$"]\n[mode.full]',
        ),
        (
            "    if not",
            "    if 'SEARCH' in answer['content']:\n"
            "        open('hello.txt', 'w').write('hello')\n"
            "        said.append({'role': 'user', 'content': 'words for the commit'})\n"
            "        continue\n"
            "    os.system('git add -A; '\n"
            "              'git -c user.name=c -c user.email=c@x commit -qm x')\n"
            "    print('small>', flush=True)\n"
            "    signal.pause()\n"
            "    if not",
        ),
    ],
    # As mini: words are no end, one command is.
    "ends-by-a-command": [
        ("[mode.full]", 'ends = "echo THE-END"\n[mode.full]'),
        ("        sys.exit()", "        sys.exit(3)"),
        (
            "        done = subprocess",
            "        if command == 'echo THE-END':\n"
            "            sys.exit()\n"
            "        done = subprocess",
        ),
    ],
}
"""Agents that end a turn in another way: what differs from AGENT, old to new."""


@pytest.fixture
def agents(paths: object, tmp_path: Path) -> Path:
    """The user's folder of agents, with one."""
    folder = tmp_path / "agents"
    folder.mkdir()
    (folder / "small.toml").write_text(AGENT)
    return folder


def test_a_strangers_agent_does_all_of_it_behind_the_gate(
    swarm: Swarm, agents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its model is asked by the gate's key; the box's is a placeholder."""
    monkeypatch.setenv("SWARM_HOME", "")  # what the check sets is put back

    status, out, said = swarm("agent", "check", "small")

    rows = dict(line.rsplit("  ", 1) for line in out.splitlines() if "  " in line)
    answers = {name.strip(): answer for name, answer in rows.items()}
    assert answers.pop("small") == "headless"
    assert set(answers.values()) == {"yes"}, (out, said)
    assert {"committed", "was denied a host", "by the gate's key"} <= set(answers)
    assert status == exit_codes.DONE


@pytest.mark.parametrize("turn", TURNS)
def test_a_check_goes_to_the_end_of_a_turn_and_no_further(
    swarm: Swarm, agents: Path, monkeypatch: pytest.MonkeyPatch, turn: str
) -> None:
    """However the agent ends it: what it does last is still seen, and it is stopped."""
    monkeypatch.setenv("SWARM_HOME", "")  # what the check sets is put back
    text = AGENT.replace('prompt = "stdin"\n', "").replace(
        "sys.stdin.read()", "sys.argv[1]"
    )
    text = text.replace("''']", "''', \"{prompt}\"]")
    for old, new in TURNS[turn]:
        assert old in text
        text = text.replace(old, new)
    (agents / "small.toml").write_text(text)

    status, out, said = swarm("agent", "check", "small")

    answers = [line.rsplit("  ", 1)[1] for line in out.splitlines()[1:]]
    assert answers
    assert set(answers) == {"yes"}, (out, said)
    assert "committed" in out
    assert status == exit_codes.DONE


def test_a_failure_is_told_in_the_agents_own_words_with_a_way_out(
    swarm: Swarm, agents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key went to the host that it knows by itself; what it printed is shown."""
    monkeypatch.setenv("SWARM_HOME", "")  # what the check sets is put back
    own = 'os.environ["SMALL_URL"]'
    text = AGENT.replace(own, '"https://api.openai.com/v1"')
    text = text.replace('url = "https://small.test/v1"\n', "")
    crash = "print('Small 1.0 \\x1b[2Jbegins')\nsys.tracebacklimit = 0\nwhile True:\n"
    (agents / "small.toml").write_text(text.replace("while True:\n", crash))

    status, out, _ = swarm("agent", "check", "small")

    assert status == exit_codes.FAILED
    assert "asked its model    no" in out
    assert "  │ Small 1.0 begins" in out
    assert "  │ urllib.error." in out
    assert "it asked api.openai.com for its model, not model.swarm.test" in out
    assert "address from SMALL_URL" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("name", "words"),
    [("cursor", "cannot be run"), ("command", "nothing to check"), ("x", "no agent")],
)
def test_what_cannot_be_checked_is_told(swarm: Swarm, name: str, words: str) -> None:
    status, _, said = swarm("agent", "check", name)

    assert status != exit_codes.DONE
    assert words in said
