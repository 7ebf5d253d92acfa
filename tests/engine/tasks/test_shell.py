"""The human's shell in a sandbox: with the agent's rights, until the task ends."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.tasks.shell import open_shell
from swarm.errors import PlanError
from swarm.model import events
from swarm.model.task import State
from swarm.model.wishes import OpenShell
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.adapters.tmux.terminal import attached
from tests.builders import queued
from tests.engine.keeper_harness import KeeperHarness
from tests.fakes import FakeContainers, FakeImages, FakePanes

STATUS = "grep -hE '^(CapBnd|NoNewPrivs|Seccomp):' /proc/1/status /proc/self/status"


def run(argv: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def test_a_shell_is_one_more_program_of_the_sandbox(
    harness: KeeperHarness, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command, two shells at once, a task that is paused, and one that has ended."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    harness.start_keeper()
    task = harness.new_task(sample, "sleep 600")
    harness.until_state(task, State.LIVE)

    def answer(*command: str) -> dict[str, Any]:
        return harness.wish_done("shell", task=task, command=list(command))

    done = run(answer("sh", "-c", f"{STATUS}; env; id -u; pwd; exit 7")["argv"])
    assert done.returncode == 7
    lines = done.stdout.split("\n")
    assert lines[:3] == lines[3:6]
    assert "planted" not in done.stdout
    assert lines[-2] == "/workspace"
    assert run(answer("no-such-program")["argv"]).returncode == 127
    _ends_early(answer("sh", "-c", "echo go; sleep 600 & wait"))

    first, second = answer()["pane"], answer()["pane"]
    panes = harness.context.panes
    with (
        attached(panes.attach_argv(first)) as one,
        attached(panes.attach_argv(second)) as other,
    ):
        for terminal, word in ((one, b"uno"), (other, b"due")):
            assert b"your shell" in terminal.written
            terminal.press(b"echo %s-$((1+1)) $EDITOR.\r" % word)
            terminal.until_shown(word + b"-2 .")
        other.press(b"exit\r")
        other.until_shown(b"[exited]")
        assert harness.queries.tasks.get(task).state is State.LIVE
        _refused_while_paused(harness, task)
        harness.wish_done("stop", task=task)
        one.until_shown(b"[exited]")

    harness.until(lambda: first not in panes.all(), "the shell's pane is gone")
    refused = harness.wish("shell", task=task)
    assert "task 1 is stopped: no sandbox of it runs" in refused.message
    assert "swarm retry 1" in refused.hint
    opened = [r.event for r in harness.queries.events.after(task=task)]
    assert events.ShellOpened("", ("no-such-program",)) in opened
    assert events.ShellOpened(first) in opened


def _ends_early(answer: dict[str, Any]) -> None:
    """The engine leaves a command alone whose client is gone; `ends` do not."""
    with subprocess.Popen(answer["argv"], stdout=subprocess.PIPE, text=True) as command:
        assert command.stdout
        assert command.stdout.readline() == "go\n"
        for argv in answer["ends"]:
            run(argv)
        assert command.wait(60) in (137, 143)


def _refused_while_paused(harness: KeeperHarness, task: int) -> None:
    harness.wish_done("pause", task=task)
    refused = harness.wish("shell", task=task)
    assert "task 1 is paused" in refused.message
    assert "swarm resume 1" in refused.hint
    harness.wish_done("resume", task=task)


def test_an_image_without_a_shell_is_named_and_its_programs_still_run(
    tmp_path: Path,
) -> None:
    """One with `sh` alone has that."""
    paths = HomePaths(tmp_path)
    journal, containers = Journal(paths.database), FakeContainers(("an/image:1",))
    context: Any = EngineContext(
        paths, journal, lambda: Queries(paths.database), containers, FakePanes(),
        _no_settings, 1000, 1000, FakeImages(),
    )  # fmt: skip
    name = context.names(1).sandbox
    spec = SandboxSpec(name, "an/image:1", ("x",), "1000:1000", {"swarm.task": "1"})
    plan = specs.to_json(Plan(spec, str(tmp_path)))
    task = journal.queue(lambda number: queued(number, plan=plan)).id
    journal.record(task, events.TaskProvisioning(), events.TaskLive(name, "p"))
    containers.create(spec)
    containers.start(name)

    containers.programs = {"sh"}
    assert open_shell(context, OpenShell(task))["pane"] == "task-1-shell-1"
    containers.programs = {"tool"}
    with pytest.raises(PlanError, match="has no shell: an/image:1") as refused:
        open_shell(context, OpenShell(task))
    assert "swarm shell 1 -- PROGRAM" in refused.value.hint
    argv = open_shell(context, OpenShell(task, ("tool", "-x")))["argv"]
    assert argv[-2:] == ["tool", "-x"]
    journal.close()


def _no_settings() -> Any:
    raise AssertionError("no settings are needed")
