"""The programs of `swarm/box`, as the command lines that run them in a sandbox.

Their text is in the command line: a sandbox that was made by an earlier version runs
those of its keeper.
"""

import json
from functools import cache

from swarm import assets
from swarm.agents.description import Agent

PYTHON = "python3"
_BOOT = """\
import sys, types
package = types.ModuleType("swarm"); package.__path__ = []
box = types.ModuleType("swarm.box"); box.__path__ = []
line = types.ModuleType("swarm.box.line")
sys.modules.update({"swarm": package, "swarm.box": box, "swarm.box.line": line})
package.box, box.line = box, line
texts = %s
exec(compile(texts[0], "line.py", "exec"), line.__dict__)
exec(compile(texts[1], "program.py", "exec"), {"__name__": "__main__"})
"""


def argv(agent: Agent) -> list[str]:
    """The command line of the agent's side channel; empty if it has none."""
    words = {
        "hooks": [],
        "opencode": [str(agent.side.port)],
    }.get(agent.side.kind)
    if words is None:
        return []
    return [PYTHON, "-I", "-c", text(agent.side.kind), *words]


@cache
def text(kind: str) -> str:
    """The program of a kind of channel, whole."""
    texts = [
        (assets.folder("box") / f"{name}.py").read_text() for name in ("line", kind)
    ]
    return _BOOT % json.dumps(texts)
