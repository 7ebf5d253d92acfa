"""Protocols of the tools that the engine uses; adapters and fakes keep to these."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from swarm.model.disk_use import DiskUse
from swarm.model.usage import Reading
from swarm.plan.specs import SandboxSpec

Progress = Callable[[str], None]
"""Called with one line of what is being done; the line may hold foreign bytes."""


@dataclass(frozen=True, slots=True)
class Enforcement:
    """The limits that a container engine can hold its containers to."""

    memory: bool = True
    swap: bool = True
    pids: bool = True
    cpus: bool = True


@dataclass(frozen=True, slots=True)
class ContainerEngineFacts:
    """The container engine's description of itself."""

    version: str
    rootless: bool
    cgroup: str
    """`1` or `2`."""
    storage: str
    runtimes: tuple[str, ...]
    seccomp: bool
    endpoint: str
    """The address it answers at, for panes (`docker -H`) and for the human."""
    root: str = ""
    """The engine's data directory; its disk is what fills."""
    kernel: str = ""
    """The release of the kernel that containers run on."""
    clock_ahead: float | None = None
    """Seconds that its clock is ahead of this machine's; None if it does not tell."""
    product: str = "Docker"
    """Docker or Podman."""
    api: tuple[int, int] = (0, 0)
    """The version of its API; zeros if it does not say."""
    system: str = "linux"
    """The operating system of its containers."""
    architecture: str = ""
    """The processor, as images name it: `amd64`, `arm64`; empty if unknown."""
    host_name: str = ""
    """What its machine calls itself; another than this one's for a virtual machine."""
    remapped: bool = False
    """True if a container's users are others on the machine (`userns-remap`)."""
    first_ids: tuple[int, int] | None = None
    """The machine's uid and gid that 0:0 of a container is, if remapped and known."""
    selinux: bool = False
    """True if SELinux confines containers: they see files with their label only."""
    bounded_logs: bool = True
    """True if it can keep a container's output and bound it."""
    enforces: Enforcement = Enforcement()
    default_runtime: str = ""
    """What runs a container that names no runtime; empty if it does not say."""
    sees_our_files: bool = False
    """True if its process is known to be in this one's mount namespace."""


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """The state of one container of ours, as the engine reports it."""

    name: str
    id: str
    labels: dict[str, str]
    status: str
    """created, running, paused, restarting, exited, dead."""
    exit_code: int = 0
    oom_killed: bool = False
    error: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    """The engine's whole answer, as `docker inspect` prints it."""


