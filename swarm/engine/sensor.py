"""The keeper's side of the sensor: it is started once, and told of each container."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from swarm.engine import images
from swarm.errors import SwarmError, ToolError
from swarm.plan import sensing
from swarm.plan.sensing import ID_LENGTH, SensorNames
from swarm.ports import Conversation, Sandboxes

ANSWER_SECONDS = 20.0
WRITABLE = 0o733
"""The sensor's root has no power over files here; nobody else comes this far."""

Line = dict[str, Any]


class Sensor:
    """Starts the sensor where none runs, and speaks with it; safe for several threads.

    What it sees is in `files`, one line of JSON an event; `heard` is told every line
    that it says of itself: `grew`, `lost`, `full`, `full_disk`.
    """

    def __init__(
        self,
        door: Sandboxes,
        names: SensorNames,
        files: Path,
        heard: Callable[[Line], None],
    ) -> None:
        self._door = door
        self._files = files
        self._heard = heard
        self._lost: Callable[[str], None] = _nobody
        self._guard = threading.RLock()
        self._answers: SimpleQueue[Line] = SimpleQueue()
        self._ready = threading.Event()
        self._talk: Conversation | None = None
        self._closing = False
        self.names = names

    def when_lost(self, lost: Callable[[str], None]) -> None:
        """Whom to tell, and why, when it ends without having been asked to."""
        self._lost = lost

    def up(self) -> None:
        """Start it where it does not run; ToolError with its words where it cannot.

        Blocks for about half a second.
        """
        with self._guard:
            if self._talk is None:
                self._start()

    def add(self, container: str, runs: bool = False) -> None:
        """Observe a container from its first program on, or from now on.

        Blocks until the sensor says so: what is started then is seen from its start.
        """
        self._ask("join" if runs else "add", container, "added")

    def drop(self, container: str) -> None:
        """Observe it no more; its file is whole then."""
        self._ask("drop", container, "dropped")

    def file(self, container: str, part: int = 0) -> Path:
        """Where the lines of one container are."""
        return self._files / f"{container[:ID_LENGTH]}.{part}"

    def close(self) -> None:
        """Hang up; the sensor goes on without us."""
        self._closing = True
        if self._talk is not None:
            self._talk.close()

    def _start(self) -> None:
        self._files.mkdir(parents=True, exist_ok=True)
        self._files.chmod(WRITABLE)
        version = self._door.facts().version
        image = images.reference(self._door, "sensor")
        spec = sensing.sensor(self.names, image, str(self._files), version)
        self._door.remove(spec.name)
        self._door.create(spec)
        self._ready.clear()
        self._door.start(spec.name)
        talk = self._talk = self._door.talk(spec.name)
        answers = self._answers = SimpleQueue()
        threading.Thread(
            target=self._listen, args=(talk, answers), name="sensor", daemon=True
        ).start()
        self._await_ready()

    def _await_ready(self) -> None:
        """It may have said so before anybody listened: then it stands in the log."""
        deadline = ANSWER_SECONDS
        while not self._ready.wait(0.1):
            deadline -= 0.1
            said = self._last_words()
            if '"op":"ready"' in said:
                return
            if self._talk is None or deadline <= 0:
                raise ToolError(f"the sensor does not start: {said[-300:]}")

    def _ask(self, verb: str, container: str, answer: str) -> None:
        with self._guard:
            talk, short = self._talk, container[:ID_LENGTH]
            if talk is None:
                raise ToolError("the sensor does not run", hint="see `swarm doctor`")
            talk.send(f"{verb} {short}")
            try:
                said = self._answers.get(timeout=ANSWER_SECONDS)
            except Empty:
                raise ToolError(f"the sensor did not answer {verb!r}") from None
        if said.get("op") != answer or said.get("id") != short:
            raise ToolError(f"the sensor refused {verb!r}: {said}")

    def _listen(self, talk: Conversation, answers: SimpleQueue[Line]) -> None:
        for text in talk.lines():
            line = _parsed(text)
            match line.get("op"):
                case "ready":
                    self._ready.set()
                case "added" | "dropped" | "full":
                    answers.put(line)
                case None:
                    pass
                case _:
                    self._heard(line)
        talk.close()
        self._talk = None
        answers.put({"op": "ended"})
        if not self._closing:
            self._lost(self._last_words())

    def _last_words(self) -> str:
        try:
            said = self._door.logs(self.names.sensor, 50)
        except SwarmError as error:
            return error.message
        return said.decode("utf-8", "replace").strip()


def _nobody(_why: str) -> None:
    """Before anybody said whom to tell."""


def _parsed(text: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
