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
package.box = box
sys.modules.update({"swarm": package, "swarm.box": box})
*parts, (name, text) = %s
for part, code in parts:
    module = types.ModuleType("swarm.box." + part)
    sys.modules[module.__name__] = module
    setattr(box, part, module)
    exec(compile(code, part + ".py", "exec"), module.__dict__)
exec(compile(text, name + ".py", "exec"), {"__name__": "__main__"})
"""
_PARTS = {
    "codex": ("hook", "websocket", "codex_questions"),
    "opencode": ("hook",),
    "qwen": ("hook",),
}
"""What a program has beside `line`, in the order in which it is read."""


def argv(agent: Agent) -> list[str]:
    """The command line of the agent's side channel; empty if it has none."""
    words = {
        "hooks": [],
        "opencode": [str(agent.side.port)],
        "codex": [agent.side.socket],
        "qwen": [agent.side.socket],
    }.get(agent.side.kind)
    if words is None:
        return []
    return [PYTHON, "-I", "-c", text(agent.side.kind), *words]


@cache
def text(kind: str) -> str:
    """The program of a kind of channel, whole."""
    names = ("line", *_PARTS.get(kind, ()), kind)
    folder = assets.folder("box")
    texts = [(name, (folder / f"{name}.py").read_text()) for name in names]
    return _BOOT % json.dumps(texts)
