"""The box of a project's set-up: the sandbox with other programs in it."""

import re
from dataclasses import replace

from swarm.plan import unattended_environment
from swarm.plan.specs import SandboxSpec

KIND = "setup"
"""The value of its kind label."""
_RUN = """\
count=$#; number=0
for command do
  number=$((number + 1))
  printf '[set-up %s/%s] %s\\n' "$number" "$count" "$command"
  "$0" -c "$command" </dev/null || {
    status=$?
    printf '[set-up] that ended with %s\\n' "$status"
    exit "$status"
  }
done
"""
"""Runs each argument as a command of its own, until one fails."""
_WAIT = "sleep infinity || tail -f /dev/null"
_HEADING = re.compile(rb"\[set-up ([0-9]{1,3})/[0-9]{1,3}\] ")


def spec(
    sandbox: SandboxSpec,
    name: str,
    labels: dict[str, str],
    shell: str,
    commands: tuple[str, ...],
) -> SandboxSpec:
    """A box with all that the sandbox has, which runs the commands and ends.

    It ends with the status of the first command that fails. Each is run by the image's
    `shell`, begins at the root of the worktree, and reads nothing from a terminal.
    """
    return replace(
        sandbox,
        name=name,
        labels=labels,
        argv=(shell, "-c", _RUN, shell, *commands),
        environment={
            **sandbox.environment,
            **unattended_environment.environment(),
            "TERM": "dumb",
            "NO_COLOR": "1",
        },
        terminal=False,
    )


def waiting(box: SandboxSpec, shell: str) -> SandboxSpec:
    """The same box, doing nothing: a human opens a shell in it after a failure."""
    return replace(box, argv=(shell, "-c", _WAIT))


def begun(line: bytes) -> int:
    """The number of the command that a line of the output announces; 0 for none.

    A command can print such a line itself.
    """
    found = _HEADING.match(line)
    return int(found[1]) if found else 0
