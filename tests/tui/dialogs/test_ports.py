"""The ports of a task: an address in the browser, another port, one less."""

from collections.abc import Callable

import pytest

from swarm.tui.dialogs.ports import PortsDialog
from tests.scenes import PORTS, Scene, press, shown
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_decisions import wishes

Recorded = Callable[[Scene], FakeBackend]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PortsDialog, "arm_seconds", 0.0)


async def pressed(backend: FakeBackend, *keys: str) -> None:
    with shown(backend) as app:
        async with app.run_test(size=(100, 30)) as pilot:
            await press(pilot, backend, *keys)
            await pilot.pause()


async def test_enter_opens_the_address_in_the_browser(recorded: Recorded) -> None:
    backend = recorded(PORTS)
    await pressed(backend, "o", "enter")

    assert backend.addresses == ["http://t1.localhost:20016/"]
    assert wishes(backend) == []


async def test_a_raw_port_has_no_page(recorded: Recorded) -> None:
    backend = recorded(PORTS)
    await pressed(backend, "o", "j", "enter")

    assert backend.addresses == []


async def test_a_port_is_closed(recorded: Recorded) -> None:
    backend = recorded(PORTS)
    await pressed(backend, "o", "G", "x")

    assert wishes(backend) == [("close_port", {"task": 1, "port": 8080})]


@pytest.mark.parametrize(
    ("keys", "task"),
    [(("o", "a", *"9000", "enter"), 1), (("j", "o", *"9000", "enter"), 2)],
)
async def test_another_port_is_typed(
    recorded: Recorded, keys: tuple[str, ...], task: int
) -> None:
    """A task without any begins in the line for it."""
    backend = recorded(PORTS)
    await pressed(backend, *keys)

    wish = {"task": task, "port": 9000, "at": 0, "raw": False}
    assert wishes(backend) == [("open_port", wish)]


@pytest.mark.parametrize("typed", ["", "0", "99999", "http"])
async def test_what_is_no_port_is_told(recorded: Recorded, typed: str) -> None:
    backend = recorded(PORTS)
    with shown(backend) as app:
        async with app.run_test(size=(100, 30)) as pilot:
            await press(pilot, backend, "o", "a", *typed, "enter")
            words = str(app.screen.query_one("#port-fault").render())

    assert "a number from 1 to 65535" in words
    assert wishes(backend) == []
