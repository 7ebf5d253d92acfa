"""What a user brings reaches each agent: it asks its model with all of it.

Two agents run in `make test`; `make test-agents` runs them all.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.engine.host import images
from swarm.model.task import State
from swarm.scripted_model.steps import Run, Say
from tests.agents.driven import DONE, DrivenAgents, open_driven_agents

SHORT = ("claude", "codex")
REST = ("cline", "copilot", "gemini", "kimi", "opencode", "pi", "qwen", "vibe")
SERVER = """
import json, sys
TOOL = {"name": "zebra_count", "description": "d", "inputSchema": {"type": "object"}}
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    answer = {"tools": [TOOL]} if asked["method"] == "tools/list" else {}
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
TRY_TO_CHANGE = (
    "for f in $(find ~ -path '*zebra*' -name SKILL.md); do "
    "(echo changed >> $f) 2>/dev/null && echo CHAN''GED $f || echo kept $f; done"
)


def _agents() -> Iterator[Any]:
    for name in (*SHORT, *REST):
        marks = [] if name in SHORT else [pytest.mark.agents]
        yield pytest.param(name, marks=marks)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all, whose user brings one of everything."""
    folder = tmp_path_factory.mktemp("brought")
    with open_driven_agents(folder, (*SHORT, *REST)) as opened:
        place = opened.harness.paths.home / "bring"
        (place / "skills" / "zebra").mkdir(parents=True)
        (place / "skills" / "zebra" / "SKILL.md").write_text(SKILL)
        (place / "rules.md").write_text("ZEBRA-RULE: use tabs.\n")
        command = json.dumps(["python3", "-c", SERVER])
        (place / "mcp.toml").write_text(f"[mcp.zoo]\ncommand = {command}\n")
        yield opened


@pytest.mark.parametrize("name", list(_agents()))
def test_it_has_the_rules_the_skill_and_the_server_and_changes_none(
    house: DrivenAgents, name: str
) -> None:
    """The skill is a link to a file that the box cannot write."""
    agent = registry.find(name)
    images.build(DockerImages(), f"agents/{name}", lambda _line: None)
    marker = f"{name}-brought"
    house.model.plays(marker, [Run(TRY_TO_CHANGE), Say(DONE)])
    before = len(house.model.seen)
    task = house.start(name, "headless", f"Please do {marker} now.")
    house.end(task, "headless", marker, 1)

    assert house.harness.queries.tasks.get(task).state is State.STOPPED
    asked = json.dumps([seen.body for seen in house.model.seen[before:]])
    words = ["ZEBRA-RULE", "ZEBRA-SKILL"]
    words += ["zebra_count"] if agent.places.mcp_format else []
    lacking = [word for word in words if word not in asked]
    assert not lacking, f"{lacking}\n{house.log(task)[-3000:]}"
    said = " ".join(house.model.results(marker))
    assert "kept" in said
    assert "CHANGED" not in said