@dataclass(frozen=True, slots=True)
class ContainerEvent:
    """One line of the engine's event stream that concerns a container of ours."""

    action: str
    """start, die, oom, pause, unpause, destroy, kill."""
    name: str
    labels: dict[str, str]
    at: float
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What an image says of itself."""

    id: str
    architecture: str
    """`amd64`, `arm64` …"""
    environment: dict[str, str]
    volumes: tuple[str, ...]
    """The places of its own volumes."""
    user: str = ""
    """Whom its programs run as, and the next lines of a Dockerfile; empty is root."""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    """What follows the entrypoint, if nothing else is said."""
    health: tuple[str, ...] = ()
    """Its own check, as a Dockerfile has it: `CMD` and words, `CMD-SHELL` and one."""


class AttachedStream(Protocol):
    """Lines to and from a container that runs; ToolError and ToolMissing."""

    def send(self, line: str) -> None:
        """Write one line to its standard input; safe for several threads."""

    def lines(self) -> Iterator[str]:
        """The lines of its standard output from now on; ends when it does."""

    def close(self) -> None:
        """Hang up; the container goes on, and `lines` ends."""


class Pipe(Protocol):
    """A program that runs in a container, on input and output of ours."""

    def fileno(self) -> int:
        """The descriptor that becomes readable."""

    def read(self) -> bytes | None:
        """What it printed, never blocking; empty for nothing, None at its end."""

    def send(self, data: bytes) -> None:
        """Write to its input; ToolError if it is gone, or does not read."""

    def offer(self, data: memoryview) -> int:
        """Write what it takes now, never blocking; how much; OSError once it is gone.

        The descriptor becomes writable when it takes more.
        """

    def close(self) -> None:
        """Hang up; its input ends."""


class Containers(Protocol):
    """The container engine. Every call blocks, within a time limit.

    All raise ToolError, and ToolMissing if no engine answers.
    """

    def facts(self) -> ContainerEngineFacts:
        """Ask the engine about itself."""

    def create(self, spec: SandboxSpec) -> None:
        """Make the container; refuses a name that exists and an image that does not.

        ToolError, too, if a volume that it mounts by name was not made before.
        """

    def start(self, name: str) -> None:
        """Run a created or stopped container."""

    def stop(self, name: str, grace: float) -> None:
        """TERM, `grace` seconds, KILL; blocks until it ended. Fine if it had ended."""

    def kill(self, name: str) -> None:
        """KILL at once; fine if it had ended."""

    def pause(self, name: str) -> None:
        """Freeze every process; fine if it is frozen."""

    def resume(self, name: str) -> None:
        """Let a frozen container run; fine if it runs."""

    def inspect(self, name: str) -> ContainerFacts | None:
        """The facts of the container, or None if there is none."""

    def all(self, labels: dict[str, str]) -> list[ContainerFacts]:
        """Every container that bears these labels, running or not (`raw` is empty)."""

    def remove(self, name: str) -> None:
        """Kill and remove; fine if there is none."""

    def remove_volume(self, name: str) -> None:
        """Remove a volume; fine if there is none."""

    def volumes(self, labels: dict[str, str]) -> list[str]:
        """Names of the volumes that bear these labels."""

    def volume_sizes(
        self, labels: dict[str, str], seconds: float
    ) -> dict[str, DiskUse]:
        """What these volumes take, by name; one of no known size is left out.

        Blocks for `seconds` a volume at most, or for one answer of the engine.
        """

    def make_volume(
        self,
        name: str,
        labels: dict[str, str],
        options: dict[str, str] | None = None,
    ) -> None:
        """Make a volume; fine if it exists.

        With `options` it is what they name: a folder, or layers; see `plan.warm_box`.
        """

    def make_network(self, name: str, labels: dict[str, str]) -> None:
        """Make a bridge network with a way out; fine if it exists."""

    def remove_network(self, name: str) -> None:
        """Remove a network; fine if there is none."""

    def networks(self, labels: dict[str, str]) -> list[str]:
        """Names of the networks that bear these labels."""

    def logs(self, name: str, tail: int) -> bytes:
        """The last lines of a container's output, raw."""

    def log_head(self, name: str, limit: int) -> bytes:
        """The first bytes of a container's output, as far as it is kept, raw."""

    def start_followed(self, name: str) -> Iterator[bytes]:
        """Run a created container without a terminal; all that it prints, raw.

        Blocks between. Ends when the container does, the engine goes away, or `close`
        is called.
        """

    def await_end(self, name: str, seconds: float) -> int:
        """The exit status of a container; blocks until it has ended.

        TimedOut if it runs longer.
        """

    def talk(self, name: str) -> AttachedStream:
        """Attach to a running container that `listens`; hang up with `close`."""

    def run(
        self,
        spec: SandboxSpec,
        limit: int,
        seconds: float = ...,
        require: Callable[[ContainerFacts | None], None] | None = None,
    ) -> bytes:
        """Run a one-shot container without a terminal and return what it printed.

        Removed afterwards. ToolError on another exit status than 0 (with the tail
        of its standard error) and if it prints more than `limit` bytes; TimedOut if it
        runs longer. `require` sees the container before anything runs in it.
        """

    def news(self, labels: dict[str, str], since: float) -> Iterator[ContainerEvent]:
        """The engine's events for containers with these labels; blocks between them.

        Ends when the engine goes away or `close` is called.
        """

    def stats(self, name: str) -> Iterator[Reading]:
        """A running container's use of resources, about once a second; blocks between.

        Ends when the container does, the engine goes away, or `close` is called.
        """

    def close(self) -> None:
        """End every stream of `news` and `stats`, and let go of the engine."""

    def image_id(self, reference: str) -> str | None:
        """The id of a local image, or None."""

    def image_config(self, reference: str) -> ImageConfig | None:
        """What a local image says of itself, or None."""

    def image_file(
        self, image: str, path: str, labels: dict[str, str], links: int = 0
    ) -> bytes:
        """A regular file of a local image, cut at 1 MiB; empty if it has none there.

        So many links are followed, inside the image.

        A container with these labels is made for it, never started, and removed.
        """

    def attach_argv(self, name: str) -> list[str]:
        """The command that shows a running container's terminal, detachable."""

    def start_argv(self, name: str) -> list[str]:
        """The command that starts a created container and shows its terminal."""

    def exec_argv(
        self, name: str, argv: list[str], variables: dict[str, str], terminal: bool
    ) -> list[str]:
        """The command that runs a program in a running container, as the container's
        user and with its limits; its exit status is the program's."""

    def exec_status(self, name: str, argv: list[str], seconds: float = ...) -> int:
        """Run a short program in a running container, unseen; its exit status.

        126 or 127 if it cannot be run there. ToolError if the container does not run;
        TimedOut if the program runs longer.
        """

    def file_of(self, name: str, path: str) -> bytes:
        """The first bytes of a file in a container, running or not, or its volumes.

        Empty for what is no regular file, a link included, and for what is not there.
        """

    def open_pipe(self, name: str, argv: list[str]) -> Pipe:
        """Start a program that is spoken with until one side hangs up."""

    def exec_answer(
        self, name: str, argv: list[str], question: bytes, seconds: float
    ) -> bytes:
        """Run a program that reads one line and writes one; its line.

        Neither is in any log of the engine's, nor in what it tells of the container.
        Empty if the program says nothing. ToolError if the container does not run;
        TimedOut if the program takes longer.
        """


