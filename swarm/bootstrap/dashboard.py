"""Runs the dashboard with the real tools of one home."""

import functools
import gc
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from swarm.bootstrap import process_log, terminal_recovery, wiring
from swarm.bootstrap.keeper_lock import keeper_pid
from swarm.bootstrap.keeper_process import ensure_keeper
from swarm.engine.host.home_state import HomeLook, HomeTrouble
from swarm.errors import SwarmError
from swarm.model import shown_texts
from swarm.model.disk_use import TaskSize
from swarm.model.project_asked import ProjectAsked
from swarm.model.service_log import ServiceLog
from swarm.model.standing import Standing
from swarm.model.task import Task
from swarm.model.wishes import NewTasks, Wish
from swarm.plan.naming import HomePaths
from swarm.store import migrations, reserve
from swarm.store.queries import Queries
from swarm.tui.backend import (
    Audit,
    Notify,
    Options,
    Panes,
    Project,
    ResolvePolicy,
    Review,
    ToolsChange,
)

if TYPE_CHECKING:
    from swarm.adapters.docker import DockerContainers

LOG_BYTES = 4000
"""The end of a launch's or set-up's log, as far as the preview shows it."""


def run_dashboard(
    paths: HomePaths, repo: Path | None, ascii: bool, notice: str = ""
) -> int:
    """Show the dashboard until the human leaves it, with a notice at first if any.

    Starts a keeper beside it if none lives; the first paint does not wait for that.
    """
    reserve.with_reserve(
        paths.database, lambda: migrations.connect(paths.database).close()
    )
    threading.Thread(target=_start_keeper, args=(paths,), daemon=True).start()
    return show_dashboard(paths, repo, ascii, notice)


def show_dashboard(
    paths: HomePaths, repo: Path | None, ascii: bool, notice: str = ""
) -> int:
    """Show the dashboard without starting a keeper."""
    process_log.begin(paths.dashboard_log, logging.WARNING)
    with (
        terminal_recovery.remember_terminal(paths),
        paused_collector() as resume_collector,
    ):
        from swarm.tui.app import SwarmApp  # noqa: PLC0415 - loads textual

        backend = DashboardBackend(paths, repo)
        app = SwarmApp(
            backend=backend,
            repo=str(repo) if repo else None,
            options=Options(
                ascii=ascii,
                notice=notice,
                agents=_agent_names,
                usual_agent=functools.partial(usual_agent, backend.queries, repo),
                budget=_budget,
                capacity=_capacity,
                notify=_notify,
                after_limit=_after_limit,
                versions_seen=_versions_seen,
                reply_way=_reply_way,
                standings=functools.partial(_standings, paths, repo),
                project=functools.partial(_project, paths, repo) if repo else None,
                tools_change=functools.partial(_tools_change, paths),
            ),
            on_first_paint=resume_collector,
        )
        app.run()
    return int(app.return_code or 0)


@contextmanager
def paused_collector() -> Iterator[Callable[[], None]]:
    """Pause the garbage collector until the yielded function is called, or the end.

    A tenth of the time to the first paint goes into collecting what is just loaded and
    stays; when the collector resumes, it need not look at that again.
    """
    gc.disable()

    def resume() -> None:
        gc.freeze()
        gc.enable()

    try:
        yield resume
    finally:
        gc.enable()


