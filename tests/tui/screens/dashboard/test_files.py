"""The Files tab: what a task wrote, and the directories that would drown it."""

from collections.abc import Callable
from dataclasses import replace

from swarm.model.review import Change
from swarm.tui.screens.dashboard.screen import DashboardScreen
from swarm.tui.screens.review import ReviewScreen
from swarm.tui.widgets.message_line import MessageLine
from swarm.tui.widgets.preview import Preview
from tests.scenes import OBSERVED, Scene, press, shown, until
from tests.tui.fakes import FakeBackend
from tests.tui.screens.test_audit import happens

Recorded = Callable[[Scene], FakeBackend]
TO_FILES = ("right_square_bracket",) * 3


def lines(screen: object) -> list[str]:
    assert isinstance(screen, DashboardScreen)
    seen = screen.query_one(Preview).lines
    return [seen.line_at(row).plain for row in range(seen.count)]


async def test_a_directory_of_many_files_is_one_row_that_h_hides(
    recorded: Recorded,
) -> None:
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_FILES)
            with_folders = lines(app.screen)
            await press(pilot, backend, "h")
            without = lines(app.screen)
            await press(pilot, backend, "h")
            again = lines(app.screen)

    assert any("node_modules/… 1,243 files" in line for line in with_folders)
    assert not any("node_modules" in line for line in without)
    assert again == with_folders


async def test_a_write_appears_while_one_looks(recorded: Recorded) -> None:
    """The newest first."""
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_FILES)
            happens(backend, "/workspace/src/fresh.py")
            await until(pilot, lambda: "fresh.py" in "".join(lines(app.screen)))
            rows = [line for line in lines(app.screen) if "src/" in line]

    assert "src/fresh.py" in rows[0]


async def test_the_newest_stays_in_view_however_many_there_are(
    recorded: Recorded,
) -> None:
    """Only the pane is followed to its end."""
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_FILES)
            happens(backend, *(f"/workspace/src/n{number}.py" for number in range(60)))
            await until(pilot, lambda: "src/n0.py" in "".join(lines(app.screen)))
            await pilot.pause()
            assert isinstance(app.screen, DashboardScreen)
            assert app.screen.query_one(Preview).lines.scroll_offset.y == 0


CHANGED = replace(
    OBSERVED,
    changes=tuple(
        Change(path, "modified", 0o100644, 0o100644, "1" * 40, "2" * 40, 2, 1)
        for path in ("AGENTS.md", "package.json", "src/limit/bucket.ts")
    ),
)


async def test_enter_on_a_path_shows_what_was_changed_in_it(recorded: Recorded) -> None:
    """The fourth path, though a write came above it after it was chosen."""
    backend = recorded(CHANGED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_FILES, "2", *"jjj")
            assert isinstance(app.screen, DashboardScreen)
            chosen = app.screen.files.selected_path
            happens(backend, "/workspace/src/fresh.py")
            await until(pilot, lambda: "fresh.py" in "".join(lines(app.screen)))
            assert app.screen.files.selected_path == chosen
            await press(pilot, backend, "enter", "keeper")
            assert isinstance(app.screen, ReviewScreen)
            entry = app.screen.files.entry

    assert entry is not None
    assert (chosen, entry.path) == ("AGENTS.md", "AGENTS.md")


async def test_a_path_that_did_not_change_is_told_of(recorded: Recorded) -> None:
    """Git ignores it, or the agent has put it back."""
    backend = recorded(replace(CHANGED, changes=CHANGED.changes[1:]))
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_FILES, "2", *"jjj", "enter", "keeper")
            told = str(app.screen.query_one(MessageLine).render())

    assert "AGENTS.md is as the base has it" in told


async def test_only_single_files_of_the_worktree_can_be_chosen(
    recorded: Recorded,
) -> None:
    """No heading, no folder, nothing outside; elsewhere Enter is what it was."""
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_FILES)
            assert isinstance(app.screen, DashboardScreen)
            assert app.screen.files.selected_path == ""
            await press(pilot, backend, "2")
            reached = []
            for _ in range(10):
                reached.append(app.screen.files.selected_path)
                await press(pilot, backend, "j")
            await press(pilot, backend, "left_square_bracket")
            assert app.screen.files.selected_path == ""

    assert reached[0] == "package.json"
    assert not any(path.startswith(("/", "node_modules")) for path in reached)
    assert "" not in reached
