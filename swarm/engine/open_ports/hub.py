"""All open ports: listens, takes connections in, and carries them into their boxes."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from swarm.adapters import loopback_ports
from swarm.engine.open_ports.box_pipe import RELAY, BoxPipe
from swarm.errors import SwarmError
from swarm.gate.port_answers import answer
from swarm.gate.port_channels import CHUNK, carry
from swarm.gate.port_guard import Place
from swarm.model import task_port
from swarm.model.task import State, Task
from swarm.model.task_port import TaskPort
from swarm.plan.gate_containers import GateNames
from swarm.ports import Containers, Pipe

CALL_SECONDS = 20.0
LINGER_SECONDS = 2.0
BUSY_SECONDS = 0.5
MOST = 400
"""Connections at once, of all boxes."""

T = TypeVar("T")
Key = tuple[int, int]
"""A task, and a port in its box."""


@dataclass(frozen=True, slots=True)
class _State:
    """What of a task its ports go by."""

    net: str
    """The gate's name for its network."""
    words: str = ""
    """Why nothing is carried now; empty if it is."""


@dataclass(slots=True, eq=False)
class _Box:
    """What all ports of one task share."""

    pipe: BoxPipe
    state: "_State"


@dataclass(slots=True, eq=False)
class _OpenPort:
    """One port that is listened at."""

    task: int
    port: TaskPort
    box: _Box
    listeners: list[socket.socket] = field(default_factory=list)
    connections: set["asyncio.Task[None]"] = field(default_factory=set)


