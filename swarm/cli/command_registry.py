"""Every command there is, and the module that holds it."""

import importlib
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import NamedTuple

# Modules are named, not imported: `swarm ls` pays for `ls` alone.

Run = Callable[[Namespace], int]
"""Carries a parsed command out and returns the exit status; may raise SwarmError."""


class Command(NamedTuple):
    """One verb of the command line."""

    module: str
    """In `swarm.cli`; has `<verb>_arguments(parser)` and `<verb>(args)`."""
    summary: str
    group: str


WORK = "start and follow tasks"
STEER = "steer tasks"
HOME = "bring work home"
CARE = "set up and look after"

COMMANDS: dict[str, Command] = {
    "new": Command("new", "start a task from a prompt and print its id", WORK),
    "ls": Command("list_tasks", "list tasks", WORK),
    "show": Command("list_tasks", "everything that is known of a task", WORK),
    "wait": Command("wait", "block until tasks have ended", WORK),
    "attach": Command("terminal", "show a task's terminal; Ctrl+Q leaves it", WORK),
    "logs": Command("terminal", "what a task printed on its terminal", WORK),
    "events": Command("events", "what happened, to one task or to all", WORK),
    "audit": Command("audit", "all that sandboxes did: show, verify, export", CARE),
    "send": Command("task_actions", "type text into a task's terminal", STEER),
    "pause": Command("task_actions", "freeze every process of a task", STEER),
    "resume": Command("task_actions", "let a frozen task run", STEER),
    "stop": Command("task_actions", "ask a task to end, then kill it", STEER),
    "kill": Command("task_actions", "kill every process of a task at once", STEER),
    "retry": Command("task_actions", "start the same task anew, under a new id", STEER),
    "budget": Command("budget", "what a task may use of models", STEER),
    "cut": Command("task_actions", "let nothing of a task's pass the gate", STEER),
    "uncut": Command("task_actions", "let its policy count again", STEER),
    "panic": Command("task_actions", "cut and freeze every task at once", STEER),
    "checkpoint": Command("checkpoint", "go back to what a worktree was", STEER),
    "policy": Command("policy.parser", "what agents may reach, and why", CARE),
    "diff": Command("review", "what a task changed, nothing hidden", HOME),
    "merge": Command("review", "bring a task's reviewed work to a branch", HOME),
    "discard": Command(
        "task_actions", "reject a task's work; its worktree stays", HOME
    ),
    "restore": Command("task_actions", "take a discard back", HOME),
    "rm": Command(
        "task_actions", "remove a task's worktree, container and volume", HOME
    ),
    "doctor": Command("doctor", "check this machine; says how to mend it", CARE),
    "init": Command("init", "write a config file to edit, with every key", CARE),
    "image": Command("image", "build or list sandbox images", CARE),
    "gc": Command("gc", "remove leftovers that belong to no task", CARE),
    "keeper": Command("keeper", "run the engine in the foreground", CARE),
    "completion": Command("completion", "print a shell's completion script", CARE),
    "demo": Command("demo.command", "three tasks on a sample, then a merge", CARE),
}


def arguments(verb: str, parser: ArgumentParser) -> None:
    """Add the verb's arguments to its parser."""
    _of(COMMANDS[verb].module, f"{verb}_arguments")(parser)


def run(verb: str, args: Namespace) -> int:
    """Carry out the verb."""
    found: Run = _of(COMMANDS[verb].module, verb)
    return found(args)


def dashboard(args: Namespace) -> int:
    """Open the dashboard, which is what `swarm` does without a command."""
    found: Run = _of("dashboard", "dashboard")
    return found(args)


def _of(module: str, name: str) -> Callable[..., int]:
    found: Callable[..., int] = getattr(
        importlib.import_module(f"swarm.cli.{module}"), name
    )
    return found
