"""Sandboxes as containers of the Docker engine."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import Any

from docker.errors import APIError
from docker.utils.socket import STDOUT

from swarm.adapters.docker import clock, engine_process, output, stats, volumes
from swarm.adapters.docker.attach import DockerStream, attached_frames
from swarm.adapters.docker.connection import SECONDS, Absent, Connection
from swarm.adapters.docker.container_config import create_arguments
from swarm.adapters.docker.dialect import (
    NEEDED_BY_OTHERS,
    Dialect,
    dialect,
    in_docker_s_words,
)
from swarm.adapters.docker.engine_facts import engine_facts
from swarm.adapters.docker.exec import SECONDS as EXEC_SECONDS
from swarm.adapters.docker.exec import exec_answer, exec_status
from swarm.adapters.docker.exec_pipe import DockerPipe
from swarm.adapters.docker.image_file import container_file, image_file
from swarm.adapters.docker.images import image_config, image_id
from swarm.adapters.docker.time_limit import time_limit
from swarm.errors import ProgramFailed, TimedOut, ToolError
from swarm.model.disk_use import DiskUse
from swarm.model.usage import Reading
from swarm.plan.specs import SandboxSpec
from swarm.ports import (
    AttachedStream,
    ContainerEngineFacts,
    ContainerEvent,
    ContainerFacts,
    ImageConfig,
    Pipe,
)

DETACH_KEYS = "ctrl-^,q"
"""Leaves a pane's terminal without ending the agent; unlikely to be typed."""
ERROR_TAIL = 2000
"""Bytes of standard error that are kept of a one-shot container."""
IN_PROGRESS = "already in progress"
"""Part of the refusal to remove a container that is being removed already."""
RUN_SECONDS = 300.0
"""The time limit of a one-shot container, if whoever runs it names no other."""
REMOVE_SECONDS = 20
"""The time limit on another client's removal of a container."""

CONFLICT = 409
"""The status of a call that does not fit the container's state."""


