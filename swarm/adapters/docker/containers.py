"""Sandboxes as containers of the Docker engine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from docker.errors import APIError
from docker.utils.socket import STDOUT

from swarm.adapters.docker import stats
from swarm.adapters.docker.attach import DockerStream, attached
from swarm.adapters.docker.connection import SECONDS, Absent, Connection
from swarm.adapters.docker.container_config import container
from swarm.adapters.docker.images import image_id
from swarm.errors import ToolError
from swarm.model.usage import Reading
from swarm.plan.specs import SandboxSpec
from swarm.ports import (
    AttachedStream,
    ContainerEngineFacts,
    ContainerEvent,
    ContainerFacts,
)

DETACH_KEYS = "ctrl-^,q"
"""Leaves a pane's terminal without ending the agent; unlikely to be typed."""
REMOVING = "already in progress"
"""How the engine says that it removes a container for somebody else."""
REMOVE_SECONDS = 20

NOT_MODIFIED, CONFLICT = 304, 409


class DockerContainers:
    """Implements `ports.Sandboxes`; one connection, safe for several threads."""

    def __init__(self) -> None:
        self._to = Connection()
        self._streams: set[Any] = set()
        self._guard = threading.Lock()

    def facts(self) -> ContainerEngineFacts:
        with self._to.call("info") as client:
            info = client.info()
        security = [str(option) for option in info.get("SecurityOptions") or []]
        return ContainerEngineFacts(
            version=str(info["ServerVersion"]),
            rootless=any("rootless" in option for option in security),
            cgroup=str(info.get("CgroupVersion") or "1"),
            storage=str(info["Driver"]),
            runtimes=tuple(sorted(info.get("Runtimes") or {})),
            seccomp=any("seccomp" in option for option in security),
            endpoint=self._to.endpoint.url,
            root=str(info.get("DockerRootDir") or ""),
        )

    def create(self, spec: SandboxSpec) -> None:
        with self._to.call(f"create {spec.name}") as client:
            client.create_container(**container(spec, client))

    def start(self, name: str) -> None:
        with self._to.call(f"start {name}") as client:
            client.start(name)

    def stop(self, name: str, grace: float) -> None:
        with self._to.call(f"stop {name}") as client:
            client.stop(name, timeout=int(grace))

    def kill(self, name: str) -> None:
        with self._to.call(f"kill {name}") as client, _ignoring_status(CONFLICT):
            client.kill(name)

    def pause(self, name: str) -> None:
        with self._to.call(f"pause {name}") as client:
            if not _state(client.inspect_container(name))["Paused"]:
                client.pause(name)

    def resume(self, name: str) -> None:
        with self._to.call(f"unpause {name}") as client:
            if _state(client.inspect_container(name))["Paused"]:
                client.unpause(name)

    def inspect(self, name: str) -> ContainerFacts | None:
        try:
            with self._to.call(f"inspect {name}") as client:
                raw = client.inspect_container(name)
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
        with self._to.call("ps") as client:
            rows = client.containers(all=True, filters={"label": _wanted(labels)})
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
            with self._to.call(f"rm {name}") as client:
                client.remove_container(name, force=True, v=True)
        except Absent:
            return
        except ToolError as error:
            if REMOVING not in error.message:
                raise
            self._await_gone(name)

    def _await_gone(self, name: str) -> None:
        """Somebody else removes it already."""
        with suppress(Absent), self._to.call(f"wait {name}") as client:
            client.wait(name, timeout=REMOVE_SECONDS, condition="removed")

    def make_volume(self, name: str, labels: dict[str, str]) -> None:
        with self._to.call(f"volume create {name}") as client:
            client.create_volume(name, labels=labels)

    def remove_volume(self, name: str) -> None:
        try:
            with self._to.call(f"volume rm {name}") as client:
                client.remove_volume(name, force=True)
        except Absent:
            return

    def volumes(self, labels: dict[str, str]) -> list[str]:
        with self._to.call("volume ls") as client:
            answer = client.volumes(filters={"label": _wanted(labels)})
        return [str(volume["Name"]) for volume in answer.get("Volumes") or []]

    def make_network(self, name: str, labels: dict[str, str]) -> None:
        with self._to.call(f"network create {name}") as client:
            if not client.networks(names=[f"^{name}$"]):
                client.create_network(name, driver="bridge", labels=labels)

    def remove_network(self, name: str) -> None:
        try:
            with self._to.call(f"network rm {name}") as client:
                client.remove_network(name)
        except Absent:
            return

    def networks(self, labels: dict[str, str]) -> list[str]:
        with self._to.call("network ls") as client:
            found = client.networks(filters={"label": _wanted(labels)})
        return [str(network["Name"]) for network in found]

    def logs(self, name: str, tail: int) -> bytes:
        with self._to.call(f"logs {name}") as client:
            said = client.logs(name, stdout=True, stderr=True, tail=tail)
        return bytes(said)

    def talk(self, name: str) -> AttachedStream:
        with self._to.call(f"attach {name}") as client:
            return DockerStream(client, name)

    def run(self, spec: SandboxSpec, limit: int) -> bytes:
        self.create(spec)
        try:
            return self._printed(spec.name, limit)
        finally:
            self.remove(spec.name)

    def _printed(self, name: str, limit: int) -> bytes:
        out, err = bytearray(), bytearray()
        with self._to.call(f"run {name}") as client:
            with attached(client, name) as frames:
                client.start(name)
                for channel, data in frames:
                    if channel == STDOUT:
                        out += data
                    else:
                        err = (err + data)[-2000:]
                    if len(out) > limit:
                        raise ToolError(f"docker run {name}: more than {limit} bytes")
            status = int(client.wait(name, timeout=int(SECONDS))["StatusCode"])
        if status:
            raise ToolError(
                f"docker run {name}: exit {status}: "
                f"{' '.join(err.decode(errors='replace').split())}"
            )
        return bytes(out)

    def news(self, labels: dict[str, str], since: float) -> Iterator[ContainerEvent]:
        filters = {"type": "container", "label": _wanted(labels)}
        with self._to.call("events") as client:
            stream = client.events(since=int(since), filters=filters, decode=True)
            with self._closable(stream):
                for raw in stream:
                    yield _news(raw)

    def stats(self, name: str) -> Iterator[Reading]:
        with (
            self._to.call(f"stats {name}") as client,
            stats.opened(client, name) as stream,
            self._closable(stream),
        ):
            for raw in stream:
                found = stats.reading(raw)
                if found is not None:
                    yield found
                elif not self._is_up(name):
                    return

    def _is_up(self, name: str) -> bool:
        facts = self.inspect(name)
        return facts is not None and facts.status in ("running", "paused")

    @contextmanager
    def _closable(self, stream: Any) -> Iterator[None]:
        """While inside, `close` ends the stream."""
        with self._guard:
            self._streams.add(stream)
        try:
            yield
        finally:
            with self._guard:
                self._streams.discard(stream)

    def close(self) -> None:
        with self._guard:
            streams = list(self._streams)
        for stream in streams:
            stream.close()
        self._to.close()

    def image_id(self, reference: str) -> str | None:
        return image_id(self._to, reference)

    def attach_argv(self, name: str) -> list[str]:
        return [*self._to.endpoint.argv, "attach", f"--detach-keys={DETACH_KEYS}", name]

    def start_argv(self, name: str) -> list[str]:
        return [
            *self._to.endpoint.argv,
            "start",
            "--attach",
            "--interactive",
            f"--detach-keys={DETACH_KEYS}",
            name,
        ]


class _ignoring_status:
    """Lets one status of the engine's pass: what was asked for is so already."""

    def __init__(self, status: int) -> None:
        self._status = status

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _tb: object) -> bool:
        return isinstance(error, APIError) and error.status_code == self._status


def _state(raw: dict[str, Any]) -> dict[str, Any]:
    return dict(raw["State"])


def _wanted(labels: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in labels.items()]


def _news(raw: dict[str, Any]) -> ContainerEvent:
    attributes = dict((raw.get("Actor") or {}).get("Attributes") or {})
    code = attributes.get("exitCode", "")
    return ContainerEvent(
        action=str(raw.get("Action") or "").split(":")[0],
        name=str(attributes.get("name", "")),
        labels=attributes,
        at=float(raw.get("timeNano", 0)) / 1e9,
        exit_code=int(code) if code.lstrip("-").isdigit() else None,
    )
