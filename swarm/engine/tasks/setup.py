"""Runs a project's set-up in a box of its own, before the agent starts.

The box has the sandbox's image, files, network and limits. A set-up that fails leaves
the launch where it is: its human looks, then has it run again, or goes on without.
What is run for each task, after the part that is kept for others, is run alike.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, replace

from swarm.adapters import warm_bases
from swarm.engine.host import failed_starts
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import (
    accounts,
    covers,
    floor_check,
    homes,
    observation,
    warm_key,
)
from swarm.engine.tasks.launch_steps import LaunchPaused, Steps
from swarm.engine.tasks.setup_log import SetupLog
from swarm.errors import SwarmError, ToolError
from swarm.model import events
from swarm.model.format import size
from swarm.model.safe_text import safe_line
from swarm.model.task import EACH_TASK_STEP, SETUP_STEP, Task
from swarm.plan import setup_box, specs
from swarm.plan.specs import Plan, SandboxSpec

SECONDS = 3600.0
"""What a set-up may take."""
END_SECONDS = 20.0
"""From the end of a container's output to its own."""
STOPPED = "stopped by you during its set-up"
"""The reason of a launch that a human stopped there."""


def carry_out(
    parts: EngineParts, task: Task, plan: Plan, steps: Steps, shell: str
) -> None:
    """Run the set-up that the plan has, as a step of the launch; blocks until its end.

    LaunchPaused if it fails, which is recorded, and if the keeper ends meanwhile.
    SwarmError if a human stops it.
    """
    if plan.project.setup:
        history = warm_key.history(parts.context, task)
        bases = parts.context.paths.bases
        seed = warm_bases.newest_home(bases, task.repo, history)
        part = _Part(SETUP_STEP, plan.project.setup, seed=str(seed or ""))
        with steps.step(SETUP_STEP):
            _Run(parts, task, plan, shell, part).run()


def carry_out_each(
    parts: EngineParts,
    task: Task,
    plan: Plan,
    steps: Steps,
    shell: str,
    *,
    goes_on: bool,
) -> None:
    """Run what is for each task, over what the set-up left or its base holds.

    As `carry_out`; `goes_on` keeps the output of the set-up that ran just before.
    """
    if commands := plan.project.each_task:
        part = _Part(EACH_TASK_STEP, commands, goes_on=goes_on)
        mounts = (*plan.sandbox.mounts, *homes.mounts(parts.context, task, plan))
        plan = replace(plan, sandbox=replace(plan.sandbox, mounts=mounts))
        with steps.step(EACH_TASK_STEP):
            _Run(parts, task, plan, shell, part).run()


@dataclass(frozen=True, slots=True)
class _Part:
    """The commands of one run."""

    step: str
    commands: tuple[str, ...]
    seed: str = ""
    """The home of an earlier base, on this machine."""
    goes_on: bool = False
    """The output is added to that of an earlier part."""


class _Run:
    """One run of a set-up, or of what follows it for each task."""

    def __init__(
        self, parts: EngineParts, task: Task, plan: Plan, shell: str, part: _Part
    ) -> None:
        self._parts, self._context, self._task = parts, parts.context, task
        self._plan, self._part = plan, part
        self._commands, self._shell = part.commands, shell
        names = self._context.names(task.id)
        net = parts.nets.gate.names.net(task.net.name)
        self._box = setup_box.spec(
            specs.with_network(plan.sandbox, net),
            names.setup_box,
            names.labels(setup_box.KIND),
            shell,
            self._commands,
            part.seed,
        )
        self._number = 0
        self._is_late = False

    def run(self) -> None:
        """Run all commands; see `carry_out`."""
        self._require_wanted()
        accounts.write(self._context.containers, self._plan)
        status, is_oom = self._status()
        self._require_wanted()
        if status:
            self._wait_for_human(self._failed(status, is_oom))

    def _require_wanted(self) -> None:
        if self._context.setups.is_closed:
            raise LaunchPaused
        if self._context.setups.is_stopped(self._task.id):
            raise SwarmError(STOPPED, hint=f"`swarm retry {self._task.id}` starts anew")

    def _status(self) -> tuple[int, bool]:
        """The box's exit status, and whether it ran out of memory; it is gone then."""
        containers, box = self._context.containers, self._box
        setups = self._context.setups
        containers.remove(box.name)
        container = ""
        try:
            self._create(box)
            container = observation.begin_setup(self._parts, self._task, box.name)
            began = time.monotonic()
            with setups.guarded(self._task.id, SECONDS, self._end):
                failed_starts.once_more(self._follow)
            self._is_late = time.monotonic() - began >= SECONDS
            status = containers.await_end(box.name, END_SECONDS)
            facts = containers.inspect(box.name)
        finally:
            if not self._context.setups.is_closed:
                if container:
                    observation.end_setup(self._parts, self._task.id, container)
                containers.remove(box.name)
        return status, bool(facts and facts.oom_killed)

    def _create(self, box: SandboxSpec) -> None:
        # A set-up that failed before may have moved what lies under a cover.
        covers.put_back(self._context, self._task, self._plan)
        self._context.containers.create(box)
        floor_check.require(self._context, box)

    def _end(self) -> None:
        with suppress(SwarmError):
            self._context.containers.kill(self._box.name)

    def _follow(self) -> None:
        """Start it, keep its output, tell of each command; blocks until that ends."""
        file = self._context.paths.setup_log(self._task.id)
        log = SetupLog(file, goes_on=self._part.goes_on)
        rest = b""
        try:
            for part in self._context.containers.start_followed(self._box.name):
                log.write(part)
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    self._tell(line)
                rest = rest[:4096]
        except ToolError:
            # The keeper hangs up on the engine when it ends.
            if not self._context.setups.is_closed:
                raise
        if self._context.setups.is_closed:
            raise LaunchPaused

    def _tell(self, line: bytes) -> None:
        """The commands come one after the other, whatever else is printed."""
        total = len(self._commands)
        if self._number < total and setup_box.begun(line) == self._number + 1:
            progress = events.StepProgress(self._part.step, self._number, total)
            self._number += 1
            self._context.journal.record(self._task.id, progress)

    def _failed(self, status: int, is_oom: bool) -> events.SetupFailed:
        number, total = max(self._number, 1), len(self._commands)
        command = self._commands[number - 1]
        why = f"ended with {status}"
        if self._is_late:
            why = f"did not end within {SECONDS / 60:g} minutes"
        elif is_oom:
            memory = size(self._box.limits.memory)
            why = f"ran out of memory: it reached the limit of {memory}"
        which = f" {number} of {total}" if total > 1 else ""
        task_id = self._task.id
        return events.SetupFailed(
            command=command,
            exit_code=status,
            reason=f"set-up command{which} {why}: {safe_line(command, 200)}",
            hint=f"`swarm setup {task_id} --log` has its output; `swarm shell "
            f"{task_id}` looks around, then `swarm setup {task_id} --again` or --skip",
        )

    def _wait_for_human(self, failed: events.SetupFailed) -> None:
        """Record the failure; a box that does nothing is there for a shell."""
        context = self._context
        try:
            self._create(setup_box.waiting(self._box, self._shell))
            context.containers.start(self._box.name)
        except SwarmError as error:
            trouble = events.Trouble(
                self._part.step, f"no shell can be opened: {error.message}"
            )
            context.journal.record(self._task.id, trouble)
        context.journal.record(self._task.id, failed)
        raise LaunchPaused
