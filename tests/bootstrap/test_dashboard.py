import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App

from swarm.bootstrap.dashboard import (
    DashboardBackend,
    paused_collector,
    usual_agent,
)
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.adapters.git.git_helpers import new_repository
from tests.model.builders import build_event


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The tests after these collect as before, also what was frozen here."""
    yield
    gc.unfreeze()
    gc.enable()


class _Painting(App[None]):
    """Notes whether the collector ran before its first paint and after it."""

    def __init__(self, resume: Callable[[], None]) -> None:
        super().__init__()
        self._resume = resume
        self.was_enabled: list[bool] = []

    def on_mount(self) -> None:
        self.was_enabled.append(gc.isenabled())
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        self._resume()
        self.was_enabled.append(gc.isenabled())
        self.exit()


def test_the_collector_pauses_until_the_first_paint_and_runs_while_the_app_does() -> (
    None
):
    with paused_collector() as resume:
        app = _Painting(resume)
        app.run(headless=True)
    assert app.was_enabled == [False, True]


def test_what_was_loaded_before_the_first_paint_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    with paused_collector() as resume:
        resume()
        assert gc.get_freeze_count() > before


def test_the_collector_runs_again_after_an_app_that_failed_before_its_paint() -> None:
    with pytest.raises(OSError, match="no terminal"):
        _fail_while_paused()
    assert gc.isenabled()


def _fail_while_paused() -> None:
    with paused_collector():
        assert not gc.isenabled()
        raise OSError("no terminal")


def test_the_collector_runs_again_after_an_app_that_ended_before_its_paint() -> None:
    with paused_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


FIRST_USE = """
import asyncio, sys
from pathlib import Path
from textual.app import App
from swarm.bootstrap.dashboard import DashboardBackend
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.queries import Queries

class Dashboard(App):
    async def on_mount(self):
        backend = DashboardBackend(HomePaths(Path(sys.argv[1])), Path(sys.argv[2]))
        assert not {"libtmux", "git"} & set(sys.modules)
        screens = await asyncio.to_thread(lambda: backend.panes.capture(["task-1"]))
        project = await asyncio.to_thread(backend.project)
        self.exit((screens, project.branch))

print(Dashboard().run(headless=True))
"""


def test_a_tool_can_be_used_first_while_the_app_runs(
    tmp_path: Path, repo: Path
) -> None:
    """Textual has replaced standard output by then, and libraries may look at it."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USE, str(tmp_path / "home"), str(repo)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout.strip() == "({}, 'main')", done.stdout + done.stderr


@pytest.mark.parametrize(
    ("settings", "prefix"),
    [
        ("", "swarm/"),
        ('branch_prefix = "me/"\n', "me/"),
        ("branch_prefix = 3", "swarm/"),
    ],
)
def test_the_project_knows_how_new_branches_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, prefix: str
) -> None:
    """A mistake in the settings is told by the first wish, not by an empty header."""
    repo, file = new_repository(tmp_path / "repo"), tmp_path / "config.toml"
    file.write_text(settings)
    monkeypatch.setenv("SWARM_CONFIG", str(file))

    project = DashboardBackend(HomePaths(tmp_path / "home"), repo).project()

    assert project is not None
    assert (project.name, project.branch, project.branch_prefix) == (
        "repo",
        "main",
        prefix,
    )


def test_the_usual_agent_is_the_one_set_else_the_one_used_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in the settings hides neither the form nor the one used last."""
    file = tmp_path / "config.toml"
    monkeypatch.setenv("SWARM_CONFIG", str(file))
    journal = Journal(tmp_path / "swarm.db")
    journal.queue(
        lambda _id: replace(build_event(events.TaskQueued), repo="/one", agent="pi")
    )
    journal.close()
    queries = Queries(tmp_path / "swarm.db")

    found = []
    for text in ("", 'agent = "codex"\n', 'agent = "codxx"\n'):
        file.write_text(text)
        found.append(usual_agent(queries, Path("/one")))
    file.write_text("")
    found += [usual_agent(queries, Path("/two")), usual_agent(queries, None)]

    queries.close()
    assert found == ["pi", "codex", "pi", "pi", ""]


def test_what_services_and_builds_printed_is_read(tmp_path: Path) -> None:
    """Of services by the real engine, which has none of this home."""
    paths = HomePaths(tmp_path)
    Journal(paths.database).close()
    backend = DashboardBackend(paths, None)
    assert (backend.build_log("base"), list(backend.service_logs(1, 5))) == ("", [])
    for file in (paths.build_log("base"), paths.service_log(1, "db")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("one\ntwo\n")

    (log,) = backend.service_logs(1, 1)

    assert (log.name, log.text, log.is_past) == ("db", "two", True)
    assert backend.build_log("base") == "one\ntwo\n"
    backend.queries.close()
