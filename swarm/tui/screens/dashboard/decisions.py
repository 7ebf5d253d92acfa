"""What a human decides on denied requests: on a card, on a list, and taken back."""

from typing import TYPE_CHECKING, Any

from swarm.model.task import State
from swarm.policy import hosts
from swarm.tui import late
from swarm.tui.backend import Doors, Options
from swarm.tui.messages import WishRequested
from swarm.tui.present import host_warnings
from swarm.tui.present.denials import DenialKey, DenialRow
from swarm.tui.present.formatting import WARNING
from swarm.tui.screens.dashboard.denial_tracker import Denying

if TYPE_CHECKING:
    from swarm.tui.dialogs.denial_card import DenialQuestion

ONCE_SECONDS = 120.0
"""How long a grant for one connection waits for it."""


class Deciding(Denying):
    """A decision is a wish about exactly the host and port that the card showed."""

    def __init__(self, doors: Doors, options: Options, repo: str | None) -> None:
        super().__init__(doors, options, repo)
        self._granted: list[dict[str, Any]] = []
        """What was granted from here, the newest last."""

    def do_decide(self) -> None:
        """The card of the newest undecided row."""
        rows = self.waiting_rows()
        if not rows:
            self.say("nothing that was denied waits for you")
            return
        row = rows[0]
        card = late.denied_card()(self._asked(row, f"1/{len(rows)}"))
        self.app.push_screen(card, lambda what: self._decided_on(row, what))

    def _asked(self, row: DenialRow, place: str = "") -> "DenialQuestion":
        return late.asked()(
            row,
            self.called(row),
            place,
            self._is_first(row),
            lambda: self.denials.row(row.where),
            lambda: self.doors.policy(row.task),
        )

    def decide_many(self) -> None:
        """A list of what waits; each row is decided by itself."""
        asked = [self._asked(row) for row in self.waiting_rows()]
        listed = late.denied_list()(asked)
        self.app.push_screen(listed, self._decided_on_many)

    def _decided_on_many(self, answer: dict[DenialKey, str] | None) -> None:
        if not answer:
            return
        for where, what in answer.items():
            row = self.denials.row(where)
            if row is not None:
                self._decided_on(row, what)
        kept = sum(what == "keep" for what in answer.values())
        words = f"allowing {len(answer) - kept}, keeping {kept} denied"
        self.say(f"{words} — u takes them back one by one", WARNING)

    def _is_first(self, row: DenialRow) -> bool:
        """Whether nothing of this owner's was ever decided on."""
        domain = hosts.owner(row.host)
        others = self.denials.of(task.id for task in self.tasks)
        return not any(hosts.owner(o.host) == domain and o.decided for o in others)

    def _decided_on(self, row: DenialRow, what: str | None) -> None:
        match what:
            case None:
                self.later.add(row.where)
            case "next":
                self.later.add(row.where)
                self.do_decide()
            case "many":
                self.decide_many()
            case "copy":
                self.app.copy_to_clipboard(row.name)
                self.say(f"copied {row.name}")
            case "once" | "task" | "project":
                self._allow(row, what)
            case "keep":
                self._grant(row, "deny", "task")
            case "block":
                self._grant(row, "deny", "task")
                self.post_message(WishRequested("pause", task=row.task))

    def _allow(self, row: DenialRow, scope: str) -> None:
        """Where strangers can read what is sent, a key by habit is not enough."""
        if not host_warnings.is_drop(row.host):
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

    def _allowed(self, row: DenialRow, scope: str) -> None:
        if scope == "project":
            self._ask_project_rule(row)
        else:
            self._grant(row, "allow", scope)

    def _ask_project_rule(self, row: DenialRow) -> None:
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

    def _grant(self, row: DenialRow, kind: str, scope: str) -> None:
        body = {"kind": kind, "host": row.host, "port": row.port, "scope": scope}
        body |= {"task": row.task, "repo": self.repo}
        if scope == "once":
            body["seconds"] = ONCE_SECONDS
        self._granted.append(body)
        self.post_message(WishRequested("grant", **body))
        if kind == "allow":
            self.say(f"allowing {row.name} ({scope}) — u takes it back", WARNING)

    def do_tell(self) -> None:
        """Type into the agent's pane that what it was denied passes now."""
        body = self._told_of()
        assert body is not None
        text = f"{body['host']}:{body['port']} can be reached now; try it again"
        self.post_message(WishRequested("send", task=body["task"], text=text))

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
        self.post_message(WishRequested("revoke", **kept))