class DockerContainers:
    """Implements `ports.Containers`; one connection, safe for several threads."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds` is the time limit of one call that is not a stream."""
        self._connection = Connection(seconds)
        self._spoken: tuple[Any, Dialect] | None = None
        """The dialect, and the client whose engine speaks it."""
        self._streams: set[Any] = set()
        self._streams_lock = threading.Lock()

    def facts(self) -> ContainerEngineFacts:
        before = time.time()
        with self._connection.call("info") as client:
            info, version = client.info(), client.version()
        ahead = clock.ahead(info.get("SystemTime"), before, time.time())
        url = self._connection.endpoint.url
        facts = engine_facts(info, version, url)
        is_same = engine_process.sees_our_files(url)
        return replace(facts, clock_ahead=ahead, sees_our_files=is_same)

    def create(self, spec: SandboxSpec) -> None:
        with self._connection.call(f"create {spec.name}") as client:
            volumes.require(client, spec)
            client.create_container(
                **create_arguments(spec, client, self._dialect(client))
            )

    def start(self, name: str) -> None:
        with self._connection.call(f"start {name}") as client:
            client.start(name)

    def stop(self, name: str, grace: float) -> None:
        with self._connection.call(f"stop {name}") as client:
            client.stop(name, timeout=int(grace))

    def kill(self, name: str) -> None:
        with (
            self._connection.call(f"kill {name}") as client,
            _ignoring_status(CONFLICT),
        ):
            client.kill(name)

    def pause(self, name: str) -> None:
        with self._connection.call(f"pause {name}") as client:
            if not _state(client.inspect_container(name))["Paused"]:
                client.pause(name)

    def resume(self, name: str) -> None:
        with self._connection.call(f"unpause {name}") as client:
            if _state(client.inspect_container(name))["Paused"]:
                client.unpause(name)

    def inspect(self, name: str) -> ContainerFacts | None:
        try:
            with self._connection.call(f"inspect {name}") as client:
                untyped: Any = client
                raw = in_docker_s_words(
                    untyped.inspect_container(name), self._dialect(client)
                )
        except Absent:
            return None
        state = _state(raw)
        return ContainerFacts(
            name=str(raw["Name"]).lstrip("/"),
            id=str(raw["Id"]),
            labels=dict(raw["Config"].get("Labels") or {}),
            status=str(state["Status"]),
            exit_code=int(state["ExitCode"]),
            oom_killed=bool(state["OOMKilled"]),
            error=str(state.get("Error") or ""),
            raw=raw,
        )

    def all(self, labels: dict[str, str]) -> list[ContainerFacts]:
        with self._connection.call("ps") as client:
            rows = client.containers(
                all=True, filters={"label": _label_filters(labels)}
            )
        return [
            ContainerFacts(
                name=str(row["Names"][0]).lstrip("/"),
                id=str(row["Id"]),
                labels=dict(row.get("Labels") or {}),
                status=str(row["State"]),
            )
            for row in rows
            if row.get("Names")
        ]

    def remove(self, name: str) -> None:
        try:
            with self._connection.call(f"rm {name}") as client:
                lender = self._lender(client, name)
                client.remove_container(name, force=True, v=True)
        except Absent:
            return
        except ToolError as error:
            if NEEDED_BY_OTHERS in error.message:
                # Docker removes it; Podman keeps it until the last of them goes.
                if self._is_up(name):
                    self.kill(name)
                return
            if IN_PROGRESS not in error.message:
                raise
            self._await_removal(name)
            return
        if lender:
            self._remove_ended(lender)

    def _lender(self, client: Any, name: str) -> str:
        """The container whose network this one has, if the engine keeps it for that."""
        if not self._dialect(client).is_podman:
            return ""
        network = str(client.inspect_container(name)["HostConfig"]["NetworkMode"])
        return network.partition("container:")[2]

    def _remove_ended(self, name: str) -> None:
        """Remove a container that was kept for another one's sake and has ended."""
        facts = self.inspect(name)
        if facts and facts.status not in ("created", "running", "paused"):
            self.remove(name)

    def _await_removal(self, name: str) -> None:
        """Wait for another client's removal of the container to end."""
        with suppress(Absent), self._connection.call(f"wait {name}") as client:
            client.wait(name, timeout=REMOVE_SECONDS, condition="removed")

    def make_volume(
        self,
        name: str,
        labels: dict[str, str],
        options: dict[str, str] | None = None,
    ) -> None:
        with self._connection.call(f"volume create {name}") as client:
            client.create_volume(name, labels=labels, driver_opts=options)

    def remove_volume(self, name: str) -> None:
        try:
            with self._connection.call(f"volume rm {name}") as client:
                client.remove_volume(name, force=True)
        except Absent:
            return

    def volumes(self, labels: dict[str, str]) -> list[str]:
        with self._connection.call("volume ls") as client:
            answer = client.volumes(filters={"label": _label_filters(labels)})
        return [str(volume["Name"]) for volume in answer.get("Volumes") or []]

    def volume_sizes(
        self, labels: dict[str, str], seconds: float
    ) -> dict[str, DiskUse]:
        with self._connection.call("volume ls") as client:
            return volumes.volume_sizes(client, _label_filters(labels), seconds)

    def make_network(self, name: str, labels: dict[str, str]) -> None:
        with self._connection.call(f"network create {name}") as client:
            if not client.networks(names=[f"^{name}$"]):
                client.create_network(name, driver="bridge", labels=labels)

    def remove_network(self, name: str) -> None:
        try:
            with self._connection.call(f"network rm {name}") as client:
                client.remove_network(name)
        except Absent:
            return

    def gateway(self, network: str) -> str:
        """This machine's own address on a bridge; ToolError if it has none."""
        with self._connection.call(f"network inspect {network}") as client:
            configs = client.inspect_network(network)["IPAM"]["Config"]
        addresses = [str(each["Gateway"]) for each in configs if "Gateway" in each]
        if not addresses:
            raise ToolError(f"docker network inspect: {network} has no gateway")
        return addresses[0]

    def networks(self, labels: dict[str, str]) -> list[str]:
        with self._connection.call("network ls") as client:
            networks = client.networks(filters={"label": _label_filters(labels)})
        return [str(network["Name"]) for network in networks]

    def logs(self, name: str, tail: int) -> bytes:
        with self._connection.call(f"logs {name}") as client:
            printed = client.logs(name, stdout=True, stderr=True, tail=tail)
        return bytes(printed)

    def log_head(self, name: str, limit: int) -> bytes:
        with self._connection.call(f"logs {name}") as client:
            return _log_head(client, name, limit)

    def start_followed(self, name: str) -> Iterator[bytes]:
        with self._connection.call(f"start {name}") as client:
            stream = output.StartedOutput(client, name)
            with self._closable(stream):
                yield from stream.parts()

    def await_end(self, name: str, seconds: float) -> int:
        with self._connection.call(f"wait {name}") as client:
            return output.await_end(client, name, seconds)

    def talk(self, name: str) -> AttachedStream:
        with self._connection.call(f"attach {name}") as client:
            return DockerStream(client, name)

    def run(
        self,
        spec: SandboxSpec,
        limit: int,
        seconds: float = RUN_SECONDS,
        require: Callable[[ContainerFacts | None], None] | None = None,
    ) -> bytes:
        self.create(spec)
        try:
            if require:
                require(self.inspect(spec.name))
            return self._run_to_end(spec.name, limit, seconds)
        finally:
            self.remove(spec.name)

    def _run_to_end(self, name: str, limit: int, seconds: float) -> bytes:
        printed, errors = bytearray(), bytearray()
        with (
            self._connection.call(f"run {name}") as client,
            attached_frames(client, name) as frames,
        ):
            client.start(name)
            with time_limit(seconds, lambda: self._end(name)) as late:
                for channel, data in frames:
                    if channel == STDOUT:
                        printed += data
                    else:
                        errors = (errors + data)[-ERROR_TAIL:]
                    if len(printed) > limit:
                        raise ToolError(f"docker run {name}: more than {limit} bytes")
                # Its output may have ended before it does.
                patience = int(seconds + SECONDS)
                status = int(client.wait(name, timeout=patience)["StatusCode"])
        if late.is_set():
            raise TimedOut(
                f"docker run {name}: it did not end within {seconds:g} seconds"
            )
        if status:
            raise ProgramFailed(
                f"docker run {name}: exit {status}: "
                f"{' '.join(errors.decode(errors='replace').split())}"
            )
        return bytes(printed)

    def _end(self, name: str) -> None:
        with suppress(ToolError):
            self.kill(name)

    def news(self, labels: dict[str, str], since: float) -> Iterator[ContainerEvent]:
        filters = {"type": "container", "label": _label_filters(labels)}
        with self._connection.call("events") as client:
            stream = client.events(since=int(since), filters=filters, decode=True)
            with self._closable(stream):
                for raw in stream:
                    yield _container_event(raw)

    def stats(self, name: str) -> Iterator[Reading]:
        with (
            self._connection.call(f"stats {name}") as client,
            stats.open_stream(client, name) as stream,
            self._closable(stream),
        ):
            for raw in stream:
                reading = stats.parse_reading(raw)
                if reading is not None:
                    yield reading
                elif not self._is_up(name):
                    return

    def _dialect(self, client: Any) -> Dialect:
        if self._spoken is None or self._spoken[0] is not client:
            self._spoken = (client, dialect(client.info(), client.version()))
        return self._spoken[1]

    def _is_up(self, name: str) -> bool:
        facts = self.inspect(name)
        return facts is not None and facts.status in ("running", "paused")

    @contextmanager
    def _closable(self, stream: Any) -> Iterator[None]:
        """Let `close` end the stream for as long as the block runs."""
        with self._streams_lock:
            self._streams.add(stream)
        try:
            yield
        finally:
            with self._streams_lock:
                self._streams.discard(stream)

    def close(self) -> None:
        with self._streams_lock:
            streams = list(self._streams)
        for stream in streams:
            stream.close()
        self._connection.close()

    def image_id(self, reference: str) -> str | None:
        return image_id(self._connection, reference)

    def image_config(self, reference: str) -> ImageConfig | None:
        return image_config(self._connection, reference)

    def image_file(
        self, image: str, path: str, labels: dict[str, str], links: int = 0
    ) -> bytes:
        with self._connection.call(f"cp {image}:{path}") as client:
            return image_file(client, image, path, labels, links)

    def attach_argv(self, name: str) -> list[str]:
        return [
            *self._connection.endpoint.argv,
            "attach",
            f"--detach-keys={DETACH_KEYS}",
            name,
        ]

    def start_argv(self, name: str) -> list[str]:
        return [
            *self._connection.endpoint.argv,
            "start",
            "--attach",
            "--interactive",
            f"--detach-keys={DETACH_KEYS}",
            name,
        ]

    def exec_argv(
        self, name: str, argv: list[str], variables: dict[str, str], terminal: bool
    ) -> list[str]:
        settings = [f"--env={key}={value}" for key, value in variables.items()]
        tty = ["--tty", f"--detach-keys={DETACH_KEYS}"] if terminal else []
        return [
            *self._connection.endpoint.argv,
            "exec",
            "--interactive",
            *tty,
            *settings,
            name,
            *argv,
        ]

    def exec_status(
        self, name: str, argv: list[str], seconds: float = EXEC_SECONDS
    ) -> int:
        with self._connection.call(f"exec {name}") as client:
            return exec_status(client, name, argv, seconds)

    def file_of(self, name: str, path: str) -> bytes:
        with self._connection.call(f"cp {name}") as client:
            return container_file(client, name, path)

    def open_pipe(self, name: str, argv: list[str]) -> Pipe:
        with self._connection.call(f"exec {name}") as client:
            return DockerPipe(client, name, argv)

    def exec_answer(
        self, name: str, argv: list[str], question: bytes, seconds: float
    ) -> bytes:
        with self._connection.call(f"exec {name}") as client:
            return exec_answer(client, name, argv, question, seconds)


