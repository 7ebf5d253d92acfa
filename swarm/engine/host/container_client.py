"""A conversation with one long-running container: JSON lines in both directions."""

import json
import logging
import threading
from collections.abc import Callable, Hashable, Mapping
from queue import Empty, SimpleQueue
from typing import Any

from swarm.engine.host import failed_starts
from swarm.errors import SwarmError, ToolError
from swarm.plan.specs import SandboxSpec
from swarm.ports import AttachedStream, Containers

_LOG = logging.getLogger(__name__)

LAST_WORDS_LINES = 50

Line = dict[str, Any]


class ContainerClient:
    """Starts or reuses a container, and speaks with it; safe for several threads.

    The gate's client and the sensor's each own one. `reply_key` says which request a
    line answers, or None; every other line goes to `on_line`, in the order in which
    the container wrote them, from a thread of its own.
    """

    def __init__(
        self,
        containers: Containers,
        label: str,
        reply_key: Callable[[Line], Hashable | None],
        on_line: Callable[[Line], None],
    ) -> None:
        """`label` is the container's name in errors, such as `gate`."""
        self._containers = containers
        self._label = label
        self._reply_key = reply_key
        self._on_line = on_line
        self._on_lost: Callable[[], None] = _do_nothing
        self._guard = threading.Lock()
        self._replies: dict[Hashable, SimpleQueue[Line | None]] = {}
        self._stream: AttachedStream | None = None

    @property
    def is_up(self) -> bool:
        """Whether the conversation is open."""
        return self._stream is not None

    def set_lost_handler(self, on_lost: Callable[[], None]) -> None:
        """Call `on_lost` if the container ends and nobody hung up before."""
        self._on_lost = on_lost

    def ensure_running(
        self,
        spec: SandboxSpec,
        prepare: Callable[[], None] | None = None,
        backlog_lines: int = 0,
    ) -> None:
        """Reuse the running container if it was made from `spec`, else make it anew.

        `prepare` makes what the new container needs, such as its network. The last
        `backlog_lines` of the one that is replaced go to `on_line`, from this thread.
        """
        facts = self._containers.inspect(spec.name)
        if facts and facts.status == "running" and is_made_from(facts.raw, spec):
            return

        if facts and backlog_lines:
            self._read_backlog(spec.name, backlog_lines)

        def attempt() -> None:
            self._containers.remove(spec.name)
            if prepare:
                prepare()
            self._containers.create(spec)
            self._containers.start(spec.name)

        failed_starts.once_more(attempt)

    def attach(self, name: str, backlog_lines: int = 0) -> None:
        """Open the conversation with the running container `name`.

        `backlog_lines` of the container's log go to `on_line` first: the lines that it
        wrote while nobody listened.
        """
        stream = self._containers.talk(name)
        with self._guard:
            self._stream = stream
        threading.Thread(
            target=self._listen,
            args=(stream, name, backlog_lines),
            name=self._label,
            daemon=True,
        ).start()

    def request(self, verb: str, text: str, key: Hashable, seconds: float) -> Line:
        """Send one line and return its answer.

        ToolError if the container does not run, ends, or is silent for `seconds`.
        """
        reply: SimpleQueue[Line | None] = SimpleQueue()
        with self._guard:
            stream = self._stream
            if stream is None:
                raise ToolError(
                    f"the {self._label} does not run", hint="see `swarm doctor`"
                )
            self._replies[key] = reply
        try:
            stream.send(text)
            answer = reply.get(timeout=seconds)
        except Empty:
            raise ToolError(f"the {self._label} did not answer {verb!r}") from None
        finally:
            with self._guard:
                self._replies.pop(key, None)
        if answer is None:
            raise ToolError(f"the {self._label} ended before it answered {verb!r}")
        return answer

    def close(self) -> None:
        """Hang up; the container goes on, and its end is not reported."""
        with self._guard:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def log_tail(self, name: str) -> str:
        """The last lines of the container's log, or why there are none."""
        try:
            log = self._containers.logs(name, LAST_WORDS_LINES)
        except SwarmError as error:
            return error.message
        return log.decode("utf-8", "replace")

    def _listen(self, stream: AttachedStream, name: str, backlog_lines: int) -> None:
        if backlog_lines:
            self._read_backlog(name, backlog_lines)
        for text in stream.lines():
            line = _parse(text)
            key = self._reply_key(line)
            if key is None:
                self._hand_on(line)
                continue
            with self._guard:
                reply = self._replies.get(key)
            if reply is not None:
                reply.put(line)
        stream.close()
        with self._guard:
            is_lost = self._stream is stream
            if is_lost:
                self._stream = None
            unanswered = [] if self._stream else list(self._replies.values())
        for reply in unanswered:
            reply.put(None)
        if is_lost:
            self._on_lost()

    def _read_backlog(self, name: str, lines: int) -> None:
        try:
            log = self._containers.logs(name, lines)
        except SwarmError:
            return
        for text in log.decode("utf-8", "replace").splitlines():
            line = _parse(text)
            # An old answer may bear the number of a request that waits now.
            if self._reply_key(line) is None:
                self._hand_on(line)

    def _hand_on(self, line: Line) -> None:
        """A line that cannot be recorded, as on a full disk, ends no conversation."""
        try:
            self._on_line(line)
        except Exception:  # noqa: BLE001 - logged, and the next line is read
            _LOG.warning("a line of %s is not recorded", self._label, exc_info=True)


def is_made_from(raw: Mapping[str, Any], spec: SandboxSpec) -> bool:
    """Whether a container, as the engine describes it, has the image and labels."""
    labels = raw["Config"].get("Labels") or {}
    has_labels = all(labels.get(key) == value for key, value in spec.labels.items())
    return has_labels and raw["Config"]["Image"] == spec.image


def _parse(text: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _do_nothing() -> None:
    """Stands for a handler that was not set."""
