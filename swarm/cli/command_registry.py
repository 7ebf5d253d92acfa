"""The table of all commands.

Each has a loader that imports the module of that command alone: `swarm ls` does not
pay for Docker, nor `swarm --help` for any command.
"""

from argparse import ArgumentParser, Namespace
from functools import partial

from swarm.cli.command import Command, CommandFunctions, Commands


def run_dashboard(args: Namespace) -> int:
    """Open the dashboard; `swarm` without a command does this."""
    from swarm.cli.dashboard import dashboard  # noqa: PLC0415 - imports Textual

    return dashboard(args)


def _no_arguments(_parser: ArgumentParser) -> None:
    """Add nothing: the command takes `--repo` alone, as every command does."""


def _new() -> CommandFunctions:
    from swarm.cli import new  # noqa: PLC0415 - only when it is called

    return CommandFunctions(new.new_arguments, new.new)


def _ls() -> CommandFunctions:
    from swarm.cli import list_tasks  # noqa: PLC0415 - only when it is called

    return CommandFunctions(list_tasks.ls_arguments, list_tasks.ls)


def _show() -> CommandFunctions:
    from swarm.cli import show_task  # noqa: PLC0415 - only when it is called

    return CommandFunctions(show_task.show_arguments, show_task.show)


def _wait() -> CommandFunctions:
    from swarm.cli import wait  # noqa: PLC0415 - only when it is called

    return CommandFunctions(wait.wait_arguments, wait.wait)


def _attach() -> CommandFunctions:
    from swarm.cli import terminal  # noqa: PLC0415 - only when it is called

    return CommandFunctions(terminal.attach_arguments, terminal.attach)


def _shell() -> CommandFunctions:
    from swarm.cli import shell  # noqa: PLC0415 - only when it is called

    return CommandFunctions(shell.shell_arguments, shell.shell)


def _open() -> CommandFunctions:
    from swarm.cli import open_port  # noqa: PLC0415 - only when it is called

    return CommandFunctions(open_port.open_arguments, open_port.open_port)


def _ide() -> CommandFunctions:
    from swarm.cli import ide  # noqa: PLC0415 - only when it is called

    return CommandFunctions(ide.ide_arguments, ide.ide)


def _retry() -> CommandFunctions:
    from swarm.cli import retry  # noqa: PLC0415 - only when it is called

    return CommandFunctions(retry.retry_arguments, retry.retry)


def _restart() -> CommandFunctions:
    from swarm.cli import restart  # noqa: PLC0415 - only when it is called

    return CommandFunctions(restart.restart_arguments, restart.restart)


def _setup() -> CommandFunctions:
    from swarm.cli import setup  # noqa: PLC0415 - only when it is called

    return CommandFunctions(setup.setup_arguments, setup.setup)


def _logs() -> CommandFunctions:
    from swarm.cli import terminal  # noqa: PLC0415 - only when it is called

    return CommandFunctions(terminal.logs_arguments, terminal.logs)


def _events() -> CommandFunctions:
    from swarm.cli import events  # noqa: PLC0415 - only when it is called

    return CommandFunctions(events.events_arguments, events.events)


def _audit() -> CommandFunctions:
    from swarm.cli import audit  # noqa: PLC0415 - only when it is called

    return CommandFunctions(audit.audit_arguments, audit.audit)


def _budget() -> CommandFunctions:
    from swarm.cli import budget  # noqa: PLC0415 - only when it is called

    return CommandFunctions(budget.budget_arguments, budget.budget)


def _limits() -> CommandFunctions:
    from swarm.cli import limits  # noqa: PLC0415 - only when it is called

    return CommandFunctions(limits.limits_arguments, limits.show_or_choose)


def _checkpoint() -> CommandFunctions:
    from swarm.cli import checkpoint  # noqa: PLC0415 - only when it is called

    return CommandFunctions(checkpoint.checkpoint_arguments, checkpoint.checkpoint)


