"""Proposes what CI files and a Dockerfile name, where the project itself does not."""

import re

from swarm.config.detection.ci import Ci
from swarm.config.detection.dockerfiles import Suggested
from swarm.config.detection.proposal import Proposal
from swarm.model.toolchain import STACKS

BY_CI = "test-in-ci"
"""The key of a command by which CI tests, beside the one that is proposed."""
UNKNOWN = "unknown-packages"
"""The key of packages that a human has to judge."""
_OF_PYTHON = re.compile(r"python3? |(?:pytest|tox|nox|coverage)\b")


def propose(proposal: Proposal, of_ci: Ci, of_image: Suggested) -> None:
    """Propose packages; stacks only if no file of the project tells of one."""
    if not proposal.of("stacks"):
        for pin in of_ci.pins:
            proposal.add("stacks", pin.stack, pin.file)
    for installed in (of_ci.installed, of_image.installed):
        for stack, reason in installed.stacks.items():
            if not proposal.of("stacks") or stack == "browser":
                proposal.add("stacks", stack, reason)
        for recipe, reason in installed.services.items():
            proposal.add("wants", recipe, reason)
        for name, file in installed.unknown.items():
            proposal.add(UNKNOWN, name, file)
    there = {name for stack in proposal.of("stacks") for name in _packages(stack)}
    for installed in (of_ci.installed, of_image.installed):
        for name, file in installed.packages.items():
            if name not in there:
                proposal.add("packages", name, file)


def propose_test(proposal: Proposal, of_ci: Ci) -> None:
    """Propose CI's command where no other is; beside another it is told.

    A screen that it wants is proposed as a package.
    """
    if not of_ci.test:
        return
    if "xvfb-run " in of_ci.test:
        for name in ("xauth", "xvfb"):
            proposal.add("packages", name, of_ci.test_because)
    has_environment = any(".venv" in command for command in proposal.of("setup"))
    is_python_s = has_environment and bool(_OF_PYTHON.match(of_ci.test))
    is_tested = any(".venv" in command for command in proposal.of("test"))
    if proposal.of("test") and not (is_python_s and not is_tested):
        if of_ci.test not in proposal.of("test"):
            proposal.add(BY_CI, of_ci.test, of_ci.test_because)
        return
    path = 'PATH="$PWD/.venv/bin:$PATH" ' if is_python_s else ""
    proposal.add("test", path + of_ci.test, of_ci.test_because)


def _packages(stack: str) -> tuple[str, ...]:
    more = ("build-essential", "pkg-config") if "gcc" in STACKS[stack].packages else ()
    return (*STACKS[stack].packages, *more)
