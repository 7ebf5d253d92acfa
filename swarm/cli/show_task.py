"""`swarm show`: all that is known of one task, without the keeper."""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from swarm.bootstrap import home
from swarm.bootstrap.keeper_lock import keeper_pid
from swarm.cli import exit_codes, output, setup_log
from swarm.cli.argument_types import task_id
from swarm.cli.task_facts import budget_of, diff_of, facts, state_of
from swarm.engine.readers import box_record
from swarm.errors import SwarmError
from swarm.model import (
    agent_state_text,
    cover_text,
    format,
    refusal_text,
    service_text,
    task_port,
    usage,
    wanted_tools,
)
from swarm.model.agent_state import AgentStatus
from swarm.model.agent_words import agent_words
from swarm.model.idle import running, with_idleness
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.usage import Usage
from swarm.plan import repository_page
from swarm.plan.naming import HomePaths
from swarm.store.connection import ReadConnection
from swarm.store.task_queries import TaskQueries


def show_arguments(parser: ArgumentParser) -> None:
    """The id, `--json` and `--as`."""
    parser.add_argument("id", type=task_id, metavar="ID")
    parser.add_argument(
        "--as",
        dest="form",
        choices=("docker", "compose", "seccomp"),
        help="print its sandbox as a command, a compose file, or the system calls' "
        "profile that both name",
    )
    parser.add_argument("--json", action="store_true", help="with the whole plan")


def show(args: Namespace) -> int:
    """Print every field that has a value."""
    places = home.ensure_paths()
    connection = ReadConnection(places.database)
    queries = TaskQueries(connection)
    task = queries.get(args.id)
    if args.form:
        from swarm.cli.show_box import show_box  # noqa: PLC0415 - rarely wanted

        return show_box(args.form, places, queries, task)
    used = queries.usage(task.id)
    if keeper_pid(places) is not None:
        task = with_idleness(task, used, time.time())
    idle, left = _idle(connection, task), _left(connection, task)
    plan, missing = queries.plan(task.id), missing_of(places, task.id)
    if args.json:
        more = {
            "usage": asdict(used) if used else None,
            "plan": plan,
            "missing": missing.splitlines(),
            "idle": idle,
            "left": left,
        }
        output.as_json({**facts(task), **more})
    else:
        worktree = places.placed_worktree(task.id, task.worktree)
        fields = _fields(task, worktree, used, idle, left)
        log = setup_log.last_lines(places, task) if task.setup else ""
        covered = cover_text.lines(cover_text.of_plan(plan))
        preset = queries.own_preset(task.id)
        more_fields = [
            ("preset", f"{preset}: begun offline" if preset else ""),
            ("covered", "\n".join(covered)),
            ("missing", missing),
            ("set-up", log),
        ]
        output.fields([*fields, *more_fields])
    return exit_codes.DONE


def missing_of(places: HomePaths, task_id: int) -> str:
    """What of the repository the sandbox has not, a line for each reason."""
    try:
        lines = repository_page.summary(box_record.read(places, task_id))
    except SwarmError as error:
        return error.message
    return "\n".join(safe_line(line, 500) for line in lines)


def _idle(connection: ReadConnection, task: Task) -> str:
    """The evidence that a live task does nothing, and what runs in it."""
    if not task.idle_since:
        return ""
    from swarm.store.audit_queries import AuditQueries  # noqa: PLC0415 - no list needs it

    commands = AuditQueries(connection).open_commands(task.id)
    runs = f"; runs: {text}" if (text := running(commands)) else ""
    return f"since {_clock(task.idle_since)}: no processor time, no model{runs}"


def _left(connection: ReadConnection, task: Task) -> str:
    """What was ended with the task, if anything was."""
    from swarm.model import events, leftovers  # noqa: PLC0415 - no list needs them
    from swarm.store.event_queries import EventQueries  # noqa: PLC0415 - as above

    found = EventQueries(connection).last(events.LeftoversEnded, task.id)
    return leftovers.sentence(found) if found else ""


