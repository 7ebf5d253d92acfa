"""The shape of the config; unknown keys are errors."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from swarm.config.home_paths import Dotfiles
from swarm.config.tree_paths import TreePaths, once_each
from swarm.errors import PlanError
from swarm.model.budget import token_count
from swarm.model.package_cache import KINDS
from swarm.model.project import ProjectChoice
from swarm.model.review import Strategy
from swarm.model.toolchain import Toolchain, toolchain

_UNITS = {"": 1, "b": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}


def _bytes(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*([a-zA-Z]*)\s*", str(value))
    if not match or match[2].lower() not in _UNITS:
        raise ValueError('a size such as "512MiB" or "4GiB"')
    return int(match[1]) * _UNITS[match[2].lower()]


Size = Annotated[int, BeforeValidator(_bytes), Field(gt=0)]
"""Bytes; written with a unit."""


SizeOrNone = Annotated[int, BeforeValidator(_bytes), Field(ge=0)]
"""Bytes; 0 for no limit."""


Count = Annotated[int, BeforeValidator(token_count), Field(ge=0)]
"""Tokens; written as a number or with k or M."""


class Strict(BaseModel):
    """Refuses unknown keys, and quotes no value in an error."""

    # An error that quotes what was written would quote a password, too.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


_PROXY_URL = re.compile(
    r"https?://([^\s/?#@]*@)?(\[[0-9A-Fa-f:.]+\]|[^\s/?#@:]+)(:\d{1,5})?/?"
)


def _upstream(value: str) -> str:
    if value not in ("auto", "none") and not _PROXY_URL.fullmatch(value):
        # Not the value itself: it may hold a password.
        raise ValueError('"auto", "none", or a URL such as "http://proxy.corp:3128"')
    return value


def _secret_source(value: str) -> str:
    kinds = ("file:", "env:", "cmd:", "keyring:")
    if value and not value.startswith(kinds):
        raise ValueError('a source such as "env:PROXY_PASSWORD" or "file:~/.proxy"')
    return value


def _stacks(names: tuple[str, ...]) -> tuple[str, ...]:
    return _named(lambda: toolchain(names, ()).stacks)


def _packages(names: tuple[str, ...]) -> tuple[str, ...]:
    return _named(lambda: toolchain((), names).packages)


def _named(read: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    try:
        return read()
    except PlanError as error:
        raise ValueError(f"{error.message}; {error.hint}") from error


StackNames = Annotated[tuple[str, ...], AfterValidator(_stacks)]
PackageNames = Annotated[tuple[str, ...], AfterValidator(_packages)]


def _cache(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"one of {', '.join(KINDS)}")
    return kind


Caches = Annotated[
    tuple[Annotated[str, AfterValidator(_cache)], ...], AfterValidator(once_each)
]


class Sandbox(Strict):
    """The resources that each sandbox may use."""

    image: str = Field(min_length=1)
    agents: tuple[str, ...]
    """Agents that are put into one image together."""
    stacks: StackNames
    packages: PackageNames
    """Debian's, beside those of the stacks."""
    memory: Size
    cpus: float = Field(gt=0)
    pids: int = Field(ge=32)
    """At least `plan.specs.LEAST_PIDS`: the engine's helper needs some to start."""
    nofile: int = Field(gt=0)
    shm: Size
    tmp: Size
    runtime: str
    objects: Literal["all", "base-only"]
    protect: TreePaths
    """What no agent may write, in any repository that has it."""
    hide: TreePaths
    """What no agent may see."""
    dotfiles: Dotfiles
    """What of the user's home each box has in its own, read-only."""
    caches: Caches
    """The user's package caches that boxes may read."""
    unlimited_swap: bool
    """Accepts an engine that cannot limit swap; one that can limits it all the same."""

    def covering(self, choice: ProjectChoice) -> ProjectChoice:
        """The choice with what the settings protect and hide, too."""
        return replace(
            choice,
            protect=once_each((*self.protect, *choice.protect)),
            hide=once_each((*self.hide, *choice.hide)),
        )

    def toolchain(
        self,
        stacks: Iterable[str] | None = None,
        packages: Iterable[str] | None = None,
    ) -> Toolchain:
        """What a wish names, or what is set where it is None; PlanError."""
        return toolchain(
            self.stacks if stacks is None else stacks,
            self.packages if packages is None else packages,
        )