def _diff() -> CommandFunctions:
    from swarm.cli import review  # noqa: PLC0415 - only when it is called

    return CommandFunctions(review.diff_arguments, review.diff)


def _merge() -> CommandFunctions:
    from swarm.cli import merge  # noqa: PLC0415 - only when it is called

    return CommandFunctions(merge.merge_arguments, merge.merge)


def _doctor() -> CommandFunctions:
    from swarm.cli import doctor  # noqa: PLC0415 - only when it is called

    return CommandFunctions(doctor.doctor_arguments, doctor.doctor)


def _image() -> CommandFunctions:
    from swarm.cli import image  # noqa: PLC0415 - only when it is called

    return CommandFunctions(image.image_arguments, image.image)


def _agent() -> CommandFunctions:
    from swarm.cli.agent import parser  # noqa: PLC0415 - only when it is called

    return CommandFunctions(parser.agent_arguments, parser.agent)


def _repo() -> CommandFunctions:
    from swarm.cli import repo  # noqa: PLC0415 - only when it is called

    return CommandFunctions(repo.repo_arguments, repo.repo)


def _gc() -> CommandFunctions:
    from swarm.cli import gc  # noqa: PLC0415 - only when it is called

    return CommandFunctions(gc.gc_arguments, gc.gc)


def _caches() -> CommandFunctions:
    from swarm.cli import caches  # noqa: PLC0415 - only when it is called

    return CommandFunctions(caches.caches_arguments, caches.caches)


def _policy() -> CommandFunctions:
    from swarm.cli.policy import parser  # noqa: PLC0415 - only when it is called

    return CommandFunctions(parser.policy_arguments, parser.policy)


def _secret() -> CommandFunctions:
    from swarm.cli import secret  # noqa: PLC0415 - only when it is called

    return CommandFunctions(secret.secret_arguments, secret.secret)


def _login() -> CommandFunctions:
    from swarm.cli import login  # noqa: PLC0415 - only when it is called

    return CommandFunctions(login.login_arguments, login.login)


def _logout() -> CommandFunctions:
    from swarm.cli import login  # noqa: PLC0415 - only when it is called

    return CommandFunctions(login.logout_arguments, login.logout)


def _init() -> CommandFunctions:
    from swarm.cli import init  # noqa: PLC0415 - only when it is called

    return CommandFunctions(init.init_arguments, init.init)


def _keeper() -> CommandFunctions:
    from swarm.cli import keeper  # noqa: PLC0415 - only when it is called

    return CommandFunctions(keeper.keeper_arguments, keeper.keeper)


def _demo() -> CommandFunctions:
    from swarm.cli.demo import command  # noqa: PLC0415 - only when it is called

    return CommandFunctions(_no_arguments, command.demo)


def _completion() -> CommandFunctions:
    from swarm.cli import completion  # noqa: PLC0415 - only when it is called

    return CommandFunctions(
        completion.completion_arguments, partial(completion.completion, COMMANDS)
    )


def _send() -> CommandFunctions:
    from swarm.cli import task_actions  # noqa: PLC0415 - only when it is called

    return CommandFunctions(task_actions.send_arguments, task_actions.send)


def _answer() -> CommandFunctions:
    from swarm.cli import answer  # noqa: PLC0415 - only when it is called

    return CommandFunctions(answer.answer_arguments, answer.answer)


def _panic() -> CommandFunctions:
    from swarm.cli import task_actions  # noqa: PLC0415 - only when it is called

    return CommandFunctions(_no_arguments, task_actions.panic)


def _task_action(verb: str) -> CommandFunctions:
    """The functions of a command that makes one wish for each task it chooses."""
    from swarm.cli import task_actions  # noqa: PLC0415 - only when it is called

    action = task_actions.ACTIONS[verb]
    return CommandFunctions(action.add_arguments, action.run)


WORK = "start and follow tasks"
STEER = "steer tasks"
HOME = "bring work home"
CARE = "set up and look after"