def _of_end(task: Task) -> str:
    """What is known of an end by itself, such as that nothing has changed."""
    is_over = task.state is State.STOPPED and task.agent_status is not None
    return task.agent_status.detail if is_over and task.agent_status else ""


def _fields(
    task: Task, worktree: Path, used: Usage | None, idle: str, left: str
) -> list[tuple[str, str]]:
    status = task.agent_status
    snapshot = f"files: {task.review.files}, {diff_of(task)}"
    return [
        ("task", f"#{task.id} {task.name}"),
        ("state", state_of(task)),
        ("since", f"{_clock(status.since)}: {_evidence(status)}" if status else ""),
        ("but", status.contradiction if status else ""),
        ("idle", idle),
        ("reason", task.reason or _of_end(task)),
        ("refused", refusal_text.of_live(task)),
        ("hint", task.hint or refusal_text.hint_of_live(task)),
        ("agent", agent_words(task)),
        ("conversation", task.conversation),
        ("repository", task.repo),
        ("branch", task.branch),
        ("base", f"{task.base_ref} ({task.base[:12]})"),
        ("target", task.target),
        ("worktree", "" if task.removed else str(worktree)),
        ("created", _clock(task.created)),
        ("started", _clock(task.started)),
        ("ended", _clock(task.ended)),
        ("last step", task.step),
        ("after", ", ".join(f"#{number}" for number in task.after)),
        (
            "snapshot",
            f"{snapshot} ({task.review.tree[:12]})" if task.review.tree else "",
        ),
        (
            "flags",
            _count(task.review.flags, "that would run on this machine after a merge"),
        ),
        ("hidden", _count(task.review.hidden, "that `git status` would not show")),
        (
            "denied",
            f"{format.plural(task.net.denied, 'attempt')}; `swarm events {task.id} "
            "--denied`"
            if task.net.denied
            else "",
        ),
        ("wants", "\n".join(f"{n}: {wanted_tools.way_out(n)}" for n in task.wants)),
        ("services", "\n".join(service_text.lines(task.services))),
        ("network", _network(task)),
        ("ports", "\n".join(task_port.words(task.id, port) for port in task.ports)),
        ("model", _model(task)),
        ("budget", budget_of(task)),
        *(_usage_fields(task, used) if used else ()),
        ("commits", str(task.review.commits or "")),
        ("left", left),
        ("merged as", task.merge_commit),
        ("kept as", _kept(task)),
        ("prompt", task.prompt),
    ]


def _usage_fields(task: Task, used: Usage) -> list[tuple[str, str]]:
    """The sandbox's usage or peaks, and warnings about reached limits."""
    is_live = task.state is State.LIVE
    limits = usage.limit_warnings(used, is_live)
    warnings = [f"{words}; {hint}, for the next task" for words, hint in limits]
    return [
        ("box", usage.current_text(used) if is_live else usage.final_text(used)),
        ("peak", usage.peak_text(used) if is_live else ""),
        ("limit", "\n".join(warnings)),
    ]


def _network(task: Task) -> str:
    if not task.net.name:
        return ""
    cut = "; cut: nothing passes" if task.net.is_cut else ""
    return (
        f"{format.size(task.net.sent)} up, {format.size(task.net.received)} down{cut}"
    )


def _model(task: Task) -> str:
    if not task.model.tokens_in and not task.model.tokens_out:
        return ""
    cost = f", about ${task.model.cost:.4f}" if task.model.cost else ""
    unpriced = (
        f", {task.model.unpriced_tokens} of no known price"
        if task.model.unpriced_tokens
        else ""
    )
    about = "≈ " if task.model.estimated_tokens else ""
    used = f"{about}{task.model.tokens_in} tokens in, {task.model.tokens_out} out"
    return f"{task.model.name}: {used}{cost}{unpriced}"


def _kept(task: Task) -> str:
    if not task.kept_ref:
        return ""
    return f"{task.kept_ref}; `git branch NAME {task.kept_ref}` brings it back"


def _evidence(status: AgentStatus) -> str:
    return agent_state_text.evidence_words(status)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number else ""


def _clock(at: float | None) -> str:
    return format.date_time(at) if at else ""
