"""An agent of the user's own, by its file alone, in a real sandbox."""

import json
from pathlib import Path

import pytest

from swarm.model import events
from swarm.model.task import State
from swarm.plan import specs
from tests.engine.keeper_harness import KeeperHarness

AGENT = """\
version = 1
title = "Mine"
summary = "an agent of mine"
[[seed]]
path = "~/.mine/config.json"
text = '{"trusted": "{workspace}", "model": "{model}"}'
[mode.ask]
argv = ["--ask"]
[mode.full]
argv = ["--all"]
[headless]
argv = ["python3", "-c", '''
import os, pathlib, sys
print(sys.argv[1:], open(os.path.expanduser("~/.mine/config.json")).read(),
      len(sys.stdin.read()), file=open("seen.txt", "w"))
''', "{mode}"]
prompt = "stdin"
[screen]
argv = ["python3", "-c", '''
import sys
print(sys.argv[1], len(sys.argv[2]), sys.argv[2][:12], file=open("seen.txt", "w"))
''', "{mode}", "{prompt}"]
guard = "Do: "
"""
PROMPT = "/quit 'x' $(id)\n" * 6400
"""A hundred kilobytes that begin as an agent's own command does."""


@pytest.fixture
def agents(harness: KeeperHarness) -> Path:
    """The user's folder of agents."""
    harness.configure('[agents.mine]\nmodel = "m-1"\n')
    folder = harness.paths.home / "agents"
    folder.mkdir()
    (folder / "mine.toml").write_text(AGENT)
    return folder


def seen(harness: KeeperHarness, sample: Path, **wish: str) -> str:
    """What a task of the agent saw of its argv, its home and its prompt."""
    body = {"repo": str(sample), "agent": "mine", "prompt": PROMPT, **wish}
    task_id = harness.wish_done("new", **body)["tasks"][0]
    harness.until_state(task_id, State.STOPPED, State.FAILED)
    task = harness.queries.tasks.get(task_id)
    assert (task.reason, task.exit_code) == ("", 0)
    return (harness.paths.worktree(task_id) / "seen.txt").read_text()


def test_a_home_is_filled_and_the_whole_prompt_arrives(
    harness: KeeperHarness, sample: Path, agents: Path
) -> None:
    """On each way to run, in the mode that was asked for."""
    harness.start_keeper()

    config = '{"trusted": "/workspace", "model": "m-1"}'
    headless = seen(harness, sample, way="headless", mode="ask")
    assert headless == f"['--ask'] {config} {len(PROMPT)}\n"
    guarded = f"--all {len(PROMPT) + 4} Do: /quit 'x\n"
    assert seen(harness, sample) == guarded
    first = harness.queries.events.after(task=2, limit=1)[0].event
    assert isinstance(first, events.TaskQueued)
    assert (first.way, first.mode) == ("screen", "full")
    assert specs.from_json(json.loads(json.dumps(first.plan))).program == "python3"


STDIN = ']\nprompt = "stdin"'
BRINGER = AGENT.replace(f'"{{mode}}"{STDIN}', f'"{{mcp}}"{STDIN}')
MORE = "open(mcp).read(), os.access(mcp, os.W_OK), open(skill).read()"
BRINGER = BRINGER.replace(
    "print(sys.argv[1:], open",
    'mcp = "/etc/swarm/mcp.json"\n'
    'skill = os.path.expanduser("~/.mine/skills/a/SKILL.md")\n'
    f"print(sys.argv[1:], {MORE}, open",
)
BRINGER += """
[places]
skills = "~/.mine/skills"
mcp_format = "claude"
[places.briefing]
kind = "file"
path = "~/.mine/RULES.md"
"""


def test_what_the_user_brings_reaches_the_agent_without_secrets(
    harness: KeeperHarness, sample: Path, agents: Path
) -> None:
    """The servers stand in a file that it cannot change; a secret is told by name."""
    (agents / "mine.toml").write_text(BRINGER)
    bring = harness.paths.home / "bring"
    (bring / "skills" / "a").mkdir(parents=True)
    (bring / "skills" / "a" / "SKILL.md").write_text("# a skill")
    (bring / "mcp.toml").write_text(
        '[mcp.near]\ncommand = ["serve"]\nenvironment = { TOKEN = "hunter2", A = "1" }'
    )
    harness.start_keeper()

    text = seen(harness, sample, way="headless")

    assert text.startswith("['--mcp-config', '/etc/swarm/mcp.json'] {")
    assert '"A": "1"' in text
    assert "} False # a skill" in text.replace("\n", " ").replace("  ", " ")
    told = [record.event for record in harness.queries.events.after(task=1)]
    reasons = [event.reason for event in told if isinstance(event, events.Trouble)]
    assert any("mcp.near.environment.TOKEN" in reason for reason in reasons)
    kept = [file for file in harness.paths.home.rglob("*") if file.is_file()]
    holding = [file.name for file in kept if b"hunter2" in file.read_bytes()]
    assert holding == ["mcp.toml"]


def test_several_agents_are_one_group(
    harness: KeeperHarness, sample: Path, agents: Path
) -> None:
    """Numbered through, each with its copies; all of them or none."""
    harness.start_keeper()
    body = {"repo": str(sample), "prompt": "do it", "copies": 2}
    several = {"agents": ["mine", "command"], "command": "true"}

    no_command = harness.wish("new", **body, agents=["mine"], command="true")
    bad_mode = harness.wish("new", **body, **several, mode="edits")
    ids = harness.wish_done("new", **body, **several)["tasks"]

    assert "for none of these agents" in no_command.message
    assert "mine has no mode 'edits'" in bad_mode.message
    tasks = [harness.queries.tasks.get(task_id) for task_id in ids]
    assert [task.name for task in tasks] == [
        "do-it/mine-1",
        "do-it/mine-2",
        "do-it/command-1",
        "do-it/command-2",
    ]
    assert [task.agent for task in tasks] == ["mine"] * 2 + ["command"] * 2
    assert [task.group for task in tasks] == ["do-it"] * 4
    assert [(task.way, task.mode) for task in tasks[1:3]] == [
        ("screen", "full"),
        ("headless", ""),
    ]
    for task_id in ids:
        harness.until_state(task_id, State.STOPPED, State.FAILED)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (AGENT.replace("[mode.ask]", "[mode.asks]"), "mine.toml: mode.asks: unknown"),
        (f'unavailable = "it is gone"\n{AGENT}', "mine cannot be run: it is gone"),
        (AGENT.replace("python3", "mine-cli"), "has no mine-cli"),
    ],
)
def test_an_agent_that_cannot_start_refuses_the_wish(
    harness: KeeperHarness, sample: Path, agents: Path, text: str, words: str
) -> None:
    """Before anything is made, in a sentence."""
    (agents / "mine.toml").write_text(text)
    harness.start_keeper()

    refused = harness.wish("new", repo=str(sample), agent="mine", prompt="p")

    assert refused.outcome == "refused"
    assert words in refused.message
    assert harness.task_containers() == []
