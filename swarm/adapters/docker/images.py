"""The engine's images: pulled, imported or built, with visible progress."""

import gzip
import io
import tarfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests.exceptions
from docker.errors import APIError, DockerException
from docker.types import CancellableStream

from swarm.adapters.docker import build_context, buildkit
from swarm.adapters.docker.connection import SECONDS, Absent, Connection
from swarm.adapters.docker.dialect import short_name
from swarm.adapters.docker.pull import pull, split_reference
from swarm.adapters.user_network import parent_proxy
from swarm.errors import Cancelled, ToolError
from swarm.plan.gate_containers import HOST_ADDRESS, HOST_NAME
from swarm.ports import BuildContext, ImageConfig, ImageFacts, Progress

_OF_THE_ENGINE = ("Removing intermediate container", "--->")
"""Lines of a build that tell nothing of a failure."""
BUILD_SECONDS = 1800
"""The time limit between two lines of a build."""


class DockerImages:
    """Implements `ports.Images`."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds` is the time limit of one call that is not a stream."""
        self._seconds = seconds
        self._connection = Connection(seconds)
        self._streams = set[Any]()
        self._lock = threading.Lock()
        self._end: Future[None] = Future()
        """Done once `stop` was called."""

    @property
    def is_stopped(self) -> bool:
        return self._end.done()

    def another(self) -> "DockerImages":
        return DockerImages(self._seconds)

    def stop(self) -> None:
        with self._lock:
            if not self._end.done():
                self._end.set_result(None)
            streams = list(self._streams)
        for answer in streams:
            _hang_up(answer)

    @contextmanager
    def _stoppable(self, label: str) -> Iterator[Any]:
        """The client for a call that `stop` ends; Cancelled then, whatever it says."""
        mine = list[Any]()

        def began(answer: Any) -> None:
            mine.append(answer)
            with self._lock:
                self._streams.add(answer)
            if self.is_stopped:
                _hang_up(answer)

        try:
            self._require_wanted(label)
            with self._connection.call(label) as client:
                untyped: Any = client
                untyped.on_stream = began
                yield client
        except ToolError:
            # A connection that was cut is the end that was asked for.
            self._require_wanted(label)
            raise
        finally:
            with self._lock:
                self._streams.difference_update(mine)
        self._require_wanted(label)

    def _require_wanted(self, label: str) -> None:
        if self.is_stopped:
            raise Cancelled(f"docker {label}: it was ended before it was done")

    def close(self) -> None:
        """Hang up; the next call connects again."""
        self._connection.close()

    def image_id(self, reference: str) -> str | None:
        return image_id(self._connection, reference)

    def pull(self, reference: str, seconds: float) -> bool:
        try:
            self.fetch(reference, seconds, _untold)
        except ToolError:
            return False
        return True

    def fetch(self, reference: str, seconds: float, progress: Progress) -> None:
        fetched: Future[None] = Future()

        def fetch() -> None:
            try:
                self._fetch(reference, seconds, progress)
            except BaseException as error:  # noqa: BLE001 - whoever waits has it
                fetched.set_exception(error)
            else:
                fetched.set_result(None)

        # The engine answers nothing until the registry does, so there is no stream
        # that can be hung up: it is left behind, and ends after `seconds`.
        threading.Thread(target=fetch, name="pull", daemon=True).start()
        wait((fetched, self._end), return_when=FIRST_COMPLETED)
        if not fetched.done():
            self._require_wanted(f"pull {reference}")
        fetched.result()

    def _fetch(self, reference: str, seconds: float, progress: Progress) -> None:
        with self._stoppable(f"pull {reference}") as client:
            try:
                pull(client, reference, seconds, progress)
            except (APIError, requests.exceptions.RequestException) as error:
                raise ToolError(f"docker pull {reference}: {error}") from error
        if self.image_id(reference) is None:
            raise ToolError(f"docker pull {reference}: the engine took no image")

    def import_tar(self, tar: Path, reference: str) -> None:
        name, tag = split_reference(reference)
        with self._stoppable(f"import {reference}") as client:
            client.import_image_from_file(str(tar), repository=name, tag=tag)
        if self.image_id(reference) is None:
            raise ToolError(f"docker import {reference}: the engine took no image")

    def build(
        self,
        reference: str,
        files: dict[str, bytes],
        arguments: dict[str, str],
        progress: Progress,
    ) -> None:
        with self._stoppable(f"build {reference}") as client:
            lines = client.build(
                fileobj=_build_context(files),
                custom_context=True,
                encoding="gzip",
                tag=reference,
                buildargs=arguments,
                extra_hosts=_hosts(arguments),
                rm=True,
                forcerm=True,
                decode=True,
                timeout=BUILD_SECONDS,
            )
            _follow(lines, reference, arguments, progress)

    def build_tar(
        self, reference: str, context: BuildContext, progress: Progress
    ) -> None:
        text = build_context.text_in(context.tar, context.dockerfile)
        if buildkit.is_needed(text):
            buildkit.build(self._connection.endpoint.argv, reference, context, progress)
            return
        with (
            self._stoppable(f"build {reference}") as client,
            context.tar.open("rb") as tar,
        ):
            lines = client.build(
                fileobj=tar,
                custom_context=True,
                dockerfile=context.dockerfile,
                target=context.target,
                tag=reference,
                buildargs=context.arguments,
                rm=True,
                forcerm=True,
                decode=True,
                timeout=BUILD_SECONDS,
            )
            _follow(lines, reference, context.arguments, progress)

    def tag(self, reference: str, other: str) -> None:
        repository, _, tag = other.rpartition(":")
        with self._connection.call(f"tag {reference}") as client:
            client.tag(reference, repository, tag)

    def label(self, reference: str, name: str) -> str:
        try:
            with self._connection.call(f"image inspect {reference}") as client:
                untyped: Any = client
                labels = untyped.inspect_image(reference)["Config"].get("Labels")
        except Absent:
            return ""
        return str((labels or {}).get(name, ""))

    def untag(self, reference: str) -> None:
        with self._connection.call(f"rmi {reference}") as client:
            client.remove_image(reference)

    def prune(self, label: str, seconds: float = 0.0) -> None:
        # Not the engine's own prune: it refuses all but one at a time, of any label.
        filters = {"dangling": True, "label": [label]}
        with self._connection.call("image ls") as client:
            rows = client.images(filters=filters)
        youngest = time.time() - seconds
        for row in rows:
            if float(row["Created"]) <= youngest:
                self._remove_unused(str(row["Id"]))

    def _remove_unused(self, image_id: str) -> None:
        with self._connection.call(f"rmi {image_id}") as client:
            try:
                client.remove_image(image_id)
            except APIError as error:
                # Gone already, or a build or a container stands on it.
                if error.status_code not in (404, 409):
                    raise

    def layers_size(self) -> int:
        with self._connection.call("system df") as client:
            return int(client.df()["LayersSize"] or 0)

    def tagged(self, prefix: str) -> list[ImageFacts]:
        with self._connection.call("image ls") as client:
            rows = client.images()
        return [
            ImageFacts(
                tag,
                str(row["Id"]),
                int(row["Size"]),
                float(row["Created"]),
                dict(row.get("Labels") or {}),
            )
            for row in rows
            for tag in map(short_name, row.get("RepoTags") or [])
            if tag.startswith(prefix)
        ]


