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
import json, os, subprocess, sys, urllib.request
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


@pytest.mark.parametrize(
    ("name", "words"),
    [("cursor", "cannot be run"), ("command", "nothing to check"), ("x", "no agent")],
)
def test_what_cannot_be_checked_is_told(swarm: Swarm, name: str, words: str) -> None:
    status, _, said = swarm("agent", "check", name)

    assert status != exit_codes.DONE
    assert words in said
