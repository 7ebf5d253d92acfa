"""`swarm ls` and `swarm show`: tasks, read from the database without the keeper."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from swarm.bootstrap import home
from swarm.bootstrap.keeper_lock import keeper_pid
from swarm.cli import exit_codes, output, setup_log
from swarm.cli.argument_types import task_id
from swarm.cli.arguments import repository
from swarm.engine.readers import box_record
from swarm.errors import SwarmError
from swarm.model import (
    agent_state_text,
    cover_text,
    disk_use,
    format,
    refusal_text,
    service_text,
    task_port,
    usage,
    wanted_tools,
)
from swarm.model.agent_state import AgentStatus
from swarm.model.agent_words import agent_words
from swarm.model.disk_use import TaskSize
from swarm.model.idle import running, with_idleness
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.usage import Usage
from swarm.plan import repository_page
from swarm.plan.naming import HomePaths
from swarm.store.connection import ReadConnection
from swarm.store.task_queries import TaskQueries

Sizes = Mapping[int, TaskSize]


def ls_arguments(parser: ArgumentParser) -> None:
    """The options `--all`, `--size` and `--json`."""
    parser.add_argument(
        "--all", action="store_true", help="of every repository, removed ones too"
    )
    parser.add_argument(
        "--size", action="store_true", help="with what each takes on its disk"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")


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


def ls(args: Namespace) -> int:
    """Print the tasks of this repository; outside of any, those of all."""
    repo = None if args.all else repository(args)
    places = home.ensure_paths()
    queries = TaskQueries(ReadConnection(places.database))
    tasks = queries.all(str(repo) if repo else None, removed=args.all)
    sizes = _sizes(places, tasks) if args.size else None
    if args.json:
        output.as_json([_facts(task) | _size_facts(task, sizes) for task in tasks])
    elif tasks:
        _list(tasks, sizes, everywhere=repo is None)
        _queued(tasks, queries)
    else:
        others = bool(repo and queries.all())
        where = " in this repository" if others else ""
        more = ", or see `swarm ls --all`" if others else ""
        output.note(f"no tasks yet{where}; start one with `swarm new PROMPT`{more}")
    _warn_of_disk(queries)
    return exit_codes.DONE


def _sizes(places: HomePaths, tasks: list[Task]) -> Sizes:
    from swarm.bootstrap import wiring  # noqa: PLC0415 - a plain list needs no tools

    return wiring.task_sizes(places, tasks)


def _warn_of_disk(queries: TaskQueries) -> None:
    """One line if the keeper told that a disk fills, until it tells of room again."""
    if words := queries.disk_warning():
        output.note(f"warning: {safe_line(words, 200)}; `swarm ls --size` shows tasks'")


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
    evidence = idle, left = _idle(connection, task), _left(connection, task)
    if args.json:
        more = {
            "usage": asdict(used) if used else None,
            "plan": queries.plan(task.id),
            "missing": missing_of(places, task.id).splitlines(),
            "idle": idle,
            "left": left,
        }
        output.as_json({**_facts(task), **more})
    else:
        missing = missing_of(places, task.id)
        worktree = places.placed_worktree(task.id, task.worktree)
        fields = _fields(task, worktree, used, evidence)
        log = setup_log.last_lines(places, task) if task.setup else ""
        covered = cover_text.lines(cover_text.of_plan(queries.plan(task.id)))
        preset = queries.own_preset(task.id)
        told = [
            ("preset", f"{preset}: begun offline" if preset else ""),
            ("covered", "\n".join(covered)),
            ("missing", missing),
            ("set-up", log),
        ]
        output.fields([*fields, *told])
    return exit_codes.DONE


def missing_of(places: HomePaths, task_id: int) -> str:
    """What of the repository the sandbox has not, a line for each reason."""
    try:
        lines = repository_page.summary(box_record.read(places, task_id))
    except SwarmError as error:
        return error.message
    return "\n".join(safe_line(line, 500) for line in lines)


def state_of(task: Task) -> str:
    """The state in a word, and the exit status if it was not 0."""
    if task.paused:
        return "paused"
    if task.removed:
        return f"{task.state} removed"
    if task.awaits_setup_decision:
        return "set-up failed"
    if task.state is State.PROVISIONING and task.step_percent is not None:
        step = "set-up" if task.is_setting_up else task.state
        return f"{step} {task.step_percent}%"
    if task.state is State.LIVE and task.agent_status:
        status = task.agent_status
        age = format.age(max(0.0, time.time() - status.since))
        return f"{agent_state_text.words(status)} {age}"
    if task.state is State.STOPPED and task.exit_code:
        return f"stopped {task.exit_code}"
    return task.state.value


def diff_of(task: Task) -> str:
    """Lines added and deleted; empty before the first snapshot."""
    return f"+{task.review.added} -{task.review.deleted}" if task.review.tree else ""


def _facts(task: Task) -> dict[str, Any]:
    """The task as a flat object, under the names that scripts read."""
    facts = asdict(task)
    merge_commit = facts.pop("merge_commit")
    review, net, model, budget = (
        facts.pop(part) for part in ("review", "net", "model", "budget")
    )
    return {
        **facts,
        **review,
        "state": task.state.value,
        "commit": merge_commit,
        "net": net["name"],
        "denied": net["denied"],
        "sent": net["sent"],
        "received": net["received"],
        "cut": net["is_cut"],
        "gate_open": net["is_open"],
        "model": model["name"],
        "asking": model["open_requests"],
        "answered": model["answered"],
        "tokens_in": model["tokens_in"],
        "tokens_out": model["tokens_out"],
        "cost": model["cost"],
        "unpriced": model["unpriced_tokens"],
        "estimated": model["estimated_tokens"],
        "budget_tokens": budget["tokens"],
        "budget_dollars": budget["dollars"],
        "over": budget["exceeded"],
    }


def _size_facts(task: Task, sizes: Sizes | None) -> dict[str, Any]:
    """Bytes by part; null for what is not known, and whether all was looked at."""
    if sizes is None:
        return {}
    measured = sizes.get(task.id)
    if measured is None:
        return {"size": None}
    home = measured.home
    return {
        "size": {
            "total": measured.total.bytes,
            "worktree": measured.worktree.bytes,
            "home": home.bytes if home else None,
            "logs": measured.logs.bytes,
            "whole": measured.total.is_whole,
        }
    }


def _list(tasks: list[Task], sizes: Sizes | None, everywhere: bool) -> None:
    head = ["ID", "TASK", "STATE", "AGE", "DIFF", "COMMITS", "FLAGS", "DENIED", "AGENT"]
    now = time.time()
    rows = [
        [
            str(task.id),
            task.name,
            state_of(task),
            format.age(now - task.created),
            diff_of(task),
            str(task.review.commits or ""),
            str(task.review.flags or ""),
            str(task.net.denied or ""),
            task.agent,
        ]
        for task in tasks
    ]
    if sizes is not None:
        head.insert(4, "SIZE")
        for row, task in zip(rows, tasks, strict=True):
            measured = sizes.get(task.id)
            row.insert(4, disk_use.text(measured.total) if measured else "")
    if any(task.wants for task in tasks):
        head.append("WANTS")
        for row, task in zip(rows, tasks, strict=True):
            row.append(", ".join(task.wants))
    if everywhere:
        head.append("REPOSITORY")
        for row, task in zip(rows, tasks, strict=True):
            row.append(task.repo)
    output.columns(head, rows)


def _queued(tasks: list[Task], queries: TaskQueries) -> None:
    waiting = sum(task.state is State.QUEUED for task in tasks)
    limit = queries.max_running()
    if waiting and limit:
        output.note(
            f"{waiting} queued; at most {limit} at work at once (`max_running`)"
        )


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


def _fields(
    task: Task, worktree: Path, used: Usage | None, evidence: tuple[str, str]
) -> list[tuple[str, str]]:
    idle, left = evidence
    status = task.agent_status
    snapshot = f"files: {task.review.files}, {diff_of(task)}"
    return [
        ("task", f"#{task.id} {task.name}"),
        ("state", state_of(task)),
        ("since", f"{_clock(status.since)}: {_evidence(status)}" if status else ""),
        ("but", status.contradiction if status else ""),
        ("idle", idle),
        ("reason", task.reason),
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


def budget_of(task: Task) -> str:
    """The limits of the task in total; empty if it has none."""
    parts = [f"{task.budget.tokens:,} tokens"] if task.budget.tokens else []
    if task.budget.dollars:
        parts.append(f"${task.budget.dollars:.2f}")
    over = f"; paused: {task.budget.exceeded}" if task.budget.exceeded else ""
    return " and ".join(parts) + over


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
