"""Each key of the dashboard does what the table says."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from textual.widgets import Input, TextArea

from swarm.model import events
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from swarm.store.wish_queries import WishRecord
from swarm.tui.app import SwarmApp
from swarm.tui.screens.dashboard.screen import DashboardScreen
from swarm.tui.widgets.message_line import MessageLine
from swarm.tui.widgets.preview import Preview
from tests.scenes import (
    ALL_STATES,
    FAILED_LAUNCH,
    NIGHT,
    THREE_RUNNING,
    TWENTY,
    Scene,
    answer,
    press,
    settled,
    shown,
    until,
)
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]


def asked(backend: FakeBackend) -> list[WishRecord]:
    """The wishes that stand in the store."""
    queries = Queries(backend.database)
    try:
        return queries.wishes.open()
    finally:
        queries.close()


def said(app: SwarmApp) -> str:
    """What stands on the message line of the screen, or of the one below a dialog."""
    lines = [line for each in app.screen_stack for line in each.query(MessageLine)]
    return str(lines[-1].render()).strip()


def dashboard(app: SwarmApp) -> DashboardScreen:
    """The main screen, wherever it stands."""
    screen = app.screen_stack[0]
    assert isinstance(screen, DashboardScreen)
    return screen


async def test_a_dialog_ignores_a_key_that_was_meant_for_another_screen(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is confirmed in the first moment."""
    monkeypatch.setattr("swarm.tui.dialogs.base.Dialog.arm_seconds", 60.0)
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "K", "y")

    assert asked(backend) == []


async def test_a_key_that_cannot_be_used_says_why(recorded: Recorded) -> None:
    """No key is silently dead."""
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "p")

            assert said(app) == "needs a running task; sql-migrate is oom"
    assert asked(backend) == []


async def test_the_same_wish_is_not_asked_twice(recorded: Recorded) -> None:
    """A doubled key is one wish while it is not decided."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "s", "s")

            assert said(app) == "stop #1: already requested, not decided yet"
    assert len(asked(backend)) == 1


async def test_a_refused_wish_is_a_toast_with_the_hint_last(
    recorded: Recorded,
) -> None:
    """Title is the verb, then what happened, then the way out."""
    backend = recorded(THREE_RUNNING)
    backend.refusals["stop"] = ("task 1 is [b]gone[/b]\x1b[2J", "see `swarm show 1`")
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "s", "keeper")

            (toast,) = app._notifications
            assert toast.title == "stop refused"
            assert toast.message == (
                "task 1 is [b]gone[/b]\\x1b[2J\nsee `swarm show 1`"
            )
            assert not toast.markup
            assert said(app) == "stop #1 refused: task 1 is [b]gone[/b]\\x1b[2J"


async def test_a_dead_keeper_is_started_for_a_wish(recorded: Recorded) -> None:
    """The human asks for work, not for processes."""
    backend = recorded(THREE_RUNNING)
    backend.keeper = None
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "s")

    assert backend.keeper_starts == 1


async def test_enter_hands_the_terminal_over(recorded: Recorded) -> None:
    """The command comes from the panes' door, and runs in the foreground."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "enter")

    assert asked(backend) == []
    assert backend.commands in ([["true", "task-1"]], [])


async def test_a_shell_is_shown_once_the_keeper_opened_it(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal is a toast, as of every wish."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        monkeypatch.setattr(app, "suspend", nullcontext)
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "S")
            assert [wish.verb for wish in asked(backend)] == ["shell"]
            assert backend.commands == []
            await press(pilot, backend, "keeper")
            await until(pilot, lambda: bool(backend.commands))

    assert backend.commands == [["true", "task-1-shell-1"]]


async def test_a_pane_that_is_gone_is_not_attached(recorded: Recorded) -> None:
    """A sentence instead of a flash of tmux."""
    backend = recorded(THREE_RUNNING)
    backend.panes.texts.clear()
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "enter")

            assert said(app) == "task 1 has no terminal any more"


