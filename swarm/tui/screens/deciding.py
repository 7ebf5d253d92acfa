"""Denied requests on the main screen: the panel, the toast, the card, and undo."""

import time
from typing import Any

from swarm.model import events as e
from swarm.model.task import State
from swarm.tui import late, network, present
from swarm.tui.denials import Denials, Denied, owner
from swarm.tui.messages import Wish
from swarm.tui.ports import Doors, Options
from swarm.tui.present import WARNING
from swarm.tui.screens.fleet import Fleet

TOAST_SECONDS = 5.0
"""The least time between two toasts; the panel shows every row at once."""
ROWS_SHOWN = 50


class Deciding(Fleet):
    """A decision is a wish about exactly the host and port that the card showed."""

    def __init__(self, doors: Doors, options: Options, repo: str | None) -> None:
        super().__init__(doors, options, repo)
        self.denials = Denials()
        self._granted: list[dict[str, Any]] = []
        """What was granted from here, the newest last."""
        self._later: set[tuple[int, str, int]] = set()
        self._toasted = 0.0
        self._seeded = False

    def seed(self) -> None:
        """What was denied before this view was opened is shown, and not toasted."""
        self.denials.follow(self.doors.queries.decisions())
        self._seeded = True
        self.draw_events()

    def took(self, recorded: list[e.Recorded]) -> None:
        """New events: gather denials, and toast the first of an owner domain."""
        if not self._seeded:
            return
        known = {task.id for task in self.tasks}
        for row in self.denials.follow(recorded):
            if row.task in known and time.monotonic() - self._toasted > TOAST_SECONDS:
                self._toasted = time.monotonic()
                text = f"⊘ {self._called(row)} → {row.name}  [!] decide"
                self.app.notify(text, severity="warning", markup=False)

    def panel_head(self) -> list[Any]:
        """The rows above the events."""
        alive = {task.id for task in self.tasks if task.state is State.LIVE}
        rows = self.denials.of(task.id for task in self.tasks)
        rows.sort(key=lambda row: row.task not in alive)
        return [
            network.denied_line(row, self._called(row), row.task in alive)
            for row in rows[:ROWS_SHOWN]
        ]

    def waiting_rows(self) -> list[Denied]:
        """Undecided rows of tasks at work; those put off come last."""
        alive = (task.id for task in self.tasks if task.state is State.LIVE)
        rows = self.denials.undecided(alive)
        return sorted(rows, key=lambda row: row.where in self._later)

    def do_decide(self) -> None:
        """The card of the newest undecided row."""
        rows = self.waiting_rows()
        if not rows:
            self.say("nothing that was denied waits for you")
            return
        row = rows[0]
        domain = owner(row.host)
        others = self.denials.of(task.id for task in self.tasks)
        first = not any(owner(o.host) == domain and o.decided for o in others)
        card = late.denied_card()(row, self._called(row), f"1/{len(rows)}", first)
        self.app.push_screen(card, lambda what: self._decided_on(row, what))

    def _decided_on(self, row: Denied, what: str | None) -> None:
        match what:
            case None:
                self._later.add(row.where)
            case "next":
                self._later.add(row.where)
                self.do_decide()
            case "copy":
                self.app.copy_to_clipboard(row.name)
                self.say(f"copied {row.name}")
            case "project":
                self._ask_project_rule(row)
            case "once" | "task":
                self._grant(row, "allow", what)
            case "keep":
                self._grant(row, "deny", "task")
            case "block":
                self._grant(row, "deny", "task")
                self.post_message(Wish("pause", task=row.task))

    def _ask_project_rule(self, row: Denied) -> None:
        words = [
            "writes to the project's policy file, for every task of it:",
            "",
            "  + [[allow]]",
            f'  + host = "{row.host}"',
            *([f"  + ports = [{row.port}]"] if row.port != 443 else []),
        ]
        ask = late.confirm()("Allow for project", words, "Allow")

        def answered(yes: bool | None) -> None:
            if yes:
                self._grant(row, "allow", "project")

        self.app.push_screen(ask, answered)

    def _grant(self, row: Denied, kind: str, scope: str) -> None:
        body = {"kind": kind, "host": row.host, "port": row.port, "scope": scope}
        body |= {"task": row.task, "repo": self.repo}
        self._granted.append(body)
        self.post_message(Wish("grant", **body))
        if kind == "allow":
            self.say(f"allowing {row.name} ({scope}) — u takes it back", WARNING)

    @property
    def has_grants(self) -> bool:
        """Whether something was decided from here that can be taken back."""
        return bool(self._granted)

    def take_back(self) -> None:
        """Undo the last decision of this view."""
        if not self._granted:
            return
        body = self._granted.pop()
        kept = {name: body[name] for name in ("host", "scope", "task", "repo")}
        self.post_message(Wish("revoke", **kept))

    def _called(self, row: Denied) -> str:
        task = next((task for task in self.tasks if task.id == row.task), None)
        return present.named(task, 40) if task else f"#{row.task}"