class DashboardBackend:
    """The backend of one home; tools are built when they are first used."""

    def __init__(self, paths: HomePaths, repo: Path | None) -> None:
        self._paths = paths
        self._repo = repo
        self._home = HomeLook(paths)
        self.queries = Queries(paths.database)

    @cached_property
    def panes(self) -> Panes:
        """The private tmux server."""
        return wiring.panes(self._paths)

    @cached_property
    def review(self) -> Review:
        """Snapshots, as the host's git directories hold them."""
        return wiring.review(self._paths)

    @cached_property
    def audit(self) -> Audit:
        """The record of what sandboxes did."""
        from swarm.engine.readers.audit import AuditReader  # noqa: PLC0415 - after paint

        return AuditReader(self._paths)

    @cached_property
    def resolve_policy(self) -> ResolvePolicy:
        """The policies of tasks, from every layer."""
        from swarm.engine.readers import policy  # noqa: PLC0415 - after paint

        return functools.partial(policy.task_policy, self._paths)

    def submit(self, wish: Wish) -> int:
        """Store a wish; the keeper sees it."""
        from swarm.store import wishes  # noqa: PLC0415 - not before the first wish

        self._refuse_if_gone()
        return wishes.submit(self._paths.database, wish)

    def run(self, argv: list[str]) -> int:
        """Run a command in the foreground of this terminal."""
        from swarm.adapters import (  # noqa: PLC0415 - loads subprocess
            terminal,
            terminal_type,
        )

        name = terminal_type.usable(os.environ, "show another program")
        return terminal.foreground(argv, {**os.environ, "TERM": name})

    def keeper_pid(self) -> int | None:
        """The process id of this home's keeper, or None."""
        return keeper_pid(self._paths)

    def ensure_keeper(self) -> None:
        """Start this home's keeper if none lives."""
        self._refuse_if_gone()
        ensure_keeper(self._paths)

    def home_trouble(self) -> str:
        """What became of the home, in one sentence; empty if all is well."""
        return self._home.state().words

    def _refuse_if_gone(self) -> None:
        """A new home must not begin where the old one was."""
        state = self._home.state()
        if state.trouble is HomeTrouble.GONE:
            raise SwarmError(
                state.words,
                hint="move it back, or leave and set SWARM_HOME to where it is now",
            )

    def project(self) -> Project | None:
        """The user's checkout; None for all repositories, or for one git refuses."""
        from swarm.adapters.git.repository import (  # noqa: PLC0415 - after paint
            Repository,
        )

        if self._repo is None:
            return None
        try:
            repository = Repository.open(self._repo, self._paths.home)
        except SwarmError:
            return None
        return Project(
            name=repository.root.name,
            branch=repository.branch or "",
            commit=repository.head[:7],
            branch_prefix=_branch_prefix(),
        )

    def task_size(self, task: Task) -> TaskSize | None:
        """What it takes now; blocks for seconds if that is much."""
        return wiring.task_sizes(self._paths, [task]).get(task.id)

    def claim_notice(self, key: str) -> None:
        """Say to the keeper that it was seen."""
        from swarm.adapters import notice_command  # noqa: PLC0415 - loads subprocess

        notice_command.claim(self._paths.notices, key)

    def open_address(self, address: str) -> bool:
        """In the browser that the system names, or `$BROWSER`."""
        from swarm.adapters import browser  # noqa: PLC0415 - rarely wanted

        return browser.open_address(address)

    def launch_log(self, task_id: int) -> str:
        """The end of the log; empty if it cannot be read."""
        return _end_of(self._paths.launch_log(task_id))

    def setup_log(self, task_id: int) -> str:
        """The end of the log; empty if it cannot be read."""
        return _end_of(self._paths.setup_log(task_id))

    def build_log(self, image: str) -> str:
        """The end of the log; empty if it cannot be read."""
        return _end_of(self._paths.build_log(image))

    @cached_property
    def _containers(self) -> "DockerContainers":
        """One connection for all looks at services: they come each second."""
        return wiring.sandboxes()

    def service_logs(self, task_id: int, lines: int) -> Sequence[ServiceLog]:
        """What their containers or their kept files have."""
        from swarm.engine.readers import service_logs  # noqa: PLC0415 - rarely wanted

        return service_logs.read(self._paths, self._containers, task_id, lines)


def _end_of(file: Path) -> str:
    """The end of a file of a task's; empty if it cannot be read."""
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - LOG_BYTES))
            return opened.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _start_keeper(paths: HomePaths) -> None:
    """A failure is shown by the header, and again by the first wish."""
    with suppress(SwarmError):
        ensure_keeper(paths)


def _branch_prefix() -> str:
    """The setting; its default if there is a mistake in the file: a wish says so."""
    from swarm.config import load  # noqa: PLC0415 - after paint

    try:
        return load.load(load.user_file()).branch_prefix
    except SwarmError:
        return load.load(load.DEFAULTS).branch_prefix