async def test_only_the_selected_pane_is_captured(recorded: Recorded) -> None:
    """One call, one name, and none while another tab is shown."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend)
            await pilot.pause(0.5)
            assert backend.panes.captured
            assert set(map(tuple, backend.panes.captured)) == {("task-1",)}
            await press(pilot, backend, "right_square_bracket")
            before = len(backend.panes.captured)
            await pilot.pause(0.6)

            assert len(backend.panes.captured) == before


async def test_broken_panes_are_said_in_the_preview(recorded: Recorded) -> None:
    """tmux going away is no crash."""
    backend = recorded(THREE_RUNNING)
    backend.panes.broken = "tmux: no server"
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend)
            await pilot.pause(0.4)

            lines = app.screen.query_one(Preview).lines
            assert "tmux: no server" in lines.line_at(0).plain


async def test_a_failed_launch_shows_step_reason_and_log(recorded: Recorded) -> None:
    """Everything that is needed to mend it is in view."""
    backend = recorded(FAILED_LAUNCH)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend)
            lines = app.screen.query_one(Preview).lines
            text = "\n".join(lines.line_at(row).plain for row in range(lines.count))

    assert "✓ worktree" in text
    assert "✕ sandbox" in text
    assert "image swarm/node is not built" in text
    assert "run `swarm image build node`" in text
    assert "no such image: swarm/node:latest" in text


async def test_the_cursor_stays_with_its_task(recorded: Recorded) -> None:
    """What an agent does never moves a key's meaning under the finger."""
    backend = recorded(TWENTY)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            screen = dashboard(app)
            screen.overview.task_list.select(9)
            await settled(pilot)
            screen.overview.task_list.show_tasks(screen.overview.tasks[::-1][3:], 0.0)
            await settled(pilot)

            assert screen.preview.task is not None
            assert screen.preview.task.id == 9


async def test_w_goes_round_those_who_need_me(recorded: Recorded) -> None:
    """Errors first, then what is ready for review, then the first again."""
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            met = []
            for _ in range(8):
                await press(pilot, backend, "w")
                met.append(dashboard(app).overview.task_list.selected)

    assert met == [8, 9, 10, 4, 5, 6, 7, 8]


async def test_the_filter_hides_and_esc_shows_all(recorded: Recorded) -> None:
    """Keys do nothing else while one types."""
    backend = recorded(ALL_STATES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "slash", "type:docs")
            assert dashboard(app).overview.task_list.selected == 2
            await press(pilot, backend, "enter", "escape")

            assert dashboard(app).overview.filter == ""
    assert asked(backend) == []


async def test_help_runs_the_chosen_key(recorded: Recorded) -> None:
    """The table is a menu."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "question_mark", "j", "j", "enter")

            assert app.screen.query_one("#prompt", TextArea)


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_finds_a_command(recorded: Recorded, key: str) -> None:
    """The same table, by name."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, key, "type:freeze")
            await pilot.pause(0.3)
            await press(pilot, backend, "enter")

    assert [wish.verb for wish in asked(backend)] == ["pause"]


async def test_q_closes_the_view_and_nothing_else(recorded: Recorded) -> None:
    """Agents keep running, and that is said."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "q")

            assert not app.is_running or app._exit
    assert asked(backend) == []


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q", "escape"])
async def test_habits_do_not_end_it(recorded: Recorded, key: str) -> None:
    """Only `q` leaves."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, key)

            assert app.is_running
            assert not app._exit


async def test_a_tiny_terminal_is_told_so(recorded: Recorded) -> None:
    """With its live size, and nothing half drawn."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(59, 15)) as pilot:
            await settled(pilot)

            small = app.screen.query_one("#too-small")
            assert small.display
            assert "59×15" in str(small.render())


async def test_a_stored_change_is_seen_at_once(recorded: Recorded) -> None:
    """Growth of the store is noticed, not waited for."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "s")
            answer(backend)
            await pilot.pause(0.2)

            assert said(app) == "stop #1: done"


async def test_letters_in_a_field_are_letters(recorded: Recorded) -> None:
    """`q`, `s` and `K` do nothing while one replies."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "space", "type:qsK")

            assert app.screen.query_one("#reply Input", Input).value == "qsK"
            assert app.is_running
    assert asked(backend) == []


async def test_a_disk_that_fills_is_named_once(recorded: Recorded) -> None:
    """The header has a word for it, and the events scroll away."""
    backend = recorded(THREE_RUNNING)
    words = "the disk of /state\x1b[2J is full: 12.0 MiB free"
    journal = Journal(backend.database)
    journal.record(None, events.DiskRoom("full", "/state", 12, words))
    with shown(backend) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            assert said(app) == "the disk of /state\\x1b[2J is full: 12.0 MiB free"

            await press(pilot, backend, "s")
            await press(pilot, backend, "ctrl+r")
            assert said(app) == "read anew"
    journal.close()


async def test_a_home_that_is_back_is_told(recorded: Recorded) -> None:
    """What went wrong does not stand there for ever."""
    backend = recorded(THREE_RUNNING)
    backend.trouble = "the state folder /state\x1b does not answer"
    with shown(backend) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: "/state\\x1b does not answer" in said(app))
            backend.trouble = ""
            await until(pilot, lambda: "is as it was again" in said(app))


async def test_a_key_leads_to_the_evidence(recorded: Recorded) -> None:
    """Whatever tab was shown."""
    backend = recorded(NIGHT)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "right_square_bracket", "i")
            preview = dashboard(app).query_one(Preview)

            assert preview.tab == "Info"
            assert preview.lines.line_at(0).plain == "AGENT"