class _ignoring_status:
    """Ignores one error status: the container is in the requested state already."""

    def __init__(self, status: int) -> None:
        self._status = status

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _tb: object) -> bool:
        return isinstance(error, APIError) and error.status_code == self._status


def _state(raw: dict[str, Any]) -> dict[str, Any]:
    return dict(raw["State"])


def _label_filters(labels: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in labels.items()]


_EXIT_CODE = re.compile(r"-?[0-9]{1,9}")


def _container_event(raw: dict[str, Any]) -> ContainerEvent:
    attributes = dict((raw.get("Actor") or {}).get("Attributes") or {})
    # An image's label of that name stands in its place.
    code = str(attributes.get("exitCode", ""))
    return ContainerEvent(
        action=str(raw.get("Action") or "").split(":")[0],
        name=str(attributes.get("name", "")),
        labels=attributes,
        at=float(raw.get("timeNano", 0)) / 1e9,
        exit_code=int(code) if _EXIT_CODE.fullmatch(code) else None,
    )


def _log_head(client: Any, name: str, limit: int) -> bytes:
    # Not `client.logs`: it leaves an answer open that is not read to its end.
    output, both = bytearray(), {"stdout": 1, "stderr": 1}
    url = client._url("/containers/{0}/logs", name)
    with closing(client._get(url, params=both, stream=True)) as answer:
        client._raise_for_status(answer)
        for part in client._get_result_tty(True, answer, client._check_is_tty(name)):
            output += part
            if len(output) >= limit:
                break
    return bytes(output[:limit])