class OpenPorts:
    """Safe for several threads; a call blocks for moments. Nothing listens at first."""

    def __init__(self, containers: Containers, names: GateNames) -> None:
        self._containers, self._names = containers, names
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ports: dict[Key, _OpenPort] = {}
        self._boxes: dict[int, _Box] = {}
        self._claimed: set[Key] = set()
        """Those that somebody was told to open, until they are not wanted."""
        self._followed: tuple[set[Key], dict[int, _State]] = set(), {}

    def wanted(self, tasks: Iterable[Task]) -> list[int]:
        """Live tasks with ports that nobody was asked yet to open: once for each."""
        with self._guard:
            keys = {(task.id, port.port) for task in tasks for port in task.ports}
            new = keys - self._claimed
            self._claimed = keys
        return sorted({task_id for task_id, _ in new})

    def is_open(self, task_id: int, port: int) -> bool:
        """True if it is listened at."""
        return (task_id, port) in self._ports

    def open(self, task: Task, port: TaskPort) -> int:
        """Listen for a port, at its `at` if that is free; where it does.

        ToolError if there is none.
        """
        others = sum(1 for task_id, _ in list(self._ports) if task_id == task.id)
        at, sockets = loopback_ports.listen(
            task_port.candidates(task.id, port.at, others)
        )
        opened = TaskPort(port.port, at, is_open=True, is_raw=port.is_raw)
        try:
            self._call(self._listen(task, opened, sockets))
        except BaseException:
            for each in sockets:
                each.close()
            raise
        return at

    def close(self, task_id: int, port: int) -> None:
        """Listen no more, and end its connections; fine if it is not open."""
        if (task_id, port) in self._ports:
            self._call(self._close((task_id, port)))

    def follow(self, tasks: Iterable[Task]) -> None:
        """Close what the live tasks among these do not want, soon; blocks for nothing.

        A task that is cut off or frozen keeps its ports, and says so there.
        """
        live = [task for task in tasks if task.state is State.LIVE]
        wanted = {(task.id, port.port) for task in live for port in task.ports}
        states = {task.id: _state(task) for task in live if task.ports}
        if self._loop and (wanted, states) != self._followed:
            self._followed = wanted, states
            work = self._follow(wanted, states)
            asyncio.run_coroutine_threadsafe(work, self._loop)

    def shut(self) -> None:
        """Close all of them, and end the thread."""
        if self._loop and self._thread:
            with contextlib.suppress(TimeoutError):  # an engine that hangs
                self._call(self._follow(set(), {}))
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop = self._thread = None
        self._claimed, self._followed = set(), (set(), {})

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_run, args=(self._loop,), name="ports", daemon=True
                )
                self._thread.start()
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop).result(CALL_SECONDS)

    # What follows runs on the thread of the loop.

    async def _listen(
        self, task: Task, port: TaskPort, sockets: list[socket.socket]
    ) -> None:
        key = (task.id, port.port)
        if key in self._ports:
            await self._close(key)
        box = self._boxes.get(task.id)
        if box is None:
            box = self._boxes[task.id] = self._new_box(task)
        opened = _OpenPort(task.id, port, box)

        for listener in sockets:
            listener.setblocking(False)
            opened.listeners.append(listener)
            self._listen_on(opened, listener)
        self._ports[key] = opened

    def _listen_on(self, opened: _OpenPort, listener: socket.socket) -> None:
        if listener.fileno() >= 0:
            loop = asyncio.get_running_loop()
            loop.add_reader(listener, self._accept, opened, listener)

    def _accept(self, opened: _OpenPort, listener: socket.socket) -> None:
        """Serve who comes; `asyncio.Server` leaves who comes at its end hanging."""
        loop = asyncio.get_running_loop()
        try:
            visitor = _Visitor(listener.accept()[0])
        except (BlockingIOError, ConnectionError):
            return
        except OSError:
            # No descriptor is free: it would be asked again at once.
            loop.remove_reader(listener)
            loop.call_later(BUSY_SECONDS, self._listen_on, opened, listener)
            return
        connection = asyncio.ensure_future(self._serve(opened, visitor))
        opened.connections.add(connection)
        connection.add_done_callback(opened.connections.discard)
        # Also if it is cancelled before it has begun.
        connection.add_done_callback(visitor.end)

    def _new_box(self, task: Task) -> _Box:
        def open_pipe() -> Pipe:
            net = self._names.net(box.state.net)
            return self._containers.open_pipe(net, RELAY)

        box = _Box(BoxPipe(open_pipe), _state(task))
        return box

    async def _close(self, key: Key) -> None:
        opened = self._ports.pop(key, None)
        if opened is None:
            return  # another one is closing it
        for listener in opened.listeners:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        connections = list(opened.connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        if not any(other.box is opened.box for other in self._ports.values()):
            self._boxes.pop(opened.task, None)
            await opened.box.pipe.end()

    async def _follow(self, wanted: set[Key], states: dict[int, _State]) -> None:
        # First, for it never waits: the newest call's states are the last ones.
        for task_id, box in self._boxes.items():
            state = states.get(task_id, box.state)
            is_cut_short = bool(state.words) or state.net != box.state.net
            if is_cut_short and state != box.state:
                box.pipe.close()
            box.state = state
        for key in self._ports.keys() - wanted:
            await self._close(key)

    async def _serve(self, opened: _OpenPort, visitor: "_Visitor") -> None:
        try:
            reader, writer = await visitor.streams()
            if words := opened.box.state.words:
                await _tell(opened, words, reader, writer)
                return
            connections = (len(each.connections) for each in self._ports.values())
            if sum(connections) > MOST:
                words = f"{MOST} connections are open into boxes; close some"
                await _tell(opened, words, reader, writer)
                return
            try:
                channel = await opened.box.pipe.connect(self._place(opened))
            except SwarmError as error:
                await _tell(opened, error.message, reader, writer)
                return
            try:
                await carry(channel, reader, writer)
            finally:
                channel.reset()
        except OSError:
            return  # a side has gone, and the other learns of it by the end

    def _place(self, opened: _OpenPort) -> Place:
        name = task_port.host_name(opened.task)
        peers = tuple(
            f"{name}:{other.port.at}"
            for other in self._ports.values()
            if other.task == opened.task and other is not opened
            if not other.port.is_raw
        )
        host = f"{name}:{opened.port.at}"
        return Place(opened.port.port, host, peers, opened.port.is_raw)


class _Visitor:
    """A connection that came to a port; it is closed with the work for it."""

    def __init__(self, wire: socket.socket) -> None:
        wire.setblocking(False)
        self._wire = wire
        self._writer: asyncio.StreamWriter | None = None

    async def streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Both directions. OSError."""
        reader, self._writer = await asyncio.open_connection(sock=self._wire)
        return reader, self._writer

    def end(self, _: object) -> None:
        """Close it, once what was written has gone."""
        if self._writer:
            self._writer.close()
        else:
            self._wire.close()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _state(task: Task) -> _State:
    words = ""
    if task.net.is_cut:
        words = f"task {task.id} is cut off; `swarm uncut {task.id}` connects it again"
    elif task.paused:
        words = f"task {task.id} is paused; `swarm resume {task.id}` lets it run on"
    return _State(task.net.name, words)


async def _tell(
    opened: _OpenPort,
    words: str,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Say it to a browser; a raw port says nothing that its protocol does not."""
    if opened.port.is_raw:
        return
    writer.write(answer(503, words))
    writer.write_eof()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while await reader.read(CHUNK):
                pass
