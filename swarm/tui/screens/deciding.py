"""Denied requests on the main screen: the panel, the toast, the card, and undo."""

import time
from typing import Any

from swarm.model import events as e
from swarm.model.task import State
from swarm.policy import hosts
from swarm.tui import cautions, late, network, present
from swarm.tui.denials import Denials, Denied
from swarm.tui.messages import Wish
from swarm.tui.ports import Doors, Options
from swarm.tui.present import WARNING
from swarm.tui.screens.fleet import Fleet

TOAST_SECONDS = 5.0
"""The least time between two toasts; the panel shows every row at once."""
ONCE_SECONDS = 120.0
"""How long a grant for one connection waits for it."""
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
        self._untold = 0
        """New owner domains that no toast has told of yet."""
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
            if row.task not in known:
                continue
            if time.monotonic() - self._toasted > TOAST_SECONDS:
                self._toast(f"⊘ {self._called(row)} → {row.name}  [!] decide")
                continue
            if not self._untold:
                self.set_timer(TOAST_SECONDS, self._toast_others)
            self._untold += 1

    def _toast(self, text: str) -> None:
        self._toasted = time.monotonic()
        self.app.notify(text, severity="warning", markup=False)

    def _toast_others(self) -> None:
        """One toast for all that came too soon after the last one."""
        more = "1 more host" if self._untold == 1 else f"{self._untold} more hosts"
        self._untold = 0
        self._toast(f"⊘ {more} denied  [!] decide")

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
        asked = late.asked()(
            row,
            self._called(row),
            f"1/{len(rows)}",
            self._is_first(row),
            lambda: self.denials.row(row.where),
            lambda: self.doors.policy(row.task),
        )
        card = late.denied_card()(asked)
        self.app.push_screen(card, lambda what: self._decided_on(row, what))

    def _is_first(self, row: Denied) -> bool:
        """Whether nothing of this owner's was ever decided on."""
        domain = hosts.owner(row.host)
        others = self.denials.of(task.id for task in self.tasks)
        return not any(hosts.owner(o.host) == domain and o.decided for o in others)

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
            case "once" | "task" | "project":
                self._allow(row, what)
            case "keep":
                self._grant(row, "deny", "task")
            case "block":
                self._grant(row, "deny", "task")
                self.post_message(Wish("pause", task=row.task))

    def _allow(self, row: Denied, scope: str) -> None:
        """Where strangers can read what is sent, a key by habit is not enough."""
        if not cautions.is_drop(row.host):
            self._allowed(row, scope)
            return
        words = [
            f"Anybody can have a place at {row.name}",
            "and read there whatever the agent sends.",
        ]
        ask = late.typed()("Allow a public place", words, hosts.owner(row.host))

        def answered(yes: bool | None) -> None:
            if yes:
                self._allowed(row, scope)

        self.app.push_screen(ask, answered)

    def _allowed(self, row: Denied, scope: str) -> None:
        if scope == "project":
            self._ask_project_rule(row)
        else:
            self._grant(row, "allow", scope)

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
        if scope == "once":
            body["seconds"] = ONCE_SECONDS
        self._granted.append(body)
        self.post_message(Wish("grant", **body))
        if kind == "allow":
            self.say(f"allowing {row.name} ({scope}) — u takes it back", WARNING)

    def do_tell(self) -> None:
        """Type into the agent's pane that what it was denied passes now."""
        body = self._told_of()
        assert body is not None
        text = f"{body['host']}:{body['port']} can be reached now; try it again"
        self.post_message(Wish("send", task=body["task"], text=text))

    def _told_of(self) -> dict[str, Any] | None:
        """What was allowed last from here, to a task that can still be told."""
        alive = {task.id for task in self.tasks if task.state is State.LIVE}
        given = (one for one in reversed(self._granted) if one["kind"] == "allow")
        return next((one for one in given if one["task"] in alive), None)

    @property
    def can_tell(self) -> bool:
        """Whether a task at work was allowed something from here."""
        return self._told_of() is not None

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
