"""The side channels of all live tasks: one thread reads them, a few record."""

import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from swarm.agents import registry
from swarm.engine.context import EngineContext
from swarm.engine.side_channels import messages, programs
from swarm.engine.side_channels.flow import Flood, Flow
from swarm.engine.side_channels.messages import Message
from swarm.engine.side_channels.task_channel import TaskChannel
from swarm.engine.workers import Workers
from swarm.errors import SwarmError
from swarm.model.task import State, Task
from swarm.ports import Pipe

RETRY_SECONDS = 2.0
"""Until a channel that ended is opened again; it doubles with each that was no use."""
LONGEST_RETRY_SECONDS = 600.0
FLOOD_SECONDS = 60.0
"""For which a channel that brought too much stays closed; it doubles with each time."""
MOST_FLOOD_MINUTES = 64
TICK_SECONDS = 1.0
WORKERS = 4
MOST_PENDING = 1000
"""Messages of one channel that wait to be recorded; then it is not read."""


@dataclass(slots=True, eq=False)
class _Connection:
    """A channel with its pipe and what was read of it."""

    channel: TaskChannel
    argv: list[str]
    pipe: Pipe | None = None
    flow: Flow = field(default_factory=Flow)
    pending: deque[Message] = field(default_factory=deque)
    is_recording: bool = False
    is_opening: bool = False
    failures: int = 0
    floods: int = 0
    last_flood: float = 0.0
    next_open: float = 0.0


