"""The audit on the screen: what is shown, what is held, what is written out."""

import json
from collections.abc import Callable

import pytest

from swarm.model.activity import Action, Batch, LogPosition, PathActivity
from swarm.store.audit_writer import AuditWriter
from swarm.tui.screens.audit import AuditScreen
from swarm.tui.screens.dashboard.screen import DashboardScreen
from tests.scenes import NOW, OBSERVED, Scene, press, settled, shown, until
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]


def lines(screen: object) -> list[str]:
    assert isinstance(screen, AuditScreen)
    shown_lines = screen.lines
    return [shown_lines.line_at(row).plain for row in range(shown_lines.count)]


def title(screen: object) -> str:
    assert isinstance(screen, AuditScreen)
    return str(screen.query_one("#audit-title").render())


def happens(backend: FakeBackend, *paths: str) -> None:
    """The sensor tells of some more paths, and of a command."""
    writer = AuditWriter(backend.database)
    traces = {path: PathActivity(path, "create", NOW, NOW, count=1) for path in paths}
    ran = Action(NOW, "exec", "exec", "/usr/bin/new", argv=("new",))
    writer.take(Batch(traces, [ran]), LogPosition("0" * 12, 0, 1))
    writer.close()


@pytest.mark.parametrize(
    ("keys", "kinds"),
    [
        ((), {"net", "file", "exec", "life"}),
        (("t",), {"net"}),
        (("t", "t"), {"file"}),
        (("t", "t", "t"), {"exec"}),
        (("v",), {"net", "file", "exec"}),
        (("v", "v"), {"file", "exec"}),
        (("slash", "type:psql", "enter"), {"exec"}),
    ],
)
async def test_a_filter_leaves_what_it_names(
    recorded: Recorded, keys: tuple[str, ...], kinds: set[str]
) -> None:
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "A", *keys)
            found = lines(app.screen)

    assert {line.split()[2] for line in found} == kinds


async def test_the_newest_stands_first(recorded: Recorded) -> None:
    """Of all kinds and tasks together."""
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "A")
            times = [line.split()[0] for line in lines(app.screen)]

    assert times == sorted(times, reverse=True)
    assert len(times) > 10


async def test_one_task_alone_and_all_again(recorded: Recorded) -> None:
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "l")
            own = {line.split()[1] for line in lines(app.screen)}
            await press(pilot, backend, "a")
            every = {line.split()[1] for line in lines(app.screen)}

    assert own == {"rate-limit"}
    assert own < every


async def test_time_stands_still_while_one_looks_at_a_moment(
    recorded: Recorded,
) -> None:
    """What came meanwhile is counted, each once, and is there when one goes on."""
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "A", "j", "j")
            before = lines(app.screen)
            happens(backend, "/workspace/a.py", "/workspace/b.py")
            await until(pilot, lambda: "new" in title(app.screen))
            held, said = lines(app.screen), title(app.screen)
            await press(pilot, backend, "g")
            after = lines(app.screen)

    assert held == before
    assert "held" in said
    assert "+3 new" in said
    assert sum("a.py" in line for line in after) == 1
    assert len(after) == len(before) + 3


async def test_f_holds_and_follows(recorded: Recorded) -> None:
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "A", "f")
            held = title(app.screen)
            await press(pilot, backend, "f")
            live = title(app.screen)

    assert ("held" in held, "live" in live) == (True, True)


async def test_enter_shows_all_that_is_known(recorded: Recorded) -> None:
    """And hides it again."""
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "A", "enter")
            detail = str(app.screen.query_one("#audit-detail").render())
            await press(pilot, backend, "enter")
            closed = not app.screen.query_one("#audit-detail").has_class("-open")

    assert "/workspace/package.json" in detail
    assert closed


@pytest.mark.parametrize(("key", "form"), [("E", "jsonl"), ("X", "csv")])
async def test_what_passes_the_filter_is_written_out(
    recorded: Recorded, key: str, form: str
) -> None:
    """Into a file of the home, whose name is said."""
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "A", "t", "t", "t", key)
            await settled(pilot)
            said = str(app.screen.query_one("#message").render())

    (file,) = (backend.database.parent / "exports").glob(f"*.{form}")
    assert str(file)[-20:] in said.replace("\n", "")
    text = file.read_text()
    assert "npm" in text
    assert "package.json" not in text
    if form == "jsonl":
        assert all(json.loads(line)["kind"] == "Action" for line in text.splitlines())


async def test_esc_leads_back(recorded: Recorded) -> None:
    """From the filter's line to the timeline, from there to the tasks."""
    backend = recorded(OBSERVED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "A", "slash", "escape")
            assert isinstance(app.screen, AuditScreen)
            await press(pilot, backend, "escape")
            assert isinstance(app.screen, DashboardScreen)