def _hang_up(answer: Any) -> None:
    """End an answer that is being read, and with it what the engine does for it."""
    with suppress(OSError, ValueError, AttributeError, DockerException):
        untyped: Any = CancellableStream
        untyped(iter(()), answer).close()


def _untold(_line: str) -> None:
    """Let a line of a pull go: nobody waits for it."""


def image_id(connection: Connection, reference: str) -> str | None:
    """The id of a local image, or None."""
    try:
        with connection.call(f"image inspect {reference}") as client:
            untyped: Any = client
            return str(untyped.inspect_image(reference)["Id"])
    except Absent:
        return None


def image_config(connection: Connection, reference: str) -> ImageConfig | None:
    """What a local image says of itself, or None."""
    try:
        with connection.call(f"image inspect {reference}") as client:
            untyped: Any = client
            raw = untyped.inspect_image(reference)
    except Absent:
        return None
    config = raw.get("Config") or {}
    pairs = (str(entry).partition("=") for entry in config.get("Env") or ())
    return ImageConfig(
        id=str(raw["Id"]),
        architecture=str(raw.get("Architecture") or ""),
        environment={name: value for name, _, value in pairs},
        volumes=tuple(str(volume) for volume in config.get("Volumes") or ()),
        user=str(config.get("User") or ""),
        entrypoint=_words(config.get("Entrypoint")),
        command=_words(config.get("Cmd")),
        health=_words((config.get("Healthcheck") or {}).get("Test")),
    )


def _words(words: Any) -> tuple[str, ...]:
    return tuple(map(str, words or ()))


def _hosts(arguments: dict[str, str]) -> dict[str, str] | None:
    """The name of this machine, if an argument uses it: not every engine knows it."""
    if any(HOST_NAME in value for value in arguments.values()):
        return {HOST_NAME: HOST_ADDRESS}
    return None


def _build_context(files: dict[str, bytes]) -> io.BytesIO:
    """A gzipped tar; equal files give equal bytes, so that the build cache can hit."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), 0o644
            tar.addfile(entry, io.BytesIO(files[name]))
    buffer.seek(0)
    return buffer


def _follow(
    lines: Iterable[dict[str, Any]],
    reference: str,
    arguments: dict[str, str],
    progress: Progress,
) -> None:
    """Tell what a build prints; ToolError with its error."""
    tail = error = ""
    # The stream is read to its end, or its socket would stay open.
    for line in lines:
        text = _report(line, arguments, progress)
        tail = tail if not text or text.startswith(_OF_THE_ENGINE) else text
        failure = str(line.get("error") or "").strip()
        error = error or parent_proxy.masked(failure, arguments)
    if error:
        raise ToolError(
            f"docker build {reference}: {error}",
            hint=f"the last line before it: {tail}",
        )


def _report(line: dict[str, Any], arguments: dict[str, str], progress: Progress) -> str:
    text = str(line.get("stream") or line.get("status") or "").strip()
    text = parent_proxy.masked(text, arguments)
    if text:
        progress(text)
    return text
