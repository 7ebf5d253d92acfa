"""Names of containers, branches and files, derived from a task's id and its home."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from swarm.model.frozen import frozen
from swarm.plan import home_identity

HOME_LABEL = "swarm.home"
TASK_LABEL = "swarm.task"
KIND_LABEL = "swarm.kind"
SERVICE_LABEL = "swarm.service"
"""Has the name of the service that the container is; empty for its helpers."""
SERVICE_KIND = "service"
COPY_SUFFIX = "-copy"
"""Of the box that copies between a warm base and a task, after the sandbox's name."""


def home_tag(home: Path) -> str:
    """Eight hex digits that set one home's containers and tmux apart from another's."""
    return home_identity.tag_of(home)


def names_in_group(agents: Sequence[str], copies: int) -> Iterator[str]:
    """The name of each task in its group, agent after agent; a lone task has none.

    It is the agent, the number of the copy, or both: whatever tells the tasks apart.
    """
    for agent in agents:
        for copy in range(1, copies + 1):
            parts = [agent] if len(agents) > 1 else []
            parts += [str(copy)] if copies > 1 else []
            yield "-".join(parts)


def slug(text: str, limit: int = 32) -> str:
    """A branch-safe word from a prompt or a name: a-z, 0-9 and dashes; never empty."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    name = ""
    for word in words:
        if name and len(name) + 1 + len(word) > limit:
            break
        name = f"{name}-{word}" if name else word[:limit]
    return name or "task"


def _digest(text: str) -> str:
    from hashlib import sha256  # noqa: PLC0415 - every call of swarm loads this module

    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def kept_ref(tag: str, task: int) -> str:
    """The ref in the user's repository that keeps the work of a removed task."""
    return f"refs/swarm/tasks/{tag}/{task}"


@frozen
class TaskNames:
    """The names of one task in git, the container engine and tmux."""

    tag: str
    task: int
    name: str = ""
    branch_prefix: str = "swarm/"

    @property
    def branch(self) -> str:
        """The branch that the host's worktree is to be on; another if it is taken."""
        return f"{self.branch_prefix}{self.task}-{slug(self.name)}"

    @property
    def sandbox(self) -> str:
        """The agent's container."""
        return f"swarm-{self.tag}-{self.task}"

    @property
    def setup_box(self) -> str:
        """The container that runs the project's set-up before the agent starts."""
        return f"{self.sandbox}-setup"

    @property
    def copy_box(self) -> str:
        """The short-lived container that copies between a warm base and the task."""
        return f"{self.sandbox}{COPY_SUFFIX}"

    @property
    def sender(self) -> str:
        """The short-lived container that packs the agent's commits."""
        return f"{self.sandbox}-sender"

    @property
    def home_volume(self) -> str:
        """The volume mounted as the agent's home."""
        return f"{self.sandbox}-home"

    @property
    def quota_id(self) -> int:
        """The number of the project by which disks count what the task takes.

        Above those that people and engines begin at; by the home and the task.
        """
        number = int(_digest(f"{self.tag}/{self.task}")[:8], 16)
        return (1 << 30) + number % (1 << 30)

    def service(self, name: str) -> str:
        """The container of a service beside the sandbox."""
        return f"{self.sandbox}-service-{name}"

    def service_volume(self, name: str, number: int) -> str:
        """A volume of what a service keeps."""
        return f"{self.service(name)}-{number}"

    def owns_volume(self, volume: str) -> bool:
        """True for the agent's home, its warm folders, and what a service keeps."""
        others = (self.service(""), f"{self.sandbox}-warm-")
        return volume == self.home_volume or volume.startswith(others)

    def warm_volume(self, number: int) -> str:
        """The volume that is one folder of a warm base, with the task's changes."""
        return f"{self.sandbox}-warm-{number}"

    @property
    def pane(self) -> str:
        """The tmux window."""
        return f"task-{self.task}"

    def shell_pane(self, number: int) -> str:
        """The tmux window of a shell that the human opened in the sandbox."""
        return f"{self.pane}-shell-{number}"

    def labels(self, kind: str = "sandbox") -> dict[str, str]:
        """The labels by which everything of this task is found."""
        return {
            HOME_LABEL: self.tag,
            TASK_LABEL: str(self.task),
            KIND_LABEL: kind,
        }


