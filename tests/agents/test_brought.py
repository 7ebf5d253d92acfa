"""What a user brings reaches each agent: it asks its model with all of it."""

import json
from collections.abc import Iterator

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.engine.host import images
from swarm.model.task import State
from swarm.scripted_model.steps import Run, Say
from tests.agents.driven import DONE, DrivenAgents, open_driven_agents

AGENTS = (
    "claude", "cline", "codex", "copilot", "gemini", "kimi", "opencode", "pi", "qwen",
    "vibe",
)  # fmt: skip
NOT_SEEN = {"cline": ("ZEBRA-SKILL", "tools"), "vibe": ("tools",)}
"""What an agent's headless run was not seen to take, though it is written for it."""
SERVER = """
import json, pathlib, sys
TOOL = {"name": "zebra_count", "description": "d", "inputSchema": {"type": "object"}}
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    answer = {"tools": [TOOL]} if asked["method"] == "tools/list" else {}
    if answer:
        pathlib.Path("/workspace/tools-were-asked").touch()
    if asked["method"] == "initialize":
        answer = {"protocolVersion": asked["params"]["protocolVersion"],
                  "capabilities": {"tools": {}},
                  "serverInfo": {"name": "z", "version": "1"}}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": answer}))
    sys.stdout.flush()
"""
SKILL = """\
---
name: zebra
description: ZEBRA-SKILL counts stripes.
---
Count them.
"""
REFUSED = ("Read-only file system", "Permission denied")
"""What a shell says of a file that the box cannot write."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all, whose user brings one of everything."""
    folder = tmp_path_factory.mktemp("brought")
    with open_driven_agents(folder, AGENTS) as opened:
        place = opened.harness.paths.home / "bring"
        (place / "skills" / "zebra").mkdir(parents=True)
        (place / "skills" / "zebra" / "SKILL.md").write_text(SKILL)
        (place / "rules.md").write_text("ZEBRA-RULE: use tabs.\n")
        command = json.dumps(["python3", "-c", SERVER])
        (place / "mcp.toml").write_text(f"[mcp.zoo]\ncommand = {command}\n")
        yield opened


@pytest.mark.agents
@pytest.mark.parametrize("name", AGENTS)
def test_it_has_the_rules_the_skill_and_the_server_and_changes_none(
    house: DrivenAgents, name: str
) -> None:
    """The server is asked for its tools; whether at once, or when one is looked for."""
    agent = registry.find(name)
    images.build(DockerImages(), f"agents/{name}", lambda _line: None)
    marker = f"{name}-brought"
    skill = f"{agent.places.skills}/zebra/SKILL.md"
    house.model.plays(marker, [Run(f"echo changed >> {skill}"), Say(DONE)])
    before = len(house.model.seen)
    task = house.start(name, "headless", f"Please do {marker} now.")
    house.end(task, "headless", marker, 1)

    assert house.harness.queries.tasks.get(task).state is State.STOPPED
    asked = json.dumps([seen.body for seen in house.model.seen[before:]])
    lacking = [word for word in ("ZEBRA-RULE", "ZEBRA-SKILL") if word not in asked]
    worktree = house.harness.paths.worktree(task)
    if agent.places.mcp_format and not (worktree / "tools-were-asked").exists():
        lacking.append("tools")
    lacking = [word for word in lacking if word not in NOT_SEEN.get(name, ())]
    said = " ".join(house.model.results(marker))
    if not any(word in said for word in REFUSED):
        lacking.append(f"not refused: {said[-300:]}")
    assert lacking == [], house.log(task)[-3000:]
