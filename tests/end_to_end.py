"""A human at the dashboard, an agent behind the gate: denied, asked, allowed, retried.

Nothing here stands for anything: engine, tmux, gate, keeper and dashboard are real.
`python -m tests.end_to_end` draws what was seen on the way into screenshots/.
"""

import asyncio
import fcntl
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from swarm.bootstrap import dashboard
from swarm.cli.main import run
from swarm.model import events as model_events
from swarm.model.task import State
from swarm.tui.app import SwarmApp
from swarm.tui.backend import Options
from swarm.tui.dialogs.denial_card import DenialCard
from swarm.tui.screens.dashboard.screen import DashboardScreen
from swarm.tui.screens.policy import PolicyScreen
from tests.engine.keeper_harness import (
    PATIENCE,
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import gateway
from tests.promises.web import Web
from tests.scenes import _png, _with_font

HOST = "packages.example"
POLICY = """\
version = 1

[[allow]]
host = "docs.example"
reason = "the agent reads them"

[network]
allow_nets = ["{address}/32"]
"""
AGENT = (
    "while true; do curl -sk -o /dev/null -m 5 -w "
    "'packages: %{{http_connect}} %{{http_code}}\\n' "
    "https://{host}:{port}/simple/; sleep 1; done"
)
SIZE = (120, 36)


@dataclass
class Session:
    """What was seen: pictures, and what the command line said."""

    harness: KeeperHarness
    app: SwarmApp
    sample: Path
    port: int = 0
    """Of the host that nothing allows."""
    task: int = 0
    pictures: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """An agent that tries the host for ever."""
        command = AGENT.format(host=HOST, port=self.port)
        self.task = self.harness.new_task(self.sample, command, name="fetch-deps")

    def shoot(self, name: str) -> None:
        """A picture of the screen as it is."""
        self.pictures[name] = self.app.export_screenshot(title="swarm", simplify=True)

    async def until(self, pilot: Pilot[None], seen: Callable[[], bool]) -> None:
        """Let the dashboard live until it is so."""
        deadline = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < deadline, self.harness.journal_text()
            await pilot.pause(0.05)

    def happened(self, kind: type[model_events.Event]) -> bool:
        """Whether the task's journal holds such an event."""
        events = self.harness.queries.events.after(task=self.task)
        return any(isinstance(known.event, kind) for known in events)

    def text(self) -> str:
        """Every character of the screen."""
        return "\n".join(
            "".join(segment.text for segment in strip)
            for strip in self.app.screen._compositor.render_strips()
        )

    @property
    def pane(self) -> str:
        """The agent's terminal."""
        name = self.harness.context.names(self.task).pane
        screen = self.harness.context.panes.capture([name]).get(name)
        return screen.text if screen else ""


@contextmanager
def open_session() -> Iterator[Session]:
    """A repository, a host that nothing allows, and the dashboard."""
    with (
        open_keeper_harness() as harness,
        tempfile.TemporaryDirectory() as folder,
        held(harness),
    ):
        names = harness.parts.nets.gate.names
        harness.context.containers.make_network(names.gate, names.labels("gate"))
        web = Web(gateway(names.gate), Path(folder))
        (harness.paths.home / "policy.toml").write_text(
            POLICY.format(address=web.address)
        )
        hosts = f'hosts = {{ "{HOST}" = "{web.address}" }}'
        (harness.paths.home / "config.toml").write_text(
            f'[gate]\nready = 0\npreset = "locked"\n{hosts}\n'
        )
        harness.start_keeper()
        sample = new_sample_repository(Path(folder) / "acme-api")
        app = SwarmApp(
            dashboard.DashboardBackend(harness.paths, sample), str(sample), Options()
        )
        yield Session(harness, app, sample, web.port)
        web.close()


@contextmanager
def held(harness: KeeperHarness) -> Iterator[None]:
    """As a keeper's process holds it: the dashboard need not start another."""
    with harness.paths.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def run_session(at: Session) -> None:
    """Press what a human presses; every step waits for what it leads to."""
    async with at.app.run_test(size=SIZE, notifications=True) as pilot:
        await asyncio.to_thread(at.start)
        await _decide(at, pilot)
        await _ask_why(at, pilot)
        await _end(at, pilot)


async def _decide(at: Session, pilot: Pilot[None]) -> None:
    await at.until(
        pilot, lambda: at.happened(model_events.NetDenied) and "403" in at.pane
    )
    await at.until(pilot, lambda: f"{HOST}:{at.port}" in at.text())
    await pilot.pause(0.5)
    at.shoot("walk-1-denied")
    await pilot.press("exclamation_mark")
    await at.until(pilot, lambda: isinstance(at.app.screen, DenialCard))
    await pilot.pause(0.6)
    at.shoot("walk-2-card")
    await pilot.press("t")
    await at.until(pilot, lambda: at.happened(model_events.PolicyGranted))
    await at.until(pilot, lambda: "200 200" in at.pane)
    await pilot.pause(0.6)
    at.shoot("walk-3-retried")


async def _ask_why(at: Session, pilot: Pilot[None]) -> None:
    await pilot.press("P")
    await at.until(pilot, lambda: has_read_policy(at))
    await pilot.press("w")
    await at.until(pilot, lambda: isinstance(at.app.focused, Input))
    await pilot.press(*f"{HOST}:{at.port}", "enter")
    await at.until(pilot, lambda: "passes" in at.text())
    at.shoot("walk-4-why")
    await pilot.press("escape")
    await at.until(pilot, lambda: isinstance(at.app.screen, DashboardScreen))


def has_read_policy(at: Session) -> bool:
    """Whether the policy's screen has the rules that a question is about."""
    screen = at.app.screen
    return isinstance(screen, PolicyScreen) and screen.resolved_policy is not None


async def _end(at: Session, pilot: Pilot[None]) -> None:
    await pilot.press("s")
    await at.until(
        pilot, lambda: at.harness.queries.tasks.get(at.task).state is State.STOPPED
    )
    await pilot.press("P")
    await pilot.pause(0.6)
    at.shoot("walk-5-the-grant-died")


def why(at: Session, where: str) -> int:
    """`swarm policy why` on this home: its exit status; it prints the answer."""
    os.environ["SWARM_HOME"] = str(at.harness.paths.home)
    os.environ["SWARM_CONFIG"] = str(at.harness.paths.home / "config.toml")
    return run(["policy", "why", where, "--task", str(at.task)])


def main() -> int:
    """Walk, and draw it."""
    with open_session() as at:
        asyncio.run(run_session(at))
        for where in (f"{HOST}:{at.port}", "docs.example"):
            print(f"$ swarm policy why {where} --task {at.task}")
            print(f"exit {why(at, where)}")
    draw(at)
    return 0


def draw(at: Session) -> None:
    """Its pictures into screenshots/."""
    folder = Path(__file__).resolve().parent.parent / "screenshots"
    files = []
    for name, svg in at.pictures.items():
        file = folder / f"{name}-{SIZE[0]}x{SIZE[1]}.svg"
        file.write_text(_with_font(svg), encoding="utf-8")
        files.append(file)
    _png(files)


if __name__ == "__main__":
    sys.exit(main())
