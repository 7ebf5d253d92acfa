"""Puts together what the tracked files of a repository tell of its tasks' needs."""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from swarm.config.detection import (
    asked_devcontainer,
    ci,
    compiled,
    dockerfiles,
    indexes,
    keys,
    languages,
    node,
    others,
    ports,
    python,
    python_version,
    services,
    suggestions,
    versions,
)
from swarm.config.detection.commands import FolderLook, Look
from swarm.config.detection.folders import beside
from swarm.config.detection.pins import sentences
from swarm.config.detection.proposal import Proposal
from swarm.config.detection.python_version import OLDER
from swarm.config.detection.tree import Listing, Tree
from swarm.config.project import may_hold
from swarm.model.detected import Detected, Pin
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
_LFS = re.compile(r"^[^#\n]*\bfilter=lfs\b", re.MULTILINE)


def detect(
    listing: Listing, contents: dict[str, bytes], devcontainer: str = ""
) -> Detected:
    """What the files tell; `contents` has those of `wanted.names` that could be read.

    Of several devcontainers the one that is named here is read.

    Never fails on what a repository holds: what is no good is left out with a note.
    """
    tree, proposal = Tree(listing, contents), Proposal()
    counted = languages.counted(tree.files)
    asked = asked_devcontainer.read(tree, devcontainer)
    asked_pins = tuple(Pin(*pin, asked.path) for pin in asked.devcontainer.pins)
    looks = [*_looks(tree)]
    of_ci, of_image = ci.read(tree), dockerfiles.read(tree)
    suggested = (*of_ci.pins, *of_image.pins)
    chosen = versions.chosen(tree, looks, asked_pins, suggested)
    for pin in chosen.older:
        python_version.propose(tree, proposal, pin)
    _propose_by_names(tree, proposal, chosen.looks)
    for look in chosen.looks:
        _propose(proposal, look)
    asked_devcontainer.propose(tree, proposal, asked)
    if chosen.older and not chosen.keeps_python:
        proposal.replace("stacks", "python", OLDER, "")
    suggestions.propose(proposal, of_ci, of_image)
    databases = services.services(tree, of_ci)
    for name, file in databases.because.items():
        proposal.add("service-container", name, file)
    for name in databases.environment:
        proposal.add("environment", name, next(iter(databases.because.values())))
    if not proposal.of("stacks"):
        stack, reason = languages.main_stack(counted)
        if stack:
            proposal.add("stacks", stack, reason)
    if not proposal.of("test") and (command := compiled.make_target(tree)):
        proposal.add("test", *command)
    suggestions.propose_test(proposal, of_ci)
    for port, reason in ports.ports(tree):
        proposal.add("ports", str(port), reason)
    looked_at = keys.candidates(contents)
    for path, reason in keys.propose(looked_at, contents, tree.note).items():
        proposal.add("hide", path, reason)
    environment = {**databases.environment, **dict(asked.devcontainer.environment)}
    choice = _choice(tree, proposal, environment)
    notes = [
        *tree.notes,
        *sentences(chosen.unmet, _stacks(proposal)),
        *(f"Node {wheel} is pinned: the set-up fetches it" for wheel in chosen.wheels),
        *others.notes(tree, has_stack=bool(proposal.of("stacks"))),
        *_rest(tree),
    ]
    return Detected(
        replace(choice, service_container=databases.containers),
        proposal.reasons(),
        chosen.pins,
        counted,
        tuple(
            dict.fromkeys(
                look.commands.manager for look in looks if look.commands.manager
            )
        ),
        tuple(name for name in LOCK_FILES if tree.has("", name)),
        len(tree.files),
        tuple(notes),
        # What a devcontainer runs may fill services; what lock files tell of does not.
        indexes=indexes.indexes(tree),
        devcontainers=asked.choices,
        keeps_setup=asked.path not in (r.because for r in proposal.reasons_of("setup")),
    )


def _stacks(proposal: Proposal) -> tuple[str, ...]:
    return tuple(name for name in STACKS if name in proposal.of("stacks"))


def _choice(
    tree: Tree, proposal: Proposal, environment: dict[str, str]
) -> ProjectChoice:
    """What is proposed; a key whose value `swarm.toml` may not hold is noted."""
    values: dict[str, Any] = {
        "stacks": _stacks(proposal),
        "packages": proposal.of("packages"),
        "setup": proposal.of("setup"),
        "test": " && ".join(proposal.of("test")),
        "ports": tuple(sorted(int(port) for port in proposal.of("ports"))),
        "hide": proposal.of("hide"),
        "environment": environment,
    }
    fitting = {key: each for key, each in values.items() if may_hold(key, each)}
    for key in values.keys() - fitting.keys():
        tree.note(f"{key}: what was found is nothing that swarm.toml may hold")
    return ProjectChoice(**fitting)


def _looks(tree: Tree) -> Iterator[FolderLook]:
    """What each language's files tell of.

    Below the first folder only what is not in the first counts: a workspace's parts
    are their own business.
    """
    for stack, look in _LOOKS.items():
        for folder in tree.folders:
            if commands := look(tree, folder):
                yield FolderLook(stack, folder, commands)
                if not folder:
                    break


def _propose_by_names(
    tree: Tree, proposal: Proposal, looks: Iterable[FolderLook]
) -> None:
    """Propose the stacks that files of the root tell of by their names.

    Not C's where another language's build calls a compiler that its stack has.
    """
    with_compiler = ("python", OLDER, "node", "ruby")
    has_compiler = any(
        not look.folder and look.stack in with_compiler for look in looks
    )
    for name, file in found_by(tree.names("")).items():
        if name != "c" or not has_compiler:
            proposal.add("stacks", name, file)


def _propose(proposal: Proposal, look: FolderLook) -> None:
    commands, folder = look.commands, look.folder
    because = commands.setup_because or commands.test_because
    proposal.add("stacks", look.stack, beside(folder, because))
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
    for command, reason in commands.each_task.items():
        text = _in_folder(folder, command)
        proposal.add("each_task", text, beside(folder, reason))
    for recipe, reason in commands.wants.items():
        proposal.add("wants", recipe, reason)


def _in_folder(folder: str, command: str) -> str:
    return f"(cd {shlex.quote(folder)} && {command})" if folder else command


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