@dataclass(frozen=True, slots=True)
class PaneFacts:
    """The state of one pane of ours, as tmux reports it."""

    name: str
    dead: bool
    exit_code: int | None
    """128 plus the number of the signal that ended it, if one did; None while it lives,
    and if tmux is too old to report a signal (3.2)."""
    pid: int


@dataclass(frozen=True, slots=True)
class Screen:
    """A pane's visible text, with SGR sequences only; agent bytes, not sanitised."""

    name: str
    text: str
    title: str = ""
    """The title that its program gave the terminal; empty if it was not asked for."""
    is_viewed: bool = False
    """A terminal shows it at this moment."""


class Panes(Protocol):
    """The private tmux server. Every call blocks, within a time limit (ToolError)."""

    def open(
        self,
        name: str,
        argv: list[str],
        environment: dict[str, str],
        stays: bool = True,
    ) -> None:
        """Run a command in a window of its own; replaces a dead one of that name.

        The window goes with its command unless it `stays`.
        """

    def close(self, name: str) -> None:
        """Close the window; fine if there is none."""

    def all(self) -> dict[str, PaneFacts]:
        """Every pane by name; empty if the server is gone. One call to tmux."""

    def capture(self, names: list[str], titles: bool = False) -> dict[str, Screen]:
        """The screens of these panes, in one call to tmux; absent ones are left out."""

    def send(self, name: str, text: str, enter: bool) -> None:
        """Paste text (bracketed), then Enter separately, after the agent's delay."""

    def attach_argv(self, name: str) -> list[str]:
        """The command that shows this pane full screen; `Ctrl+Q` leaves it."""

    def kill_server(self) -> None:
        """End the private server and every pane; sandboxes go on."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """One local image."""

    reference: str
    id: str
    size: int
    """Bytes, layers shared with others included."""
    created: float
    """Seconds since the epoch."""
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuildContext:
    """What a build of a project's own Dockerfile is given."""

    tar: Path
    dockerfile: str
    """Its path in the tar."""
    target: str = ""
    """The stage that counts; empty for the last."""
    arguments: dict[str, str] = field(default_factory=dict)


class Images(Protocol):
    """The engine's images. Every call blocks, some for minutes; ToolError."""

    @property
    def is_stopped(self) -> bool:
        """True once `stop` was called."""

    def another(self) -> "Images":
        """The same engine by a connection of its own, which `stop` ends alone."""

    def stop(self) -> None:
        """End a build, pull or import under way; from now on each is Cancelled.

        Called from another thread; the engine keeps nothing half-made.
        """

    def image_id(self, reference: str) -> str | None:
        """The id of a local image, or None."""

    def close(self) -> None:
        """Let go of the engine; a later call connects anew."""

    def pull(self, reference: str, seconds: float) -> bool:
        """Fetch an image; False if no registry gives it within the time."""

    def fetch(self, reference: str, seconds: float, progress: Progress) -> None:
        """Fetch an image; ToolError, with the registry's words, if it cannot be had.

        `seconds` is the longest silence.
        """

    def import_tar(self, tar: Path, reference: str) -> None:
        """Make an image of a root file system."""

    def build(
        self,
        reference: str,
        files: dict[str, bytes],
        arguments: dict[str, str],
        progress: Progress,
    ) -> None:
        """Build from a context held in memory; its Dockerfile is among the files."""

    def build_tar(
        self, reference: str, context: BuildContext, progress: Progress
    ) -> None:
        """Build from a context in a tar file."""

    def tag(self, reference: str, other: str) -> None:
        """Give a local image one more reference."""

    def label(self, reference: str, name: str) -> str:
        """The value of an image's label; empty without the label or the image."""

    def untag(self, reference: str) -> None:
        """Forget a reference; its image goes if no other reference names it."""

    def prune(self, label: str, seconds: float = 0.0) -> None:
        """Remove images with the label, `name` or `name=value`, that have no reference.

        Those younger than `seconds` stay, and those that something stands on.
        """

    def layers_size(self) -> int:
        """The bytes of all local images, of which each layer counts once."""

    def tagged(self, prefix: str) -> list[ImageFacts]:
        """The local images whose reference begins with the prefix."""
