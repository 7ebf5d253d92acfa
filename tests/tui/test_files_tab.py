"""The Files tab: what a task wrote, and the directories that would drown it."""

from collections.abc import Callable

from swarm.tui.screens.dashboard import Dashboard
from tests.scenes import OBSERVED, Scene, press, shown, until
from tests.tui.fakes import World
from tests.tui.test_audit import happens

Recorded = Callable[[Scene], World]
TO_FILES = ("right_square_bracket",) * 3


def lines(screen: object) -> list[str]:
    assert isinstance(screen, Dashboard)
    seen = screen.preview.lines
    return [seen.line_at(row).plain for row in range(seen.count)]


async def test_a_directory_of_many_files_is_one_row_that_h_hides(
    recorded: Recorded,
) -> None:
    world = recorded(OBSERVED)
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, *TO_FILES)
            with_heaps = lines(app.screen)
            await press(pilot, world, "h")
            without = lines(app.screen)
            await press(pilot, world, "h")
            again = lines(app.screen)

    assert any("node_modules/… 1,243 files" in line for line in with_heaps)
    assert not any("node_modules" in line for line in without)
    assert again == with_heaps


async def test_a_write_appears_while_one_looks(recorded: Recorded) -> None:
    """The newest first."""
    world = recorded(OBSERVED)
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, *TO_FILES)
            happens(world, "/workspace/src/fresh.py")
            await until(pilot, lambda: "fresh.py" in "".join(lines(app.screen)))
            rows = [line for line in lines(app.screen) if "src/" in line]

    assert "src/fresh.py" in rows[0]


async def test_the_newest_stays_in_view_however_many_there_are(
    recorded: Recorded,
) -> None:
    """Only the pane is followed to its end."""
    world = recorded(OBSERVED)
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, *TO_FILES)
            happens(world, *(f"/workspace/src/n{number}.py" for number in range(60)))
            await until(pilot, lambda: "src/n0.py" in "".join(lines(app.screen)))
            await pilot.pause()
            assert isinstance(app.screen, Dashboard)
            assert app.screen.preview.lines.scroll_offset.y == 0
