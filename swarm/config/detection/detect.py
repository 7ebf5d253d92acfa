"""Puts together what the tracked files of a repository tell of its tasks' needs."""

import re
import shlex
from dataclasses import replace
from typing import Any

from swarm.config.detection import (
    asked_devcontainer,
    compiled,
    keys,
    languages,
    node,
    node_version,
    ports,
    python,
    python_version,
    services,
)
from swarm.config.detection.commands import Commands, Look
from swarm.config.detection.pins import pins, sentences
from swarm.config.detection.proposal import Proposal
from swarm.config.detection.tree import Listing, Tree, beside
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


def detect(listing: Listing, contents: dict[str, bytes]) -> Detected:
    """What the files tell; `contents` has those of `tree.wanted` that could be read.

    Never fails on what a repository holds: what is no good is left out with a note.
    """
    tree, proposal = Tree(listing, contents), Proposal()
    counted = languages.counted(tree.files)
    for name, file in found_by(tree.names("")).items():
        proposal.add("stacks", name, file)
    asked = asked_devcontainer.read(tree)
    pinned = (*pins(tree), *(Pin(*pin, asked.path) for pin in asked.found.pins))
    wheel = node_version.wheel(pinned)
    older = python_version.unmet(pinned)
    managers = _languages(tree, proposal, wheel, has_older=older is not None)
    asked_devcontainer.propose(tree, proposal, asked)
    containers, compose = services.services(tree)
    for name in containers:
        proposal.add("service-container", name, compose)
    if not proposal.of("stacks"):
        stack, because = languages.main_stack(counted)
        if stack:
            proposal.add("stacks", stack, because)
    if older:
        python_version.swap(tree, proposal, older)
    if not proposal.of("test") and (command := compiled.make_target(tree)):
        proposal.add("test", command, "Makefile")
    for port, because in ports.ports(tree):
        proposal.add("ports", str(port), because)
    looked_at = keys.candidates(contents)
    for path, reason in keys.propose(looked_at, contents, tree.note).items():
        proposal.add("hide", path, reason)
    choice = _choice(tree, proposal, dict(asked.found.environment))
    unmet = tuple(pin for pin in pinned if not wheel or pin.stack != "node")
    notes = [*tree.notes, *sentences(unmet, _stacks(proposal)), *_rest(tree)]
    if wheel:
        notes.append(f"Node {wheel} is pinned: the set-up fetches it")
    return Detected(
        replace(choice, service_container=containers),
        proposal.reasons(),
        pinned,
        counted,
        managers,
        tuple(name for name in LOCK_FILES if tree.has("", name)),
        len(tree.files),
        tuple(notes),
        # What a devcontainer runs may fill services; what lock files tell of does not.
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


def _languages(
    tree: Tree, proposal: Proposal, node: str, *, has_older: bool
) -> tuple[str, ...]:
    """Propose what each language's files tell of; the package managers.

    `node` is the version of Node to fetch, if the stack's is not the project's;
    `has_older` tells that its Python is the older one.
    Below the first folder only what is not in the first counts: a workspace's parts
    are its own business.
    """
    managers: dict[str, None] = {}
    for stack, look in _LOOKS.items():
        for folder in tree.folders:
            commands = look(tree, folder)
            if commands is None:
                continue
            if stack == "node" and node:
                commands = node_version.with_wheel(commands, node)
            if stack == "python" and has_older:
                commands = python_version.with_older(commands)
            _propose(proposal, stack, folder, commands)
            managers[commands.manager] = None
            if not folder:
                break
    return tuple(name for name in managers if name)


def _propose(proposal: Proposal, stack: str, folder: str, commands: Commands) -> None:
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
