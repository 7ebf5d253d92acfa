"""What a project needs so that it installs, builds and tests in a task's box.

`swarm.toml` says it (`swarm.config.project` reads that), a task's plan keeps it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FILE = "swarm.toml"
"""At the root of the repository."""
GATE_PORTS = (53, 3128, 15001)
"""Where the gate listens in each task's network namespace: no service can."""


@dataclass(frozen=True, slots=True)
class ServiceContainer:
    """A database, cache or queue beside each task: `[service-container.NAME]`."""

    recipe: str = ""
    """The name of a recipe of swarm's own; else `image` is set."""
    image: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    """What its argv begins with; empty for the image's own."""
    command: tuple[str, ...] = ()
    """The rest of its argv; empty for the image's own."""
    health: str = ""
    """A shell command in it that succeeds once it can be used; empty for none."""
    data: tuple[str, ...] = ()
    """Folders of an image's that it writes to, beside those that the image names."""
    port: int | None = None
    """Where it listens, in the task's own network namespace."""
    health_seconds: int = 60
    """The time in which it must become healthy."""
    restart: str = "on-failure"
    """When it is started again if it ends: `on-failure`, `always` or `no`."""


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """All that is chosen for a task of the project; paths are relative to its root."""

    version: int = 1
    agent: str = ""
    """A name; empty for the config's."""
    stacks: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    """Debian's, beside those of the stacks."""
    image: str = ""
    """An image to work in; at most one of this and the next two is set."""
    dockerfile: str = ""
    build_context: str = ""
    """The folder that its build sees; empty for the repository's root."""
    build_target: str = ""
    """The stage that counts; empty for the last."""
    build_args: dict[str, str] = field(default_factory=dict)
    devcontainer: str = ""
    """The path of a `devcontainer.json`."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables of the box, below swarm's own."""
    extensions: tuple[str, ...] = ()
    """A devcontainer's, for an editor that attaches; they run in the box."""
    setup: tuple[str, ...] = ()
    """Shell commands that run in the box before the agent starts."""
    each_task: tuple[str, ...] | None = None
    """Those that run after it for each task, such as migrations; none said if None."""
    test: str = ""
    """The shell command that tests the project."""
    ports: tuple[int, ...] = ()
    """Where the project's own servers listen in the box."""
    env_files: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()
    """What the agent may not write."""
    hide: tuple[str, ...] = ()
    """What the agent may not see."""
    compose: str = ""
    services: tuple[str, ...] = ()
    """Those of the compose file that run beside a task."""
    service_container: dict[str, ServiceContainer] = field(default_factory=dict)

    @property
    def keeps_setup(self) -> bool:
        """True if other tasks may begin with what its set-up installs.

        One beside services may have filled them, unless `each_task` says what does.
        """
        return not self.service_container or self.each_task is not None

    @property
    def has_setup(self) -> bool:
        """True if anything is run before the agent starts."""
        return bool(self.setup or self.each_task)

    @property
    def narrowing(self) -> "ProjectChoice":
        """What of it takes something away: that counts without anybody's consent."""
        return ProjectChoice(protect=self.protect, hide=self.hide)

    @property
    def asking(self) -> tuple[str, ...]:
        """The keys that need a human's consent, as they stand in the file."""
        empty = ProjectChoice(self.version, protect=self.protect, hide=self.hide)
        return tuple(
            key.replace("service_container", "service-container")
            for key, value in to_json(self).items()
            if value != to_json(empty)[key]
        )

    @property
    def named_files(self) -> tuple[str, ...]:
        """The files that act outside a task's box; a human agrees to them too."""
        named = (self.dockerfile, self.devcontainer, self.compose)
        return tuple(dict.fromkeys(filter(None, named)))


def to_json(choice: ProjectChoice) -> dict[str, Any]:
    """The JSON object of a choice; `from_json` reads it back."""
    return asdict(choice)


def from_json(body: Mapping[str, Any]) -> ProjectChoice:
    """The choice of a stored object; TypeError on a shape of another version."""
    values = {key: _tuple(value) for key, value in body.items()}
    containers = {
        name: ServiceContainer(**{k: _tuple(v) for k, v in container.items()})
        for name, container in values.pop("service_container", {}).items()
    }
    return ProjectChoice(**values, service_container=containers)


def of_plan(plan: Mapping[str, Any]) -> ProjectChoice:
    """The choice that a stored plan keeps; empty in one of an earlier version."""
    return from_json(plan.get("project", {}))


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
