"""Small worlds that behave like the tools: each runs through the real one's tests."""

import contextlib
import http.client
import json
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

from swarm.adapters.docker.connection import Absent
from swarm.adapters.project_quota import Held
from swarm.errors import Cancelled, PaneAtWork, Refused, ToolError, ToolMissing
from swarm.model.disk_use import DiskUse
from swarm.model.task import Task
from swarm.model.usage import Reading
from swarm.plan.specs import SandboxSpec
from swarm.ports import (
    BuildContext,
    ContainerEngineFacts,
    ContainerEvent,
    ContainerFacts,
    ImageConfig,
    ImageFacts,
    PaneFacts,
    Progress,
    Screen,
)


class FakePipe:
    """A pipe into a container, whose other end the test has as a socket."""

    def __init__(self, argv: list[str]) -> None:
        self.argv = argv
        self._ours, self.program = socket.socketpair()
        self._ours.setblocking(False)
        self.program.settimeout(30)
        self._lines = self.program.makefile("rb")

    def says(self, **message: object) -> None:
        """Say one message as the program in the container."""
        self.program.sendall(json.dumps(message).encode() + b"\n")

    def hears(self) -> dict[str, object] | None:
        """The next message of the keeper's, None if it left; blocks until it comes."""
        with contextlib.suppress(ConnectionResetError):
            heard: dict[str, object] = json.loads(self._lines.readline() or b"null")
            return heard
        return None

    def hang_up(self) -> None:
        """End the program."""
        self._lines.close()
        self.program.close()

    def fileno(self) -> int:
        return self._ours.fileno()

    def read(self) -> bytes | None:
        try:
            return self._ours.recv(1 << 16) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def send(self, data: bytes) -> None:
        try:
            self._ours.sendall(data)
        except OSError as error:
            raise ToolError(f"fake exec: {error}") from error

    def offer(self, data: memoryview) -> int:
        try:
            return self._ours.send(data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        self._ours.close()


class FakeContainers:
    """A container engine of dictionaries; nothing in it runs, it only has states.

    `down` makes every call fail as an engine that went away does.
    """

    def __init__(self, images: tuple[str, ...] = ("an/image:1",)) -> None:
        self.down = False
        self.unfreezable = ""
        """The container that cannot be paused."""
        self.images = images
        self.specs: dict[str, SandboxSpec] = {}
        self.uses: dict[str, Reading] = {}
        """Readings that `stats` yields for containers that are not idle."""
        self.programs = {"sh", "bash"}
        self.files: dict[str, bytes] = {}
        """`container:path` to content."""
        self.answering: Callable[[bytes], bytes] = lambda _question: b""
        """What a program that is asked one line says."""
        """All that containers have."""
        self.sizes: dict[str, DiskUse] = {}
        """Of volumes; the others are empty."""
        self.pipes: queue.SimpleQueue[FakePipe] = queue.SimpleQueue()
        """Each pipe that was opened into a container."""
        self.outputs: dict[str, bytes] = {}
        """What containers printed; the others printed nothing."""
        self.answers: dict[str, bytes] = {}
        """What one-shot containers print, by the end of their names."""
        self._containers: dict[str, ContainerFacts] = {}
        self._volumes: dict[str, dict[str, str]] = {}
        self._networks: dict[str, dict[str, str]] = {}
        self._news: queue.SimpleQueue[ContainerEvent | None] = queue.SimpleQueue()
        self._streams: list[threading.Event] = []

    def facts(self) -> ContainerEngineFacts:
        self._answer()
        return ContainerEngineFacts(
            "99.0", False, "2", "fake", ("runc",), True, "fake://"
        )

    def create(self, spec: SandboxSpec) -> None:
        self._answer()
        if spec.name in self._containers:
            raise ToolError(f"docker create {spec.name}: the name is in use")
        if spec.image not in self.images:
            raise Absent(f"docker create {spec.name}: no such image: {spec.image}")
        for mount in spec.mounts:
            if mount.kind == "volume" and mount.source not in {"", *self._volumes}:
                raise ToolError(
                    f"docker create {spec.name}: its volume {mount.source} is gone"
                )
        self.specs[spec.name] = spec
        self._containers[spec.name] = ContainerFacts(
            spec.name, f"id-{spec.name}", dict(spec.labels), "created"
        )

    def start(self, name: str) -> None:
        self._move(name, "running", "start")

    def end(self, name: str, exit_code: int) -> None:
        """End a container as its own program would."""
        self._containers[name] = replace(self._container(name), exit_code=exit_code)
        self._move(name, "exited", "die")

    def stop(self, name: str, grace: float) -> None:
        if self._container(name).status in ("running", "paused"):
            self.end(name, 143)

    def kill(self, name: str) -> None:
        if self._container(name).status in ("running", "paused"):
            self.end(name, 137)

    def pause(self, name: str) -> None:
        if name == self.unfreezable:
            raise ToolError(f"docker pause: {name} cannot be frozen")
        if self._container(name).status != "paused":
            self._move(name, "paused", "pause")

    def resume(self, name: str) -> None:
        if self._container(name).status == "paused":
            self._move(name, "running", "unpause")

    def inspect(self, name: str) -> ContainerFacts | None:
        self._answer()
        return self._containers.get(name)

    def all(self, labels: dict[str, str]) -> list[ContainerFacts]:
        self._answer()
        return [
            facts
            for facts in self._containers.values()
            if labels.items() <= facts.labels.items()
        ]

    def remove(self, name: str) -> None:
        self._answer()
        if name in self._containers:
            self._say("destroy", self._containers.pop(name))

    def make_volume(
        self,
        name: str,
        labels: dict[str, str],
        options: dict[str, str] | None = None,
    ) -> None:
        self._answer()
        self._volumes.setdefault(name, labels)

    def remove_volume(self, name: str) -> None:
        self._answer()
        self._volumes.pop(name, None)

    def volumes(self, labels: dict[str, str]) -> list[str]:
        self._answer()
        return [n for n, own in self._volumes.items() if labels.items() <= own.items()]

    def volume_sizes(
        self, labels: dict[str, str], seconds: float
    ) -> dict[str, DiskUse]:
        return {name: self.sizes.get(name, DiskUse()) for name in self.volumes(labels)}

    def make_network(self, name: str, labels: dict[str, str]) -> None:
        self._answer()
        self._networks.setdefault(name, labels)

    def remove_network(self, name: str) -> None:
        self._answer()
        self._networks.pop(name, None)

    def networks(self, labels: dict[str, str]) -> list[str]:
        self._answer()
        return [n for n, own in self._networks.items() if labels.items() <= own.items()]

    def talk(self, name: str) -> "FakeStream":
        self._container(name)
        return FakeStream()

    def logs(self, name: str, tail: int) -> bytes:
        self._container(name)
        lines = self.outputs.get(name, b"").splitlines(keepends=True)
        return b"".join(lines[-tail:])

    def log_head(self, name: str, limit: int) -> bytes:
        self._container(name)
        return self.outputs.get(name, b"")[:limit]

    def start_followed(self, name: str) -> Iterator[bytes]:
        self.start(name)
        yield self.outputs.get(name, b"")

    def await_end(self, name: str, seconds: float) -> int:
        return self._container(name).exit_code

    def run(
        self,
        spec: SandboxSpec,
        limit: int,
        seconds: float = 1.0,
        require: Callable[[ContainerFacts | None], None] | None = None,
    ) -> bytes:
        self._answer()
        return b""

    def news(self, labels: dict[str, str], since: float) -> Iterator[ContainerEvent]:
        self._answer()
        while (news := self._news.get()) is not None:
            if labels.items() <= news.labels.items():
                yield news

    def stats(self, name: str) -> Iterator[Reading]:
        self._container(name)
        closed = threading.Event()
        self._streams.append(closed)
        while not closed.is_set():
            facts = self._containers.get(name)
            if facts is None or facts.status not in ("running", "paused"):
                return
            limits = self.specs[name].limits
            idle = Reading(time.time(), 0.0, 1 << 20, limits.memory, 1, limits.pids)
            yield self.uses.get(name, idle)
            closed.wait(0.01)

    def close(self) -> None:
        self._news.put(None)
        while self._streams:
            self._streams.pop().set()

    def image_id(self, reference: str) -> str | None:
        self._answer()
        return f"id-{reference}" if reference in self.images else None

    def image_config(self, reference: str) -> ImageConfig | None:
        found = self.image_id(reference)
        return ImageConfig(found, "amd64", {"PATH": "/bin"}, ()) if found else None

    def image_file(
        self, image: str, path: str, labels: dict[str, str], links: int = 0
    ) -> bytes:
        self._answer()
        if image not in self.images:
            raise Absent(f"docker cp {image}:{path}: no such image: {image}")
        return b"root:x:0:0::/root:/bin/bash\n" if path == "/etc/passwd" else b""

    def attach_argv(self, name: str) -> list[str]:
        return ["fake", "attach", name]

    def start_argv(self, name: str) -> list[str]:
        return ["fake", "start", name]

    def exec_argv(
        self, name: str, argv: list[str], variables: dict[str, str], terminal: bool
    ) -> list[str]:
        return ["fake", "exec", *(["tty"] if terminal else []), name, *argv]

    def exec_status(self, name: str, argv: list[str], seconds: float = 1.0) -> int:
        if self._container(name).status != "running":
            raise ToolError(f"docker exec {name}: it does not run")
        if argv[0] not in self.programs:
            return 127
        return 0 if "bash" in self.programs else 1

    def file_of(self, name: str, path: str) -> bytes:
        self._answer()
        return self.files.get(f"{name}:{path}", b"")

    def exec_answer(
        self, name: str, argv: list[str], question: bytes, seconds: float
    ) -> bytes:
        if self._container(name).status != "running":
            raise ToolError(f"docker exec {name}: it does not run")
        return self.answering(question)

    def open_pipe(self, name: str, argv: list[str]) -> FakePipe:
        if self._container(name).status != "running":
            raise ToolError(f"docker exec {name}: it does not run")
        pipe = FakePipe(argv)
        self.pipes.put(pipe)
        return pipe

    def _answer(self) -> None:
        if self.down:
            raise ToolMissing("docker does not answer at fake://", hint="start it")

    def _container(self, name: str) -> ContainerFacts:
        self._answer()
        if name not in self._containers:
            raise Absent(f"docker: no such container: {name}")
        return self._containers[name]

    def _move(self, name: str, status: str, action: str) -> None:
        moved = replace(self._container(name), status=status)
        self._containers[name] = moved
        self._say(action, moved)

    def _say(self, action: str, facts: ContainerFacts) -> None:
        code = facts.exit_code if action == "die" else None
        self._news.put(
            ContainerEvent(action, facts.name, facts.labels, time.time(), code)
        )


class FakeImages:
    """Images as references with an id; a build makes one of whatever it is given.

    `down` makes every call fail as an engine that went away does; `refusal` is what
    each build fails with.
    """

    def __init__(
        self,
        references: tuple[str, ...] = (),
        labels: dict[str, str] | None = None,
        *,
        down: bool = False,
        refusal: str = "",
    ) -> None:
        """`labels` by reference: an image has one value, whatever the label's name."""
        self.references = set(references)
        self.labels = labels or {}
        self.down, self.refusal = down, refusal
        self.hold = threading.Event()
        """A build ends once it is set, or it is stopped."""
        self.hold.set()
        self.others: list[FakeImages] = []
        self._stopped = threading.Event()
        self.files: dict[str, bytes] = {}
        """Those of the last build, and its arguments."""
        self.arguments: dict[str, str] = {}

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def another(self) -> "FakeImages":
        self.others.append(FakeImages(refusal=self.refusal, down=self.down))
        self.others[-1].references = self.references
        self.others[-1].hold = self.hold
        return self.others[-1]

    def stop(self) -> None:
        self._stopped.set()
        self.hold.set()

    def close(self) -> None:
        """Nothing is open."""

    def image_id(self, reference: str) -> str | None:
        self._answer()
        return f"sha256:{reference}" if reference in self.references else None

    def pull(self, reference: str, seconds: float) -> bool:
        self._answer()
        return False

    def fetch(self, reference: str, seconds: float, progress: Progress) -> None:
        self._answer()
        raise ToolError(f"docker pull {reference}: no such registry")

    def import_tar(self, tar: Path, reference: str) -> None:
        self._answer()
        self.references.add(reference)

    def build(
        self,
        reference: str,
        files: dict[str, bytes],
        arguments: dict[str, str],
        progress: Progress,
    ) -> None:
        self._answer()
        progress(f"Step 1/1 : making {reference}")
        self.hold.wait()
        if self.is_stopped:
            raise Cancelled(f"docker build {reference}: it was ended")
        if self.refusal:
            raise ToolError(f"docker build: {self.refusal}")
        self.files, self.arguments = files, arguments
        self.references.add(reference)

    def build_tar(
        self, reference: str, context: BuildContext, progress: Progress
    ) -> None:
        files = {context.dockerfile: context.tar.read_bytes()}
        self.build(reference, files, context.arguments, progress)

    def tag(self, reference: str, other: str) -> None:
        self._answer()
        self.references.add(other)

    def label(self, reference: str, name: str) -> str:
        self._answer()
        return self.labels.get(reference, "")

    def untag(self, reference: str) -> None:
        self._answer()
        self.references.discard(reference)

    def prune(self, label: str, seconds: float = 0.0) -> None:
        self._answer()

    def layers_size(self) -> int:
        self._answer()
        return 0

    def tagged(self, prefix: str) -> list[ImageFacts]:
        self._answer()
        return [
            ImageFacts(reference, f"sha256:{reference}", 0, 0.0)
            for reference in sorted(self.references)
            if reference.startswith(prefix)
        ]

    def _answer(self) -> None:
        if self.down:
            raise ToolMissing("docker does not answer")


class FakeStream:
    """A container that sends back each line that it receives, as `cat` does."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def send(self, line: str) -> None:
        self._lines.put(line)

    def lines(self) -> Iterator[str]:
        while (line := self._lines.get()) is not None:
            yield line

    def close(self) -> None:
        self._lines.put(None)


class FakePanes:
    """A tmux server of dictionaries; a pane shows the command that it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self._panes: dict[str, PaneFacts] = {}
        self._screens: dict[str, str] = {}

    def open(
        self,
        name: str,
        argv: list[str],
        environment: dict[str, str],
        stays: bool = True,
    ) -> None:
        pane = self._panes.get(name)
        if pane is not None and not pane.dead:
            raise PaneAtWork(f"tmux: the pane {name} is at work already")
        self._panes[name] = PaneFacts(name, False, None, 1)
        self._screens[name] = " ".join(argv)

    def end(self, name: str, exit_code: int) -> None:
        """End a pane as its own program would."""
        self._panes[name] = replace(self._panes[name], dead=True, exit_code=exit_code)

    def close(self, name: str) -> None:
        self._panes.pop(name, None)

    def all(self) -> dict[str, PaneFacts]:
        return dict(self._panes)

    def capture(self, names: list[str], titles: bool = False) -> dict[str, Screen]:
        return {n: Screen(n, self._screens[n]) for n in names if n in self._panes}

    def show(self, name: str, screen: str) -> None:
        """Have the pane's program draw this."""
        self._screens[name] = screen

    def send(self, name: str, text: str, enter: bool) -> None:
        if any((ord(c) < 0x20 and c not in "\n\t") or ord(c) == 0x7F for c in text):
            raise Refused("the text holds control characters")
        if name not in self._panes or self._panes[name].dead:
            raise ToolError(f"tmux: the pane {name} is not at work")
        self.sent.append((name, text))
        self._screens[name] += text

    def attach_argv(self, name: str) -> list[str]:
        return ["fake", "attach", name]

    def kill_server(self) -> None:
        self._panes.clear()


class ChangedEngine:
    """The real engine behind a socket of its own, with some answers changed on the way.

    It stands for an engine of another kind that this machine cannot have: what it says
    of itself and of its containers is changed, and what it does is the real engine's.
    """

    def __init__(self, socket_file: Path, real: str = "/var/run/docker.sock") -> None:
        self.url = f"unix://{socket_file}"
        self.info: dict[str, object] = {}
        """Put over what `info` answers; None takes a key away."""
        self.version: dict[str, object] = {}
        self.host_config: dict[str, object] = {}
        """Put over the settings that `inspect` tells of a container."""
        self.refusals: list[tuple[str, str]] = []
        """A call's path (a regular expression) and the words that it fails with, once
        each."""
        self.refused: list[str] = []
        self.hangs = False
        """It takes calls and answers none, until `close`."""
        self._real = real
        self._ended = threading.Event()
        self._open: set[socket.socket] = set()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(socket_file))
        self._server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more calls, and end those at work."""
        self._ended.set()
        self._server.close()
        for connection in self._open.copy():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        try:
            self._answer_one(client)
        finally:
            self._open.discard(client)

    def _answer_one(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            head, rest = self._head(client)
            if not head:
                return
            if self.hangs:
                self._ended.wait()
                return
            path = head.split(" ")[1]
            refusal = self._refusal(path)
            if refusal:
                client.sendall(_answer(500, {"message": refusal}))
                return
            with socket.socket(socket.AF_UNIX) as real:
                real.connect(self._real)
                real.sendall(_closing(head).encode() + rest)
                change = self._change(path)
                if change:
                    client.sendall(_changed(_read_all(real), change))
                else:
                    _splice(client, real)

    def _head(self, client: socket.socket) -> tuple[str, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = client.recv(1 << 16)
            if not piece:
                return "", b""
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        return head.decode(), rest

    def _refusal(self, path: str) -> str:
        for refusal in self.refusals:
            if re.search(refusal[0], path):
                self.refusals.remove(refusal)
                self.refused.append(path)
                return refusal[1]
        return ""

    def _change(self, path: str) -> Callable[[dict[str, object]], None] | None:
        if re.fullmatch(r"(/v[\d.]+)?/info", path):
            return lambda body: _put_over(body, self.info)
        if re.fullmatch(r"(/v[\d.]+)?/version", path):
            return lambda body: _put_over(body, self.version)
        if self.host_config and re.search(r"/containers/[^/]+/json", path):
            return lambda body: _put_over(
                cast("dict[str, object]", body.get("HostConfig", {})), self.host_config
            )
        return None


def _put_over(body: dict[str, object], changes: dict[str, object]) -> None:
    for key, value in changes.items():
        body[key] = value
        if value is None:
            del body[key]


def _closing(head: str) -> str:
    """The request's head, asking for one answer a connection, unless it upgrades."""
    lines = head.split("\r\n")
    if not any(line.lower().startswith("upgrade:") for line in lines):
        kept = [line for line in lines if not line.lower().startswith("connection:")]
        lines = [*kept, "Connection: close"]
    return "\r\n".join(lines) + "\r\n\r\n"


def _read_all(real: socket.socket) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(real)
    answer.begin()
    return answer


def _changed(
    answer: http.client.HTTPResponse, change: Callable[[dict[str, object]], None]
) -> bytes:
    body = json.loads(answer.read())
    if answer.status == http.HTTPStatus.OK:
        change(body)
    return _answer(answer.status, body)


def _answer(status: int, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content


def _splice(client: socket.socket, real: socket.socket) -> None:
    """Carry bytes both ways until the engine ends; a client may end its half before."""

    def upwards() -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(1 << 16):
                real.sendall(piece)
            real.shutdown(socket.SHUT_WR)

    threading.Thread(target=upwards, daemon=True).start()
    while piece := real.recv(1 << 16):
        client.sendall(piece)
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


class FakeLimits:
    """Disks with quotas: what the kernel holds each task to, by its id."""

    def __init__(self) -> None:
        self.held_to: dict[int, Held] = {}

    def held(self, context: object, task: Task) -> Held | None:
        return self.held_to.get(task.id)

    def raise_to(self, context: object, task: Task, limit: int) -> None:
        self.held_to[task.id] = replace(self.held_to[task.id], limit=limit)
