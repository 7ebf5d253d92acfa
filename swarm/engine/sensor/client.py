"""The keeper's side of the conversation with the sensor."""

import threading
from collections.abc import Callable
from pathlib import Path

from swarm.engine.host import images
from swarm.engine.host.container_client import ContainerClient, Line
from swarm.errors import ToolError
from swarm.plan import sensor_container
from swarm.plan.sensor_container import ID_LENGTH, SensorNames
from swarm.ports import Containers

ANSWER_SECONDS = 20.0
WRITABLE = 0o733
"""The sensor's root has no power over files here; nobody else comes this far."""
ANSWERS = ("added", "dropped", "full", "slots")
"""Lines that answer a command; they bear no number, so commands go one by one."""
_NEXT_ANSWER = "next"


class SensorClient:
    """Starts the sensor if none runs, and speaks with it; safe for several threads.

    The sensor writes one line of JSON an event into `files`; `on_line` gets the lines
    about itself: `grew`, `lost`, `full_disk`.
    """

    def __init__(
        self,
        containers: Containers,
        names: SensorNames,
        files: Path,
    ) -> None:
        self._containers = containers
        self._files = files
        self._on_line: Callable[[Line], None] = _do_nothing
        self._on_lost: Callable[[str], None] = _do_nothing
        self._client = ContainerClient(
            containers, "sensor", _answer_key, self._on_any_line
        )
        self._client.set_lost_handler(self._lost)
        self._guard = threading.RLock()
        self._is_started = False
        self.names = names

    def set_line_handler(self, on_line: Callable[[Line], None]) -> None:
        """Hand the lines that the sensor says of itself to `on_line`."""
        self._on_line = on_line

    def set_lost_handler(self, on_lost: Callable[[str], None]) -> None:
        """Call `on_lost` with the reason if it ends without having been asked."""
        self._on_lost = on_lost

    def up(self) -> None:
        """Start it if it does not run; ToolError with its words if it cannot start.

        Blocks for about half a second.
        """
        with self._guard:
            if not self._client.is_up:
                self._start()

    def add(self, container: str, runs: bool = False) -> None:
        """Observe a container from its first program on, or from now on.

        Blocks until the sensor says so: what is started then is seen from its start.
        """
        self._command("join" if runs else "add", container, "added")

    def drop(self, container: str) -> None:
        """Stop observing it; its file is complete when this returns."""
        self._command("drop", container, "dropped")

    def newest(self, container: str) -> Path:
        """The file that the container's lines go to now."""
        part = 0
        while self.file(container, part + 1).exists():
            part += 1
        return self.file(container, part)

    def file(self, container: str, part: int = 0) -> Path:
        """One part of the lines about a container."""
        return self._files / f"{container[:ID_LENGTH]}.{part}"

    def close(self) -> None:
        """Hang up; the sensor goes on without us."""
        self._client.close()

    def remove(self) -> None:
        """End it: every call on the machine is a little cheaper without."""
        self.close()
        self._containers.remove(self.names.sensor)

    def observed(self) -> tuple[str, ...]:
        """The short ids of the containers it observes, also for an earlier keeper."""
        return tuple(self._request("list", "slots")["ids"])

    def _start(self) -> None:
        self._files.mkdir(parents=True, exist_ok=True)
        self._files.chmod(WRITABLE)
        facts = self._containers.facts()
        spec = sensor_container.sensor(
            self.names,
            images.reference(self._containers, "sensor"),
            str(self._files),
            facts.version,
            remapped=facts.remapped,
            selinux=facts.selinux,
        )
        self._is_started = False
        self._client.ensure_running(spec)
        self._client.attach(spec.name)
        try:
            self.observed()
        except ToolError as error:
            words = self._last_words()[-300:]
            raise ToolError(f"the sensor does not start: {words}") from error
        self._is_started = True

    def _command(self, verb: str, container: str, expected: str) -> None:
        short = container[:ID_LENGTH]
        answer = self._request(f"{verb} {short}", expected)
        if answer.get("id") != short:
            raise ToolError(f"the sensor refused {verb!r}: {answer}")

    def _request(self, command: str, expected: str) -> Line:
        with self._guard:
            answer = self._client.request(
                command, command, _NEXT_ANSWER, ANSWER_SECONDS
            )
        if answer.get("op") != expected:
            raise ToolError(f"the sensor refused {command!r}: {answer}")
        return answer

    def _on_any_line(self, line: Line) -> None:
        if line.get("op") not in (None, "ready"):
            self._on_line(line)

    def _lost(self) -> None:
        # A sensor that never answered did not start: `up` has raised that.
        if self._is_started:
            self._on_lost(self._last_words())

    def _last_words(self) -> str:
        return self._client.log_tail(self.names.sensor).strip()


def _answer_key(line: Line) -> str | None:
    return _NEXT_ANSWER if line.get("op") in ANSWERS else None


def _do_nothing(_: object) -> None:
    """Stands for a handler that was not set."""