def _standings(paths: HomePaths, repo: Path | None) -> dict[str, Standing]:
    """What a task of the form would stand on, with all that its repository brings."""
    return wiring.standings(paths, repo, NewTasks(str(repo)) if repo else None)


def _project(paths: HomePaths, repo: Path, base: str) -> ProjectAsked:
    """What its `swarm.toml` asks for at a base, as the form shows it."""
    from swarm.engine.readers import project_image  # noqa: PLC0415 - loads git

    with closing(wiring.sandboxes()) as engine:
        asked = project_image.of_wish(paths, engine, NewTasks(str(repo), base=base))
    found, image, root = asked.found, asked.image, asked.repository.root
    return ProjectAsked(
        tuple(shown_texts.lines(found.texts)),
        found.is_agreed,
        functools.partial(wiring.agree_to_project, paths, root, found.digest),
        image.name if image else "",
        asked.is_built,
        image.made_from if image else "",
        image.consequence if image else "",
    )


def _tools_change(paths: HomePaths, task: Task) -> ToolsChange:
    """What would be added to `swarm.toml` for a task, as the dialog shows it."""
    from swarm.engine.readers import wanted_change  # noqa: PLC0415 - loads git

    found = wanted_change.of_task(paths, task)
    with (
        closing(wiring.sandboxes()) as engine,
        closing(Queries(paths.database)) as read,
    ):
        more = found.stacks, found.packages
        try:
            image, problem = wanted_change.missing_image(read, engine, task, more)
        except SwarmError as error:
            image, problem = "", error.message
    project = found.project
    return ToolsChange(
        found.names,
        found.stacks,
        found.packages,
        tuple(project.lines()),
        project.was_agreed,
        problem,
        functools.partial(wiring.change_project, paths, project),
        image,
    )


def _agent_names() -> tuple[str, ...]:
    from swarm.agents import registry  # noqa: PLC0415 - read when a dialog opens

    return tuple(registry.names())


def usual_agent(queries: Queries, repo: Path | None) -> str:
    """The agent that is set, else the one used last there or anywhere, or empty.

    A mistake in the settings is told by the wish; here the one used last counts then.
    """
    from swarm.config import load  # noqa: PLC0415 - read when a dialog opens

    with suppress(SwarmError):
        if agent := load.load(load.user_file()).agent:
            return agent
    return queries.tasks.last_agent(str(repo)) if repo else ""


def _notify() -> Notify:
    from swarm.config import load  # noqa: PLC0415 - after paint

    try:
        notify = load.load(load.user_file()).notify
    except SwarmError:
        notify = load.load(load.DEFAULTS).notify
    return Notify(notify.toast, notify.title, notify.bell)


def _after_limit() -> str:
    from swarm.config import load  # noqa: PLC0415 - after paint

    try:
        return load.load(load.user_file()).resume_after_limit
    except SwarmError:
        return "ask"


@functools.cache
def _versions_seen(agent: str) -> tuple[str, ...]:
    from swarm.agents import captures, registry  # noqa: PLC0415 - after paint

    try:
        return tuple(captures.versions_seen(registry.find(agent)))
    except SwarmError:
        return ()


@functools.cache
def _reply_way(agent: str) -> Literal["channel", "ready", "now"]:
    from swarm.agents import registry  # noqa: PLC0415 - after paint

    try:
        known = registry.find(agent)
    except SwarmError:
        return "now"
    if known.side.sends:
        return "channel"
    return "ready" if known.cues.get("ready") else "now"


def _capacity() -> tuple[int, int]:
    from swarm.config import load  # noqa: PLC0415 - read when a dialog opens

    try:
        config = load.load(load.user_file())
    except SwarmError:
        config = load.load(load.DEFAULTS)
    return config.max_running, config.sandbox.memory


def _budget() -> tuple[str, str]:
    from swarm.config import load  # noqa: PLC0415 - read when a dialog opens

    try:
        budget = load.load(load.user_file()).budget
    except SwarmError:
        return ("unknown", "unknown")
    tokens = f"{budget.tokens:,}" if budget.tokens else "no limit"
    return tokens, f"{budget.dollars:.2f}" if budget.dollars else "no limit"
