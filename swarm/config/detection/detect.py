"""Puts together what the tracked files of a repository tell of its tasks' needs."""

import re
import shlex
from dataclasses import dataclass, field

from swarm.config import devcontainer
from swarm.config.detection import compiled, keys, languages, node, python
from swarm.config.detection.commands import Commands, Look
from swarm.config.detection.pins import pins, sentences
from swarm.config.detection.tree import Listing, Tree, beside
from swarm.config.devcontainer import Devcontainer
from swarm.errors import ConfigError
from swarm.model.detected import Detected, Pin, Reason
from swarm.model.project import ProjectChoice
from swarm.model.toolchain import STACKS, found_by

_LOOKS: dict[str, Look] = {
    "python": python.look,
    "node": node.look,
    "go": compiled.go,
    "rust": compiled.rust,
    "java": compiled.java,
    "ruby": compiled.ruby,
    "c": compiled.c,
}
LOCK_FILES = (
    "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "package-lock.json",
    "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb",
    "go.sum", "Cargo.lock", "Gemfile.lock", "gradle.lockfile",
)  # fmt: skip
_EXPOSED = re.compile(r"^\s*EXPOSE\s+([0-9/a-z \t]{1,100})$", re.MULTILINE)
_LFS = re.compile(r"^[^#\n]*\bfilter=lfs\b", re.MULTILINE)
MOST_LEFT_OUT = 5
"""Keys of a `devcontainer.json` that are named; of more, their number."""
_MANY = 20
"""Of any list that is proposed."""


@dataclass
class _Proposal:
    """Values of each key, each with the first reason for it."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, key: str, value: str, because: str) -> None:
        """Propose one more value of a list."""
        self.values.setdefault(key, {}).setdefault(value, because)

    def of(self, key: str) -> tuple[str, ...]:
        """The values of a key, in the order in which they were proposed."""
        return tuple(self.values.get(key, {}))[:_MANY]

    def reasons(self) -> tuple[Reason, ...]:
        """Every reason."""
        return tuple(
            Reason(key, value, because)
            for key, each in self.values.items()
            for value, because in each.items()
        )


def detect(listing: Listing, contents: dict[str, bytes]) -> Detected:
    """What the files tell; `contents` has those of `tree.wanted` that could be read.

    Never fails on what a repository holds: what is no good is left out with a note.
    """
    tree, proposal = Tree(listing, contents), _Proposal()
    counted = languages.counted(tree.files)
    for name, file in found_by(tree.names("")).items():
        proposal.add("stacks", name, file)
    asked = _devcontainer(tree, proposal)
    managers = _languages(tree, proposal)
    if not proposal.of("stacks"):
        stack, because = languages.main_stack(counted)
        if stack:
            proposal.add("stacks", stack, because)
    if not proposal.of("test") and (command := compiled.make_target(tree)):
        proposal.add("test", command, "Makefile")
    for port in _exposed(tree):
        proposal.add("ports", port, "EXPOSE in Dockerfile")
    looked_at = keys.candidates(contents)
    for path, reason in keys.propose(looked_at, contents, tree.note).items():
        proposal.add("hide", path, reason)
    stacks = tuple(name for name in STACKS if name in proposal.of("stacks"))
    pinned = (*pins(tree), *asked)
    notes = [*tree.notes, *sentences(pinned, stacks), *_rest(tree)]
    return Detected(
        ProjectChoice(
            stacks=stacks,
            packages=proposal.of("packages"),
            setup=proposal.of("setup"),
            test=" && ".join(proposal.of("test")),
            ports=tuple(sorted(int(port) for port in proposal.of("ports"))),
            hide=proposal.of("hide"),
        ),
        proposal.reasons(),
        pinned,
        counted,
        managers,
        tuple(name for name in LOCK_FILES if tree.has("", name)),
        len(tree.files),
        tuple(notes),
    )


def _languages(tree: Tree, proposal: _Proposal) -> tuple[str, ...]:
    """Propose what each language's files tell of; the package managers.

    Below the first folder only what is not in the first counts: a workspace's parts
    are its own business.
    """
    managers: dict[str, None] = {}
    for stack, look in _LOOKS.items():
        for folder in tree.folders:
            commands = look(tree, folder)
            if commands is None:
                continue
            _propose(proposal, stack, folder, commands)
            managers[commands.manager] = None
            if not folder:
                break
    return tuple(name for name in managers if name)


def _propose(proposal: _Proposal, stack: str, folder: str, commands: Commands) -> None:
    because = commands.setup_because or commands.test_because
    proposal.add("stacks", stack, beside(folder, because))
    for name, reason in commands.stacks.items():
        proposal.add("stacks", name, reason)
    for name, reason in commands.packages.items():
        proposal.add("packages", name, reason)
    for command in commands.setup:
        text = _in_folder(folder, command)
        proposal.add("setup", text, beside(folder, commands.setup_because))
    if commands.test:
        text = _in_folder(folder, commands.test)
        proposal.add("test", text, beside(folder, commands.test_because))
    for recipe, reason in commands.wants.items():
        proposal.add("wants", recipe, reason)


def _in_folder(folder: str, command: str) -> str:
    return f"(cd {shlex.quote(folder)} && {command})" if folder else command


def _devcontainer(tree: Tree, proposal: _Proposal) -> tuple[Pin, ...]:
    """Propose what a devcontainer asks for and a box can have; its pins."""
    path = next((each for each in devcontainer.FILES if each in tree.contents), "")
    if not path:
        return ()
    try:
        asked = devcontainer.read(tree.contents[path], path)
    except (ConfigError, RecursionError) as error:
        tree.note(f"{error}: nothing of it was taken")
        return ()
    for key, values in (
        ("stacks", asked.stacks),
        ("packages", asked.packages),
        ("setup", asked.setup),
        ("ports", map(str, asked.ports)),
    ):
        for value in values:
            proposal.add(key, value, path)
    _note_left_out(tree, path, asked)
    return tuple(Pin(stack, version, path) for stack, version in asked.pins)


def _note_left_out(tree: Tree, path: str, asked: Devcontainer) -> None:
    named = [*asked.left_out[:MOST_LEFT_OUT]]
    if more := len(asked.left_out) - len(named):
        named.append(f"and {more} more")
    for each in named:
        tree.note(f"{path}: {each}")
    if asked.image or asked.build:
        tree.note(f"{path} has an image of its own: `devcontainer = {path!r}` takes it")


def _exposed(tree: Tree) -> list[str]:
    found = _EXPOSED.findall(tree.text("", "Dockerfile"))
    words = (word.partition("/")[0] for line in found for word in line.split())
    return [word for word in words if word.isdecimal() and 1 <= int(word[:6]) <= 65535]


def _rest(tree: Tree) -> list[str]:
    """Sentences on what a worktree has otherwise than a clone."""
    notes = []
    if number := len(tree.listing.submodules):
        notes.append(
            f"{number} submodules: a box has what your repository has fetched of them"
        )
    if _LFS.search(tree.text("", ".gitattributes")):
        notes.append("files in LFS: a box has those that your local store holds")
    return notes
