"""The steps of a launch, with their times, for the journal and for a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from swarm.engine.context import EngineContext
from swarm.engine.tasks.step_progress import StepProgress
from swarm.model import events


class LaunchPaused(Exception):
    """The launch goes no further for now; what it made stays, and nothing is told."""


class Steps:
    """Times each step and writes a log of them for the human."""

    def __init__(self, context: EngineContext, task_id: int) -> None:
        self._context = context
        self._task_id = task_id
        self._log = context.paths.launch_log(task_id)
        self._log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.now = ""
        self._progress = StepProgress()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Run the body as one step, and record it when it is done."""
        self.now, began = name, time.monotonic()
        self._progress = StepProgress()
        yield
        seconds = time.monotonic() - began
        self._write(f"{name} done in {seconds:.3f} s")
        self._context.journal.record(
            self._task_id, events.StepDone(name, round(seconds, 4))
        )

    def note(self, words: str) -> None:
        """Write a remark to the log."""
        self._write(words)

    def progress(self, done: int, total: int) -> None:
        """Record how far the step is, if it takes long and this is news."""
        if self._progress.is_news(done, total):
            self._write(f"{self.now}: {done} of {total} files")
            progress = events.StepProgress(self.now, done, total)
            self._context.journal.record(self._task_id, progress)

    def failed(self, reason: str) -> None:
        """Write to the log that the current step failed."""
        self._write(f"{self.now} failed: {reason}")

    def _write(self, text: str) -> None:
        with self._log.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {text}\n")