class Disk(Strict):
    """The disk that one task may take; over it, the task is paused."""

    task: SizeOrNone


class Gate(Strict):
    """The network gate."""

    preset: Literal["locked", "balanced", "open"]
    ready: int = Field(ge=0, le=50)
    hosts: dict[str, str]
    upstream: Annotated[str, AfterValidator(_upstream)]
    """The parent proxy: `auto` for the environment's, `none`, or a URL."""
    upstream_password: Annotated[str, AfterValidator(_secret_source)]
    """The source of the proxy's password; empty for the one in its URL."""


class Sensor(Strict):
    """The sensor that watches the sandboxes' processes and files."""

    kind: Literal["auto", "ebpf", "inotify"]
    keep: Size


class Notify(Strict):
    """How a human is told of a task that needs them and is not looked at."""

    toast: bool
    title: bool
    bell: bool
    command: tuple[str, ...]
    """The human's own, with a sentence as its last argument; empty for none."""


class Checkpoint(Strict):
    """Copies of a live task's worktree to go back to."""

    minutes: float = Field(ge=0, le=1440)
    keep: int = Field(gt=0, le=1000)


class Budget(Strict):
    """The tokens and dollars that one task may spend on models; 0 for no limit."""

    tokens: Count
    dollars: float = Field(ge=0)


class Review(Strict):
    """The limits of size and time for a task's work that is taken in."""

    max_file: Size
    max_total: Size
    max_pack: Size
    max_seconds: float = Field(gt=0, le=86400)


class Merge(Strict):
    """The way in which a task's work is merged."""

    strategy: Strategy
    author: Literal["user", "agent"]
    sign_seconds: float = Field(gt=0, le=3600)
    filter_seconds: float = Field(gt=0, le=3600)
    hook_seconds: float = Field(gt=0, le=3600)


_NO_REF = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|@\{|\.\.|//|^[/-]|(^|/)\.|\.lock/|\./|^refs/|^@?/"
)
"""What no beginning of a branch's name may hold."""


def _branch_prefix(value: str) -> str:
    if _NO_REF.search(value) or len(value) > 100 or not value.isprintable():
        raise ValueError(
            'the beginning of a branch\'s name such as "swarm/" or "me/agents-", '
            "without refs/heads/"
        )
    return value


def _directory(value: str) -> str:
    if (value and not value.startswith(("/", "~/"))) or not value.isprintable():
        raise ValueError('an absolute path such as "/fast/worktrees" or "~/worktrees"')
    return value


def _version(value: Any) -> Any:
    if type(value) is not int or value != 1:
        raise ValueError("a number; this swarm reads version = 1 alone")
    return value


Version = Annotated[int, BeforeValidator(_version)]


def _endpoint(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#@]*)?", value):
        raise ValueError('a URL such as "https://models.corp/v1"')
    return value


class AgentSettings(Strict):
    """The settings of one agent; an empty one is the agent's own."""

    mode: Literal["", "ask", "edits", "full"] = ""
    """What it may do unasked."""
    way: Literal["", "screen", "headless"] = ""
    model: str = ""
    endpoint: Annotated[str, AfterValidator(_endpoint)] = ""


class Config(Strict):
    """Everything that a human may set."""

    version: Version
    max_running: int = Field(gt=0, le=1000)
    agent: str
    stop_grace: float = Field(ge=0, le=600)
    branch_prefix: Annotated[str, AfterValidator(_branch_prefix)]
    worktrees: Annotated[str, AfterValidator(_directory)]
    """The directory of worktrees; empty for one in swarm's home."""
    keep_days: float = Field(ge=0, le=36500)
    """Days for which an ended task keeps its worktree; 0 for ever."""
    resume: Literal["yes", "ask", "no"]
    """Whether agents that were interrupted go on by themselves."""
    resume_after_limit: Literal["yes", "ask", "no"]
    """Whether tasks go on by themselves after a limit of their model's host."""
    agents: dict[str, AgentSettings]
    sandbox: Sandbox
    disk: Disk
    gate: Gate
    sensor: Sensor
    notify: Notify
    checkpoint: Checkpoint
    budget: Budget
    review: Review
    merge: Merge
