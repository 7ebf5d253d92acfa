"""A shell of the human's in a task's sandbox, beside the agent's own program.

It is a program of the sandbox like any other: the same user, no capability, the same
system calls, the agent's environment, no way out but the gate. It ends with the task.
"""

import secrets
from typing import Any

from swarm.engine.context import EngineContext
from swarm.errors import IllegalMove, PaneAtWork, PlanError
from swarm.model import events
from swarm.model.task import State
from swarm.model.wishes import OpenShell
from swarm.plan import own_files, unattended_environment
from swarm.plan.specs import Plan

_SEARCH = ["sh", "-c", "command -v bash"]
_FOUND, _NOT_FOUND = 0, (126, 127)
"""Exit statuses of the search; 126 and 127 are of a `sh` that cannot be run itself."""
_MARK = "SWARM_SHELL"
"""The variable by which the processes of one command of the human's are found."""

_END = f"""
for file in /proc/[0-9]*/environ; do
  if tr '\\0' '\\n' <"$file" 2>/dev/null | grep -qx "{_MARK}=$1"; then
    process=${{file#/proc/}}; kill -"$2" "${{process%/environ}}" 2>/dev/null
  fi
done
"""


def open_shell(context: EngineContext, wish: OpenShell) -> dict[str, Any]:
    """Open a shell in a pane of its own, or answer the argv that runs a command.

    IllegalMove if the sandbox does not run; PlanError if its image has no shell.
    """
    sandbox = _running_sandbox(context, wish.task)
    shell = _shell_of(context, sandbox)
    if wish.command:
        return _command(context, wish, sandbox, shell)
    if not shell:
        raise PlanError(
            f"the image of task {wish.task} has no shell: "
            f"{_plan(context, wish.task).sandbox.image}",
            hint=f"`swarm shell {wish.task} -- PROGRAM` runs a program that it has",
        )
    pane = _free_pane(context, wish.task, sandbox, shell)
    context.journal.record(wish.task, events.ShellOpened(pane))
    return {"pane": pane}


def _running_sandbox(context: EngineContext, task_id: int) -> str:
    task = context.read().tasks.get(task_id)
    if task.awaits_setup_decision:
        return _setup_box(context, task_id)
    if task.state is not State.LIVE:
        raise IllegalMove(
            f"task {task_id} is {task.state}: no sandbox of it runs",
            hint=f"`swarm retry {task_id}` starts it anew; `swarm show {task_id}` "
            "names the folder of its files",
        )
    if task.paused:
        raise IllegalMove(
            f"task {task_id} is paused, and a shell would be frozen with it",
            hint=f"resume it first: `swarm resume {task_id}`",
        )
    return context.names(task_id).sandbox


def _setup_box(context: EngineContext, task_id: int) -> str:
    """The box that waits since the set-up failed."""
    box = context.names(task_id).setup_box
    facts = context.containers.inspect(box)
    if facts is None or facts.status != "running":
        raise IllegalMove(
            f"the box of task {task_id}'s set-up has ended",
            hint=f"`swarm setup {task_id} --again` makes a new one",
        )
    return box


def _shell_of(context: EngineContext, sandbox: str) -> str:
    """`bash`, else `sh`; empty if the sandbox has neither."""
    status = context.containers.exec_status(sandbox, _SEARCH)
    if status == _FOUND:
        return "bash"
    return "" if status in _NOT_FOUND else "sh"


def _plan(context: EngineContext, task_id: int) -> Plan:
    return context.plan(context.read().tasks.get(task_id))


def _interactive(shell: str, given: dict[str, str], reads: bool) -> list[str]:
    """The shell without what keeps pagers and editors from a program that is alone.

    It `reads` the user's own `shell.d`, if the task has one.
    """
    ours = unattended_environment.environment()
    names = [name for name, value in ours.items() if given.get(name) == value]
    start = 'exec "$0"'
    if reads:
        file = own_files.SHELL_FILE
        start = (
            f'exec "$0" --rcfile {file}' if shell == "bash" else f'ENV={file} exec "$0"'
        )
    return [shell, "-c", f'unset "$@"; {start}', shell, *names]


def _command(
    context: EngineContext, wish: OpenShell, sandbox: str, shell: str
) -> dict[str, Any]:
    """The argv that runs the command, and those that end it early.

    The engine ends no command whose client is gone.
    """
    mark = secrets.token_hex(8)
    words = list(wish.command)
    if shell:
        words = [shell, "-c", 'exec "$@"', shell, *words]
    variables = {_MARK: mark}
    argv = context.containers.exec_argv(sandbox, words, variables, terminal=False)
    context.journal.record(wish.task, events.ShellOpened("", wish.command))
    ends = [
        context.containers.exec_argv(
            sandbox, [shell, "-c", _END, shell, mark, signal], {}, terminal=False
        )
        for signal in ("TERM", "KILL")
        if shell
    ]
    return {"argv": argv, "ends": ends}


def _free_pane(context: EngineContext, task_id: int, sandbox: str, shell: str) -> str:
    """Open the first pane of a shell's that is free; returns its name."""
    names = context.names(task_id)
    plan = _plan(context, task_id)
    reads = own_files.SHELL_NAME in plan.files
    words = _interactive(shell, plan.sandbox.environment, reads)
    argv = context.containers.exec_argv(sandbox, words, {}, terminal=True)
    panes, number = context.panes.all(), 1
    while True:
        name = names.shell_pane(number)
        number += 1
        if name in panes:
            continue
        try:
            context.panes.open(name, argv, {}, stays=False)
        except PaneAtWork:
            continue
        return name
