"""Runs the dashboard with the real tools of one home."""

import functools
import gc
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swarm.bootstrap import wiring
from swarm.bootstrap.keeper_process import ensure_keeper, keeper_pid
from swarm.errors import SwarmError
from swarm.plan.naming import HomePaths
from swarm.store import migrations
from swarm.store.queries import Queries

if TYPE_CHECKING:
    from swarm.policy.layers import ResolvedPolicy
    from swarm.tui.backend import Doors, Project


def run_dashboard(paths: HomePaths, repo: Path | None, ascii: bool) -> int:
    """Show the dashboard until the human leaves it.

    Starts a keeper beside it if none lives; the first paint does not wait for that.
    """
    migrations.connect(paths.database).close()
    threading.Thread(target=_start_keeper, args=(paths,), daemon=True).start()
    return show_dashboard(paths, repo, ascii)


def show_dashboard(paths: HomePaths, repo: Path | None, ascii: bool) -> int:
    """Show the dashboard, whether a keeper lives or not."""
    gc.disable()  # a tenth of the time to the first paint; `late.load` puts it on
    from swarm.tui.app import SwarmApp  # noqa: PLC0415 - loads textual
    from swarm.tui.backend import Options  # noqa: PLC0415 - loads what the app loads

    app = SwarmApp(
        doors=doors(paths, repo),
        repo=str(repo) if repo else None,
        options=Options(ascii=ascii, agents=_agent_names),
    )
    app.run()
    return int(app.return_code or 0)


def _start_keeper(paths: HomePaths) -> None:
    """A failure is shown by the header, and again by the first wish."""
    with suppress(SwarmError):
        ensure_keeper(paths)


def _agent_names() -> tuple[str, ...]:
    from swarm.agents import registry  # noqa: PLC0415 - read when a dialog opens

    return tuple(registry.names())


class _Unbuilt:
    """Stands for what is built when it is first used: the first paint needs no door."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = functools.cache(build)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._build(), name)


def doors(paths: HomePaths, repo: Path | None) -> "Doors":
    """All that a dashboard may call, of the real things."""
    from swarm.adapters import terminal  # noqa: PLC0415 - loads subprocess
    from swarm.store import wishes  # noqa: PLC0415 - not before the first wish
    from swarm.tui.backend import Doors  # noqa: PLC0415 - loads what the app loads

    return Doors(
        queries=Queries(paths.database),
        wish=lambda verb, body: wishes.make(paths.database, verb, body),
        panes=_Unbuilt(lambda: wiring.panes(paths)),
        review=_Unbuilt(lambda: wiring.review(paths)),
        audit=_Unbuilt(lambda: _audit(paths)),
        run=terminal.foreground,
        keeper=lambda: keeper_pid(paths),
        wake=lambda: ensure_keeper(paths),
        project=lambda: _project(paths, repo),
        launch_log=lambda task_id: _end_of(paths.launch_log(task_id)),
        policy=lambda task_id: _policy(paths, task_id),
    )


def _audit(paths: HomePaths) -> Any:
    from swarm.engine.readers.audit import AuditReader  # noqa: PLC0415 - opened with `A`

    return AuditReader(paths)


def _policy(paths: HomePaths, task_id: int) -> "ResolvedPolicy":
    from swarm.engine.egress import policy_resolver  # noqa: PLC0415 - opened with `p`

    return policy_resolver.of_task(paths, task_id)


def _project(paths: HomePaths, repo: Path | None) -> "Project | None":
    """The user's checkout as it stands; None for all repositories, or a bad one."""
    from swarm.adapters.git.repository import Repository  # noqa: PLC0415 - after paint
    from swarm.tui.backend import Project  # noqa: PLC0415 - loads what the app loads

    if repo is None:
        return None
    try:
        repository = Repository.open(repo, paths.home)
    except SwarmError:
        return None
    return Project(
        name=repository.root.name,
        branch=repository.branch or "",
        commit=repository.head[:7],
    )


def _end_of(file: Path, size: int = 4000) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")[-size:]
    except OSError:
        return ""
