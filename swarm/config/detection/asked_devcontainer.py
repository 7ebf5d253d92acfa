"""Proposes what a devcontainer asks for and a box can have."""

from dataclasses import dataclass, field

from swarm.config import devcontainer
from swarm.config.detection.proposal import Proposal
from swarm.config.detection.tree import Tree
from swarm.config.devcontainer import Devcontainer
from swarm.errors import ConfigError

MOST_LEFT_OUT = 5
"""Keys of a `devcontainer.json` that are named; of more, their number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a devcontainer asks for; nothing without one."""

    devcontainer: Devcontainer = field(default_factory=Devcontainer)
    path: str = ""


def read(tree: Tree) -> Asked:
    """What the first one that is there asks for; a malformed one is noted."""
    path = next((each for each in devcontainer.FILES if each in tree.contents), "")
    if not path:
        return Asked()
    try:
        return Asked(devcontainer.read(tree.contents[path], path), path)
    except (ConfigError, RecursionError) as error:
        tree.note(f"{error}: nothing of it was taken")
        return Asked()


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