@frozen
class HomePaths:
    """The paths under one home, and its tmux socket's name."""

    home: Path

    @property
    def tag(self) -> str:
        """See `home_tag`."""
        return home_tag(self.home)

    @property
    def database(self) -> Path:
        """The database with the whole state."""
        return self.home / "swarm.db"

    @property
    def lock(self) -> Path:
        """The lock file that a keeper holds while it lives; it contains the pid."""
        return self.home / "keeper.lock"

    @property
    def keeper_environment(self) -> Path:
        """Digests of the variables that the keeper was started with."""
        return self.home / "keeper.environment"

    @property
    def log(self) -> Path:
        """The keeper's own log."""
        return self.home / "keeper.log"

    @property
    def command_log(self) -> Path:
        """Unexpected errors of commands, with their tracebacks."""
        return self.home / "commands.log"

    @property
    def dashboard_log(self) -> Path:
        """Tracebacks of what failed in dashboards; absent if nothing has."""
        return self.home / "dashboard.log"

    @property
    def terminals(self) -> Path:
        """Notes of the terminals that dashboards are on; see `terminal_recovery`."""
        return self.home / "terminals"

    @property
    def tmux(self) -> str:
        """The private tmux server's socket name (`tmux -L`)."""
        return f"swarm-{self.tag}"

    @property
    def tmux_pid(self) -> Path:
        """The pid of that server, by which it is found if its socket is gone."""
        return self.home / "tmux.pid"

    def task(self, task_id: int) -> Path:
        """The folder with the files of one task, except its worktree."""
        return self.home / "tasks" / str(task_id)

    def worktree(self, task_id: int) -> Path:
        """The worktree on the host, if the settings name no other place for it."""
        return self.home / "worktrees" / str(task_id)

    def placed_worktree(self, task_id: int, place: str) -> Path:
        """The worktree of a task that may have a place of its own."""
        return Path(place) if place else self.worktree(task_id)

    def editor(self, task_id: int) -> Path:
        """The folder with an editor's own settings for a task, and its copy."""
        return self.task(task_id) / "editor"

    def private_git(self, task_id: int) -> Path:
        """The git directory that the agent owns; the host's git never runs on it."""
        return self.task(task_id) / "private.git"

    def review_git(self, task_id: int) -> Path:
        """The git directory that only the host writes: snapshots, quarantine, diffs."""
        return self.task(task_id) / "review.git"

    def gitfile(self, task_id: int) -> Path:
        """The file mounted read-only over the worktree's `.git`."""
        return self.task(task_id) / "gitfile"

    @property
    def notices(self) -> Path:
        """A file for each need of a task that a human's own command was run for."""
        return self.home / "notices"

    @property
    def sensor(self) -> Path:
        """The sensor's raw lines, a file for each sandbox and 64 MiB."""
        return self.home / "sensor"

    def etc_swarm(self, task_id: int) -> Path:
        """The folder mounted at /etc/swarm: certificates and the task's policy."""
        return self.task(task_id) / "etc-swarm"

    def covers(self, task_id: int) -> Path:
        """What is mounted over paths of the worktree; only the host writes it."""
        return self.task(task_id) / "covers"

    def hidden_files(self, task_id: int) -> Path:
        """The list of files that the newest snapshot could not hold, as JSON."""
        return self.task(task_id) / "hidden.json"

    def box_contents(self, task_id: int) -> Path:
        """What of the repository was put into the sandbox, as JSON."""
        return self.task(task_id) / "box.json"

    @property
    def bases(self) -> Path:
        """The warm bases; see `adapters.warm_bases`."""
        return self.home / "bases"

    def first_home(self, task_id: int) -> Path:
        """The agent's home while a set-up fills it that may become a warm base."""
        return self.task(task_id) / "first"

    def warm_changes(self, task_id: int) -> Path:
        """What the task changed of its warm base's folders, one folder each."""
        return self.task(task_id) / "warm"

    def warm_work(self, task_id: int) -> Path:
        """The kernel's own folders beside `warm_changes`."""
        return self.home / "warm-work" / str(task_id)

    def build_log(self, image: str) -> Path:
        """What the last build of an image printed; it stays when that has ended."""
        return self.home / "builds" / f"{_digest(image)[:16]}.log"

    def setup_log(self, task_id: int) -> Path:
        """The output of the project's set-up; absent if none ran."""
        return self.task(task_id) / "setup.log"

    def service_log(self, task_id: int, service: str) -> Path:
        """The last output of a service that has ended."""
        return self.task(task_id) / f"service-{service}.log"

    def launch_log(self, task_id: int) -> Path:
        """The launch's log, step by step; it stays if the launch fails."""
        return self.task(task_id) / "launch.log"
