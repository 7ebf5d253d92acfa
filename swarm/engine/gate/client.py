"""The keeper's side of the conversation with the gate."""

import itertools
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from swarm.engine.host import images
from swarm.errors import SwarmError, ToolError
from swarm.plan import gate_containers
from swarm.plan.gate_containers import GateNames
from swarm.plan.specs import SandboxSpec
from swarm.ports import AttachedStream, Containers

ANSWER_SECONDS = 30.0
BACKLOG_LINES = 50_000
"""As many as the engine's log of the gate holds, about."""

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GateInfo:
    """What a gate says of itself."""

    run: str
    nets: tuple[str, ...]
    """Those whose listeners it holds."""
    ca: str
    roots: str


class GateClient:
    """Starts the gate where none runs, and speaks with it; safe for several threads."""

    def __init__(
        self,
        containers: Containers,
        names: GateNames,
        hosts: Callable[[], Mapping[str, str]],
        heard: Callable[[Line], None],
    ) -> None:
        """`heard` is told every line of the audit, from the gate's own thread."""
        self._door = containers
        self._hosts = hosts
        self._heard = heard
        self._lost: Callable[[str], None] = _nobody
        self._guard = threading.RLock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, SimpleQueue[Line]] = {}
        self._talk: AttachedStream | None = None
        self._hello: GateInfo | None = None
        self._closing = False
        self.names = names

    @property
    def is_up(self) -> bool:
        """Whether the conversation is open."""
        return self._talk is not None

    def when_lost(self, lost: Callable[[str], None]) -> None:
        """Whom to tell, and why, when the gate ends without having been asked to."""
        self._lost = lost

    def up(self) -> GateInfo:
        """The gate's hello; starts and greets it where that was not done yet.

        Blocks for about a second where it has to be started; ToolError, ToolMissing.
        """
        with self._guard:
            if self._talk is None or self._hello is None:
                self._ensure()
                self._attach()
                self._hello = self._greet()
            return self._hello

    def ask(self, op: str, **body: Any) -> Line:
        """One command and its answer; ToolError where the gate refuses or is silent."""
        talk = self._talk
        if talk is None:
            raise ToolError("the gate does not run", hint="see `swarm doctor`")
        number = next(self._numbers)
        box = self._waiting[number] = SimpleQueue()
        try:
            talk.send(json.dumps({"id": number, "op": op, **body}))
            answer = box.get(timeout=ANSWER_SECONDS)
        except Empty:
            raise ToolError(f"the gate did not answer {op!r}") from None
        finally:
            self._waiting.pop(number, None)
        if "error" in answer:
            raise ToolError(f"the gate refused {op!r}: {answer['error']}")
        return answer

    def close(self) -> None:
        """Hang up; the gate goes on without us."""
        self._closing = True
        talk = self._talk
        if talk is not None:
            talk.close()

    def _ensure(self) -> None:
        """Reuse the container that is as we would make it, else make it anew."""
        image = images.reference(self._door, "gate")
        spec = self._spec(image)
        known = self._door.inspect(spec.name)
        if known and known.status == "running" and is_same(known.raw, spec):
            return
        self._door.remove(spec.name)
        labels = self.names.labels("gate")
        self._door.make_network(self.names.gate, labels)
        self._door.make_volume(self.names.run, labels)
        self._door.make_volume(self.names.keys, labels)
        self._door.create(spec)
        self._door.start(spec.name)

    def _spec(self, image: str) -> SandboxSpec:
        return gate_containers.gate(self.names, image, self._hosts())

    def _attach(self) -> None:
        talk = self._talk = self._door.talk(self.names.gate)
        threading.Thread(
            target=self._listen, args=(talk,), name="gate", daemon=True
        ).start()

    def _greet(self) -> GateInfo:
        said = self.ask("hello")
        return GateInfo(said["run"], tuple(said["nets"]), said["ca"], said["roots"])

    def _listen(self, talk: AttachedStream) -> None:
        self._catch_up()
        for text in talk.lines():
            line = _parsed(text)
            waiting = self._waiting.get(line.get("reply", 0))
            if waiting is not None:
                waiting.put(line)
            elif "seq" in line:
                self._heard(line)
        talk.close()
        with self._guard:
            if self._talk is talk:
                self._talk = self._hello = None
        for box in list(self._waiting.values()):
            box.put({"error": "it ended"})
        if not self._closing:
            self._lost(self._last_words())

    def _catch_up(self) -> None:
        """What the gate said while no keeper listened stands in the engine's log."""
        try:
            said = self._door.logs(self.names.gate, BACKLOG_LINES)
        except SwarmError:
            return
        for text in said.decode("utf-8", "replace").splitlines():
            line = _parsed(text)
            if "seq" in line:
                self._heard(line)

    def _last_words(self) -> str:
        try:
            said = self._door.logs(self.names.gate, 20).decode("utf-8", "replace")
        except SwarmError as error:
            return error.message
        words = said[said.rfind("\n{") + 1 :].splitlines()
        told = [text for text in words if not text.startswith("{")]
        return " ".join(told[-3:])[:300] or "it ended"


def _nobody(_why: str) -> None:
    """Before anybody said whom to tell."""


def is_same(raw: Mapping[str, Any], spec: SandboxSpec) -> bool:
    """Whether a container was made from this image and for the same."""
    labels = raw["Config"].get("Labels") or {}
    same = all(labels.get(key) == value for key, value in spec.labels.items())
    return same and raw["Config"]["Image"] == spec.image


def _parsed(text: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
