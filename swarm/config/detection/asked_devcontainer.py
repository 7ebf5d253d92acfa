"""Proposes what a devcontainer asks for and a box can have."""

from dataclasses import dataclass, field

from swarm.config import devcontainer
from swarm.config.detection.proposal import Proposal
from swarm.config.detection.tree import Tree
from swarm.config.detection.wanted import devcontainers
from swarm.config.devcontainer import Devcontainer
from swarm.errors import ConfigError

MOST_NAMED = 6
MOST_LEFT_OUT = 5
"""Keys of a `devcontainer.json` that are named; of more, their number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a devcontainer asks for; nothing without one."""

    devcontainer: Devcontainer = field(default_factory=Devcontainer)
    path: str = ""
    choices: tuple[str, ...] = ()
    """All that are there, if they are several."""


def read(tree: Tree, chosen: str = "") -> Asked:
    """What the chosen one asks for, else the first folder's own, or the only one.

    Of several with names of their own none is taken unless it is chosen. A malformed
    one is noted.
    """
    paths = devcontainers(tree.contents)
    choices = tuple(paths) if paths[1:] else ()
    usual = [path for path in paths if path in devcontainer.FILES]
    path = chosen or next(iter(usual if choices else paths), "")
    if choices and not chosen:
        taken = f"{path} was read" if path else "none was read"
        named = ", ".join(choices[:MOST_NAMED])
        tree.note(f"several devcontainers ({named}): {taken}; `--devcontainer` chooses")
    if path not in tree.contents:
        return Asked(choices=choices)
    try:
        return Asked(devcontainer.read(tree.contents[path], path), path, choices)
    except (ConfigError, RecursionError) as error:
        tree.note(f"{error}: nothing of it was taken")
        return Asked(choices=choices)


def propose(tree: Tree, proposal: Proposal, asked: Asked) -> None:
    """Propose what of it a box can have.

    Its set-up is written for its own image: it counts where no lock file tells of one.
    """
    wanted, path = asked.devcontainer, asked.path
    if not path:
        return
    for key, values in (
        ("stacks", wanted.stacks),
        ("packages", wanted.packages),
        ("setup", () if proposal.of("setup") else (*wanted.setup, *wanted.late_setup)),
        ("ports", map(str, wanted.ports)),
        ("environment", (name for name, _ in wanted.environment)),
    ):
        for value in values:
            proposal.add(key, value, path)
    _note_left_out(tree, path, wanted)


def _note_left_out(tree: Tree, path: str, asked: Devcontainer) -> None:
    named = [*asked.left_out[:MOST_LEFT_OUT]]
    if more := len(asked.left_out) - len(named):
        named.append(f"and {more} more")
    for each in named:
        tree.note(f"{path}: {each}")
    if asked.image or asked.build:
        tree.note(f"{path} has an image of its own: `devcontainer = {path!r}` takes it")
