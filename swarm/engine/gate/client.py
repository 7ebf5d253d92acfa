"""The keeper's side of the conversation with the gate."""

import itertools
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from swarm.engine.host import images
from swarm.engine.host.container_client import ContainerClient, Line
from swarm.errors import ToolError
from swarm.plan import gate_containers
from swarm.plan.gate_containers import GateNames
from swarm.plan.specs import SandboxSpec
from swarm.ports import Containers

ANSWER_SECONDS = 30.0
BACKLOG_LINES = 50_000
"""About as many as the container engine's log of the gate holds."""


@dataclass(frozen=True, slots=True)
class GateInfo:
    """A gate's description of itself."""

    run: str
    nets: tuple[str, ...]
    """The nets whose listeners it holds."""
    ca: str
    roots: str


class GateClient:
    """Starts the gate if none runs, and speaks with it; safe for several threads."""

    def __init__(
        self,
        containers: Containers,
        names: GateNames,
        hosts: Callable[[], Mapping[str, str]],
        on_line: Callable[[Line], None],
    ) -> None:
        """`on_line` gets every line of the audit, from the conversation's thread."""
        self._containers = containers
        self._hosts = hosts
        self._on_line = on_line
        self._client = ContainerClient(
            containers, "gate", lambda line: line.get("reply"), self._on_any_line
        )
        self._guard = threading.RLock()
        self._numbers = itertools.count(1)
        self._info: GateInfo | None = None
        self.names = names

    @property
    def is_up(self) -> bool:
        """Whether the conversation is open."""
        return self._client.is_up

    def set_lost_handler(self, on_lost: Callable[[str], None]) -> None:
        """Call `on_lost` with the reason if the gate ends without having been asked."""
        self._client.set_lost_handler(lambda: on_lost(self._last_words()))

    def up(self) -> GateInfo:
        """The gate's description; starts and greets it if that was not done yet.

        Blocks for about a second if it has to be started; ToolError, ToolMissing.
        """
        with self._guard:
            if not self._client.is_up or self._info is None:
                self._info = self._start()
            return self._info

    def catch_up(self) -> None:
        """Have `on_line` get what the gate wrote while nobody listened, if it did.

        Blocks as `up`, for a gate that ended without a keeper; ToolError, ToolMissing.
        """
        if not self.is_up and self._containers.inspect(self.names.gate):
            self.up()

    def _start(self) -> GateInfo:
        image = images.reference(self._containers, "gate")
        self._client.close()
        self._client.ensure_running(
            self._spec(image), self._make_surroundings, BACKLOG_LINES
        )
        self._client.attach(self.names.gate, BACKLOG_LINES)
        answer = self.send_command("hello")
        return GateInfo(
            run=answer["run"],
            nets=tuple(answer["nets"]),
            ca=answer["ca"],
            roots=answer["roots"],
        )

    def send_command(self, op: str, **body: Any) -> Line:
        """Send a command and return its answer; ToolError if the gate refuses it."""
        number = next(self._numbers)
        text = json.dumps({"id": number, "op": op, **body})
        answer = self._client.request(op, text, number, ANSWER_SECONDS)
        if "error" in answer:
            raise ToolError(f"the gate refused {op!r}: {answer['error']}")
        return answer

    def close(self) -> None:
        """Hang up; the gate goes on without us."""
        self._client.close()

    def _make_surroundings(self) -> None:
        labels = self.names.labels("gate")
        self._containers.make_network(self.names.gate, labels)
        self._containers.make_volume(self.names.run, labels)
        self._containers.make_volume(self.names.keys, labels)

    def _spec(self, image: str) -> SandboxSpec:
        return gate_containers.gate(self.names, image, self._hosts())

    def _on_any_line(self, line: Line) -> None:
        if "seq" in line:
            self._on_line(audit_line(line))

    def _last_words(self) -> str:
        """The last lines after the last line of the audit."""
        log = self._client.log_tail(self.names.gate)
        lines = log[log.rfind("\n{") + 1 :].splitlines()
        words = [text for text in lines if not text.startswith("{")]
        return " ".join(words[-3:])[:300] or "it ended"


def audit_line(line: Line) -> Line:
    """The worker's line, with the net and the number that the supervisor gave it."""
    try:
        facts = json.loads(line["line"])
    except (KeyError, TypeError, ValueError):
        facts = {}
    if not isinstance(facts, dict):
        facts = {}
    return {**facts, "net": line.get("net"), "seq": line["seq"]}
