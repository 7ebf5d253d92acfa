"""The top line keeps its numbers and its troubles, whatever else must be cut."""

import pytest
from textual.app import App, ComposeResult

from swarm.store.event_queries import Fleet
from swarm.tui.backend import Project
from swarm.tui.widgets.header import Header

COUNTS = [
    ("✕", "3", "error", ""),
    ("◇", "1", "lost", ""),
    ("●", "13", "review", ""),
    ("◐", "2", "working", ""),
]
NUMBERS = " ✕3 ◇1 ●13 ◐2 "
TROUBLES = "state ✕ disk full ▲ engine ✕ keeper ✕ 14:13"


class OneLine(App[None]):
    def compose(self) -> ComposeResult:
        yield Header()


async def line(width: int, project: Project | None, is_fine: bool) -> str:
    fleet = Fleet(engine="27.1") if is_fine else Fleet(disk="full")
    app = OneLine()
    async with app.run_test(size=(width, 3)):
        header = app.query_one(Header)
        numbers = [(glyph, int(n), word, tone) for glyph, n, word, tone in COUNTS]
        header.show(project, numbers, fleet, is_fine, is_fine, "14:13")
        return str(header.render())


@pytest.mark.parametrize(
    ("name", "branch"),
    [
        ("acme", "main"),
        ("acme", "feature/a-rather-long-name-of-a-branch"),
        ("a-repository-with-a-very-long-name-of-its-own", "main"),
        ("acme", ""),
        ("リポジトリの名前", "機能/長い名前のブランチ"),
    ],
)
@pytest.mark.parametrize("is_fine", [True, False])
async def test_a_long_branch_hides_no_number(
    name: str, branch: str, is_fine: bool
) -> None:
    shown = await line(80, Project(name, branch, "3f9c2e1"), is_fine)

    assert NUMBERS in f"{shown} "
    assert is_fine or TROUBLES in shown


async def test_there_is_room_for_all_on_a_wide_screen() -> None:
    shown = await line(120, Project("acme", "main", "3f9c2e1"), True)

    assert shown.startswith(" swarm  acme ▸ main 3f9c2e1   ✕3 error ◇1 lost ●13 review")
