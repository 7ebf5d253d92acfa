"""A keeper that is killed, as by `kill -9`, at a named point of its work.

`python -m tests.engine.crashing_keeper HOME POINT`, where a point is one of

- `journal:KIND[:STEP]`     right after that event was recorded
- `sandboxes:METHOD:WHEN`   before or after that call to the engine
- `panes:METHOD:WHEN`       before or after that call to tmux
- `git:COMMAND:WHEN`        before or after the first `git COMMAND`
- `disk:CALL:NUMBER`        before the call of that number, such as `disk:os.link:2`
"""

import os
import signal
import stat
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from swarm.bootstrap import wiring
from swarm.engine.keeper.loop import Keeper
from swarm.model import events as model_events
from swarm.plan.naming import HomePaths

WRAPPER = """#!/bin/sh
case " $* " in *" {verb} "*) ;; *) exec {git} "$@";; esac
if [ "{when}" = before ]; then kill -9 "$KEEPER_PID"; exit 1; fi
{git} "$@"; status=$?
kill -9 "$KEEPER_PID"
exit $status
"""


def kill_self() -> None:
    """As the kernel does it: no handler, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()


class CrashingTool:
    """Any tool, with death before or after one of its methods."""

    def __init__(self, tool: Any, method: str, when: str) -> None:
        self._tool, self._method, self._when = tool, method, when

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._tool, name)
        if name != self._method:
            return found

        def call(*args: Any, **more: Any) -> Any:
            if self._when == "before":
                kill_self()
            found(*args, **more)
            kill_self()

        return call


class CrashingJournal:
    """The journal, with death right after one kind of event."""

    def __init__(self, journal: Any, kind: str, step: str) -> None:
        self._journal, self._kind, self._step = journal, kind, step

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def record(self, task_id: int | None, *events: model_events.Event) -> Any:
        recorded = self._journal.record(task_id, *events)
        for event in events:
            step = getattr(event, "step", "")
            if type(event).__name__ == self._kind and self._step in ("", step):
                kill_self()
        return recorded


def install_crashing_git(folder: Path, verb: str, when: str) -> None:
    """Put a `git` before the real one that kills this process around one command."""
    real = next(
        str(Path(part, "git"))
        for part in os.environ["PATH"].split(":")
        if Path(part, "git").is_file()
    )
    folder.mkdir()
    script = folder / "git"
    script.write_text(
        WRAPPER.format(verb=verb, when=when, git=real).replace(
            '"$KEEPER_PID"', str(os.getpid())
        )
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"


def die_before_call(call: str, number: int) -> None:
    """Install a hook that kills this process before one of Python's audited calls."""
    remaining = number

    def hook(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal remaining
        if event != call:
            return
        if remaining == 0:
            kill_self()
        remaining -= 1

    sys.addaudithook(hook)


def main(home: Path, point: str) -> None:
    """Keep until the point is reached."""
    paths = HomePaths(home)
    parts = wiring.engine_parts(paths)
    context = parts.context
    room, name, *more = point.split(":")
    match room:
        case "journal":
            crashing: Any = CrashingJournal(
                context.journal, name, more[0] if more else ""
            )
            context = replace(context, journal=crashing)
        case "sandboxes":
            context = replace(
                context, containers=CrashingTool(context.containers, name, more[0])
            )
        case "panes":
            context = replace(context, panes=CrashingTool(context.panes, name, more[0]))
        case "git":
            install_crashing_git(home / "bin", name, more[0])
        case "disk":
            die_before_call(name, int(more[0]))
        case _:
            raise SystemExit(f"no such point: {point}")
    Keeper(replace(parts, context=context), os.getpid()).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
