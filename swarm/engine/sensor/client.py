"""The keeper's side of the sensor: it is started once, and told of each container."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from swarm.engine.gate.client import is_same
from swarm.engine.host import images
from swarm.errors import SwarmError, ToolError
from swarm.plan import sensor_container
from swarm.plan.sensor_container import ID_LENGTH, SensorNames
from swarm.ports import AttachedStream, Containers

ANSWER_SECONDS = 20.0
WRITABLE = 0o733
"""The sensor's root has no power over files here; nobody else comes this far."""

Line = dict[str, Any]


class SensorClient:
    """Starts the sensor where none runs, and speaks with it; safe for several threads.

    What it sees is in `files`, one line of JSON an event; `heard` is told every line
    that it says of itself: `grew`, `lost`, `full`, `full_disk`.
    """

    def __init__(
        self,
        containers: Containers,
        names: SensorNames,
        files: Path,
        heard: Callable[[Line], None],
    ) -> None:
        self._door = containers
        self._files = files
        self._heard = heard
        self._lost: Callable[[str], None] = _nobody
        self._guard = threading.RLock()
        self._answers: SimpleQueue[Line] = SimpleQueue()
        self._talk: AttachedStream | None = None
        self._was_up = self._closing = False
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

    def newest(self, container: str) -> Path:
        """The file that a container's lines go to now."""
        part = 0
        while self.file(container, part + 1).exists():
            part += 1
        return self.file(container, part)

    def file(self, container: str, part: int = 0) -> Path:
        """Where the lines of one container are."""
        return self._files / f"{container[:ID_LENGTH]}.{part}"

    def close(self) -> None:
        """Hang up; the sensor goes on without us."""
        self._closing = True
        if self._talk is not None:
            self._talk.close()

    def remove(self) -> None:
        """End it: every call on the machine is a little cheaper without."""
        self.close()
        self._door.remove(self.names.sensor)

    def _start(self) -> None:
        self._files.mkdir(parents=True, exist_ok=True)
        self._files.chmod(WRITABLE)
        version = self._door.facts().version
        image = images.reference(self._door, "sensor")
        spec = sensor_container.sensor(self.names, image, str(self._files), version)
        known = self._door.inspect(spec.name)
        if not (known and known.status == "running" and is_same(known.raw, spec)):
            self._door.remove(spec.name)
            self._door.create(spec)
            self._door.start(spec.name)
        talk = self._talk = self._door.talk(spec.name)
        answers = self._answers = SimpleQueue()
        threading.Thread(
            target=self._listen, args=(talk, answers), name="sensor", daemon=True
        ).start()
        self._was_up = self._closing = False
        try:
            self.observed()
            self._was_up = True
        except ToolError as error:
            raise ToolError(
                f"the sensor does not start: {self._last_words()[-300:]}"
            ) from error

    def observed(self) -> tuple[str, ...]:
        """The short ids of those it observes; also an earlier keeper's."""
        return tuple(self._said("list", "slots")["ids"])

    def _ask(self, verb: str, container: str, answer: str) -> None:
        short = container[:ID_LENGTH]
        said = self._said(f"{verb} {short}", answer)
        if said.get("id") != short:
            raise ToolError(f"the sensor refused {verb!r}: {said}")

    def _said(self, command: str, answer: str) -> Line:
        with self._guard:
            talk = self._talk
            if talk is None:
                raise ToolError("the sensor does not run", hint="see `swarm doctor`")
            talk.send(command)
            try:
                said = self._answers.get(timeout=ANSWER_SECONDS)
            except Empty:
                raise ToolError(f"the sensor did not answer {command!r}") from None
        if said.get("op") != answer:
            raise ToolError(f"the sensor refused {command!r}: {said}")
        return said

    def _listen(self, talk: AttachedStream, answers: SimpleQueue[Line]) -> None:
        for text in talk.lines():
            line = _parsed(text)
            match line.get("op"):
                case "added" | "dropped" | "full" | "slots":
                    answers.put(line)
                case None | "ready":
                    pass
                case _:
                    self._heard(line)
        talk.close()
        self._talk = None
        answers.put({"op": "ended"})
        if self._was_up and not self._closing:
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