class SideChannels:
    """Opens a channel for each live task whose agent has one, and keeps it open."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._guard = threading.Lock()
        self._connections: dict[int, _Connection] = {}
        self._without: set[int] = set()
        """Live tasks whose agents have no channel in their mode."""
        self._selector: selectors.BaseSelector
        """The reading thread's, while that runs."""
        self._waker = self._woken = -1
        self._changes: deque[tuple[Pipe, _Connection | None]] = deque()
        """Pipes to read from, and with None those to close."""
        self._workers: Workers | None = None
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._next_look = 0.0

    def follow(self, tasks: Iterable[Task]) -> None:
        """From now on the channels of those that are live; blocks for nothing."""
        wanted = {task.id: task for task in tasks if _has_channel(task)}
        with self._guard:
            for task_id in self._connections.keys() - wanted.keys():
                self._drop(self._connections.pop(task_id))
            self._without &= wanted.keys()
            for task_id in wanted.keys() - self._connections.keys() - self._without:
                with suppress(SwarmError):  # a file of the user's that is being mended
                    connection = self._connection(wanted[task_id])
                    if connection:
                        self._connections[task_id] = connection
                    else:
                        self._without.add(task_id)
            if self._connections and self._thread is None:
                self._start()
        self._open_due()

    def deliver(self, task_id: int) -> None:
        """Send the answers that were recorded; those that can not be sent wait."""
        with self._guard:
            connection = self._connections.get(task_id)
        if connection:
            with self._context.question_locks.of(task_id):
                connection.channel.deliver()

    def channel(self, task_id: int) -> TaskChannel | None:
        """The task's channel, if it is there and takes messages."""
        with self._guard:
            connection = self._connections.get(task_id)
        if connection is None or not connection.channel.is_ready:
            return None
        return connection.channel

    def close(self) -> None:
        """Hang up all of them and end; agents and their questions go on.

        `follow` begins anew.
        """
        self._ended.set()
        with self._guard:
            for connection in self._connections.values():
                self._drop(connection)
            self._connections.clear()
        self._wake()
        if self._workers:
            self._workers.shutdown(wait=True, cancel_futures=True)
        if self._thread:
            self._thread.join()
        self._thread = self._workers = None
        while self._changes:
            self._changes.popleft()[0].close()

    def _start(self) -> None:
        self._ended.clear()
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = os.pipe()
        os.set_blocking(self._waker, False)
        os.set_blocking(self._woken, False)
        self._selector.register(self._waker, selectors.EVENT_READ)
        self._workers = Workers(WORKERS, thread_name_prefix="channel")
        self._thread = threading.Thread(target=self._read, name="channels", daemon=True)
        self._thread.start()

    def _connection(self, task: Task) -> _Connection | None:
        """The channel of a task, as its agent's file says; None if it has none."""
        agent = registry.find(task.agent)
        argv = programs.argv(agent)
        if argv and agent.side.is_in(task.way, task.mode):
            side = agent.side
            mode = agent.mode.get(task.mode)
            channel = TaskChannel(
                self._context,
                task.id,
                side.kind,
                side.hides_dialog,
                mode.unasked if mode else (),
            )
            return _Connection(channel, argv)
        return None

    def _drop(self, connection: _Connection) -> None:
        connection.channel.disconnected()
        if connection.pipe:
            self._changes.append((connection.pipe, None))
            connection.pipe = None
            self._wake()

    def _wake(self) -> None:
        if self._thread:
            with suppress(OSError):
                os.write(self._woken, b"x")

    # Opening, on a worker.

    def _open_due(self) -> None:
        now = time.monotonic()
        with self._guard:
            due = [
                each
                for each in self._connections.values()
                if each.pipe is None and not each.is_opening and now >= each.next_open
            ]
            if self._workers is None or self._ended.is_set():
                return
            for connection in due:
                connection.is_opening = True
                self._workers.submit(self._open, connection)

    def _open(self, connection: _Connection) -> None:
        channel = connection.channel
        try:
            pipe = self._opened(connection)
        finally:
            with self._guard:
                connection.is_opening = False
        if pipe is None:
            return
        with self._guard:
            is_wanted = self._connections.get(channel.task_id) is connection
            if is_wanted:
                connection.pipe, connection.flow = pipe, Flow()
        self._changes.append((pipe, connection if is_wanted else None))
        self._wake()

    def _opened(self, connection: _Connection) -> Pipe | None:
        channel = connection.channel
        task = self._context.read().tasks.get(channel.task_id)
        if task.state is not State.LIVE or task.paused:
            self._wait(connection, RETRY_SECONDS)
            return None
        try:
            name = self._context.names(task.id).sandbox
            pipe = self._context.containers.open_pipe(name, connection.argv)
        except SwarmError:
            self._wait_longer(connection)
            return None
        try:
            channel.connected(pipe)
        except SwarmError:
            pipe.close()
            self._wait_longer(connection)
            return None
        return pipe

    def _wait(self, connection: _Connection, seconds: float) -> None:
        connection.next_open = time.monotonic() + seconds

    def _wait_longer(self, connection: _Connection) -> None:
        connection.failures += 1
        if connection.failures == 3:
            channel = connection.channel
            channel.fault("it ends at once; has the image no python3?")
        doubled = RETRY_SECONDS * 2 ** min(10, connection.failures - 1)
        self._wait(connection, min(LONGEST_RETRY_SECONDS, doubled))

    # Reading, on one thread.

    def _read(self) -> None:
        while not self._ended.is_set():
            ready = self._selector.select(TICK_SECONDS)
            self._change()
            for key, _ in ready:
                if key.data is None:
                    with suppress(OSError):
                        os.read(self._waker, 4096)
                else:
                    self._read_one(key.data)
            self._look()
            self._open_due()
        self._change()
        self._selector.close()
        os.close(self._waker)
        os.close(self._woken)

    def _look(self) -> None:
        now = time.monotonic()
        if self._workers is None or now < self._next_look:
            return
        self._next_look = now + TICK_SECONDS
        with self._guard:
            channels = [each.channel for each in self._connections.values()]
        for channel in channels:
            if channel.waits_beside_a_dialog:
                with suppress(RuntimeError):  # the workers have ended
                    self._workers.submit(channel.look)

    def _change(self) -> None:
        while self._changes:
            pipe, connection = self._changes.popleft()
            if connection is None:
                self._forget(pipe)
            else:
                with suppress(OSError, ValueError, KeyError):
                    self._selector.register(pipe, selectors.EVENT_READ, connection)

    def _forget(self, pipe: Pipe) -> None:
        with suppress(KeyError, OSError, ValueError):
            self._selector.unregister(pipe)
        pipe.close()

    def _read_one(self, connection: _Connection) -> None:
        pipe = connection.pipe
        if pipe is None:
            return
        data = pipe.read()
        if data is None:
            self._end(connection, pipe)
            return
        try:
            for line in connection.flow.lines(data, time.monotonic()):
                self._read_line(connection, line)
        except Flood as flood:
            self._flooded(connection, pipe, str(flood))
        else:
            if len(connection.pending) > MOST_PENDING:
                self._flooded(connection, pipe, "more than can be recorded")

    def _flooded(self, connection: _Connection, pipe: Pipe, what: str) -> None:
        self._end(connection, pipe)
        now = time.monotonic()
        if now - connection.last_flood > FLOOD_SECONDS * MOST_FLOOD_MINUTES * 2:
            connection.floods = 0
        minutes = min(MOST_FLOOD_MINUTES, 2**connection.floods)
        connection.floods, connection.last_flood = connection.floods + 1, now
        self._wait(connection, FLOOD_SECONDS * minutes)
        time_closed = "a minute" if minutes == 1 else f"{minutes} minutes"
        reason = f"it brought {what}; it is closed for {time_closed}"
        self._take(connection, messages.Fault(reason, is_closed=True))

    def _read_line(self, connection: _Connection, line: bytes) -> None:
        try:
            message = messages.read(line, connection.channel.kind)
        except messages.Unreadable as error:
            message = messages.Fault(f"it brought what is not understood: {error}")
        if isinstance(message, messages.Ready):
            connection.failures = 0
        self._take(connection, message)

    def _end(self, connection: _Connection, pipe: Pipe) -> None:
        was_ready = connection.channel.is_ready
        self._forget(pipe)
        with self._guard:
            connection.pipe = None
        connection.channel.disconnected()
        if was_ready:
            self._wait(connection, RETRY_SECONDS)
        else:
            self._wait_longer(connection)

    # Recording, on workers: the messages of one channel one after the other.

    def _take(self, connection: _Connection, message: Message) -> None:
        with self._guard:
            connection.pending.append(message)
            if connection.is_recording or self._workers is None:
                return
            connection.is_recording = True
        with suppress(RuntimeError):  # the workers have ended: so does the keeper
            self._workers.submit(self._record, connection)

    def _record(self, connection: _Connection) -> None:
        while True:
            with self._guard:
                if not connection.pending:
                    connection.is_recording = False
                    return
                message = connection.pending.popleft()
            try:
                connection.channel.take(message)
                connection.channel.deliver()
            except SwarmError:
                # It could not be stored: the next connection brings it again.
                self._begin_anew(connection)

    def _begin_anew(self, connection: _Connection) -> None:
        with self._guard:
            connection.pending.clear()
            self._drop(connection)
            self._wait(connection, RETRY_SECONDS)


def _has_channel(task: Task) -> bool:
    return task.state is State.LIVE and task.way in ("", "screen")