COMMANDS: Commands = {
    "new": Command(WORK, "start a task from a prompt and print its id", _new),
    "ls": Command(WORK, "list tasks", _ls),
    "show": Command(WORK, "show all that is known of a task", _show),
    "wait": Command(WORK, "block until tasks have ended", _wait),
    "attach": Command(WORK, "show a task's terminal; Ctrl+Q leaves it", _attach),
    "shell": Command(WORK, "open a shell of yours in a task's sandbox", _shell),
    "open": Command(WORK, "open a task's own server at an address here", _open),
    "ide": Command(WORK, "attach an editor to a task's box, or show a copy", _ide),
    "logs": Command(WORK, "print what a task wrote on its terminal", _logs),
    "events": Command(WORK, "print what happened, to one task or to all", _events),
    "audit": Command(CARE, "show, verify or export all that sandboxes did", _audit),
    "send": Command(STEER, "type text into a task's terminal", _send),
    "answer": Command(STEER, "list what agents ask, or answer one", _answer),
    "pause": Command(
        STEER, "freeze every process of a task", partial(_task_action, "pause")
    ),
    "resume": Command(STEER, "let a frozen task run", partial(_task_action, "resume")),
    "stop": Command(
        STEER, "ask a task to end, then kill it", partial(_task_action, "stop")
    ),
    "kill": Command(
        STEER, "kill every process of a task at once", partial(_task_action, "kill")
    ),
    "setup": Command(
        STEER, "show a task's set-up and warm bases; have a failed one go on", _setup
    ),
    "restart": Command(STEER, "start services beside a task again", _restart),
    "retry": Command(
        STEER,
        "start the same task anew, under a new id, or have it go on",
        _retry,
    ),
    "budget": Command(STEER, "show or set what a task may use of models", _budget),
    "limits": Command(
        STEER, "show limits of models, and choose who goes on after them", _limits
    ),
    "cut": Command(
        STEER, "let nothing of a task pass the gate", partial(_task_action, "cut")
    ),
    "uncut": Command(
        STEER, "let a task's policy count again", partial(_task_action, "uncut")
    ),
    "panic": Command(STEER, "cut and freeze every task at once", _panic),
    "checkpoint": Command(
        STEER, "list, take or go back to a worktree's checkpoints", _checkpoint
    ),
    "policy": Command(CARE, "show or change what agents may reach", _policy),
    "secret": Command(
        CARE, "list secrets, or bring a registry's token without copying it", _secret
    ),
    "login": Command(
        CARE, "log an agent's subscription in; no box gets its tokens", _login
    ),
    "logout": Command(CARE, "forget an agent's login", _logout),
    "diff": Command(HOME, "show what a task changed, nothing hidden", _diff),
    "merge": Command(HOME, "bring a task's reviewed work to a branch", _merge),
    "discard": Command(
        HOME,
        "reject a task's work; its worktree stays",
        partial(_task_action, "discard"),
    ),
    "restore": Command(HOME, "take a discard back", partial(_task_action, "restore")),
    "rm": Command(
        HOME,
        "remove a task's worktree, branch, container and home",
        partial(_task_action, "rm"),
    ),
    "doctor": Command(CARE, "check this machine and say how to fix it", _doctor),
    "init": Command(CARE, "write a config file, and a repository's swarm.toml", _init),
    "image": Command(CARE, "build or list sandbox images", _image),
    "agent": Command(CARE, "list, show, check and add agents", _agent),
    "repo": Command(CARE, "what a repository brings to agents; one that moved", _repo),
    "caches": Command(CARE, "show your package caches; lend them to boxes", _caches),
    "gc": Command(
        CARE, "remove merged tasks, old discards, and what belongs to no task", _gc
    ),
    "keeper": Command(
        CARE, "run the process behind all tasks here, or restart it", _keeper
    ),
    "completion": Command(CARE, "print a shell's completion script", _completion),
    "demo": Command(CARE, "run three tasks on a sample, then merge one", _demo),
}
