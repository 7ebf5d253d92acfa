"""Lets a human decide on denied requests: on a card, on a list, and taken back."""

from collections.abc import Callable, Sequence

from swarm.config import public_suffixes
from swarm.model.task import State, Task
from swarm.model.wishes import Grant, Kind, Pause, Scope, SendText, Wish
from swarm.tui.backend import ResolvePolicy
from swarm.tui.dialogs import opening
from swarm.tui.dialogs.denial_question import DenialQuestion
from swarm.tui.messages import WishRequested
from swarm.tui.present import host_warnings, task_appearance
from swarm.tui.present.denials import DenialKey, DenialRow, DenialTracker
from swarm.tui.present.formatting import WARNING
from swarm.tui.screens.base import KeyScreen

ONCE_SECONDS = 120.0
"""The time that a grant for one connection waits for it."""


class Decisions:
    """Asks on the screen it belongs to; a decision is a wish about one host and port.

    It is about exactly the host and port that the card showed.
    """

    def __init__(
        self,
        screen: KeyScreen[None],
        tracker: DenialTracker,
        resolve_policy: ResolvePolicy,
        tasks: Callable[[], Sequence[Task]],
        repo: str | None,
    ) -> None:
        """`tasks` returns those that the screen shows now."""
        self._screen = screen
        self._tracker = tracker
        self._resolve_policy = resolve_policy
        self._tasks = tasks
        self._repo = repo
        self._postponed: set[DenialKey] = set()
        """Rows that the human put off."""
        self._grants: list[Grant] = []
        """Grants that were asked for from here, the newest last."""

    @property
    def has_grants(self) -> bool:
        """True if something was decided from here that can be taken back."""
        return bool(self._grants)

    @property
    def can_tell_agent(self) -> bool:
        """True if a task at work was allowed something from here."""
        return self._last_allowed() is not None

    def open_card(self) -> None:
        """Show the card of the newest undecided row."""
        rows = self._waiting_rows()
        if not rows:
            self._screen.say("nothing that was denied waits for you")
            return
        row = rows[0]
        card = opening.denial_card(self._question(row, f"1/{len(rows)}"))
        self._screen.app.push_screen(card, lambda choice: self._apply(row, choice))

    def tell_agent(self) -> None:
        """Type into the agent's pane that what it was denied passes now."""
        grant = self._last_allowed()
        assert grant is not None
        assert grant.task is not None
        text = f"{grant.host}:{grant.port} can be reached now; try it again"
        self._request(SendText(grant.task, text))

    def take_back(self) -> None:
        """Undo the last decision of this view."""
        if self._grants:
            self._request(self._grants.pop().revocation)

    def _request(self, wish: Wish) -> None:
        self._screen.post_message(WishRequested(wish))

    def _waiting_rows(self) -> list[DenialRow]:
        """Undecided rows of tasks at work; those put off come last."""
        live = (task.id for task in self._tasks() if task.state is State.LIVE)
        rows = self._tracker.undecided(live)
        return sorted(rows, key=lambda row: row.key in self._postponed)

    def _question(self, row: DenialRow, place: str = "") -> DenialQuestion:
        return DenialQuestion(
            row=row,
            name=task_appearance.name_of(row.task, self._tasks()),
            place=place,
            is_first=self._is_first(row),
            current_row=lambda: self._tracker.row(row.key),
            resolve_policy=self._resolve_policy,
        )

    def _is_first(self, row: DenialRow) -> bool:
        """True if nothing of this owner's was ever decided on."""
        domain = public_suffixes.owner(row.host)
        others = self._tracker.rows_of(task.id for task in self._tasks())
        return not any(
            other.decided and public_suffixes.owner(other.host) == domain
            for other in others
        )

    def _open_list(self) -> None:
        """Show what waits as a list; each row is decided by itself."""
        questions = [self._question(row) for row in self._waiting_rows()]
        self._screen.app.push_screen(
            opening.denial_list(questions), self._apply_choices
        )

    def _apply_choices(self, choices: dict[DenialKey, str] | None) -> None:
        if not choices:
            return
        for key, choice in choices.items():
            row = self._tracker.row(key)
            if row is not None:
                self._apply(row, choice)
        denied = sum(choice == "keep" for choice in choices.values())
        words = f"allowing {len(choices) - denied}, keeping {denied} denied"
        self._screen.say(f"{words} — u takes them back one by one", WARNING)

    def _apply(self, row: DenialRow, choice: str | None) -> None:
        match choice:
            case None:
                self._postponed.add(row.key)
            case "next":
                self._postponed.add(row.key)
                self.open_card()
            case "many":
                self._open_list()
            case "copy":
                self._screen.app.copy_to_clipboard(row.name)
                self._screen.say(f"copied {row.name}")
            case "once" | "task" | "project":
                self._confirm_public_place(row, choice)
            case "keep":
                self._grant(row, "deny", "task")
            case "block":
                self._grant(row, "deny", "task")
                self._request(Pause(row.task))

    def _confirm_public_place(self, row: DenialRow, scope: Scope) -> None:
        """Have the owner typed if strangers can read there what is sent."""
        if not host_warnings.is_public_place(row.host):
            self._allow(row, scope)
            return
        words = [
            f"Anybody can open an account at {row.name}",
            "and read there whatever the agent sends.",
        ]
        owner = public_suffixes.owner(row.host)
        dialog = opening.type_to_confirm("Allow a public place", words, owner)

        def answered(yes: bool | None) -> None:
            if yes:
                self._allow(row, scope)

        self._screen.app.push_screen(dialog, answered)

    def _allow(self, row: DenialRow, scope: Scope) -> None:
        if scope == "project":
            self._confirm_project_rule(row)
        else:
            self._grant(row, "allow", scope)

    def _confirm_project_rule(self, row: DenialRow) -> None:
        words = [
            "writes to the project's policy file, for every task of it:",
            "",
            "  + [[allow]]",
            f'  + host = "{row.host}"',
            *([f"  + ports = [{row.port}]"] if row.port != 443 else []),
        ]
        dialog = opening.confirm("Allow for project", words, "Allow")

        def answered(yes: bool | None) -> None:
            if yes:
                self._grant(row, "allow", "project")

        self._screen.app.push_screen(dialog, answered)

    def _grant(self, row: DenialRow, kind: Kind, scope: Scope) -> None:
        grant = Grant(
            row.host,
            kind=kind,
            port=row.port,
            scope=scope,
            task=row.task,
            repo=self._repo or "",
            seconds=ONCE_SECONDS if scope == "once" else None,
        )
        self._grants.append(grant)
        self._request(grant)
        if kind == "allow":
            words = f"allowing {row.name} ({scope}) — u takes it back"
            self._screen.say(words, WARNING)

    def _last_allowed(self) -> Grant | None:
        """The newest grant from here to a task that still has a live agent."""
        live = {task.id for task in self._tasks() if task.state is State.LIVE}
        allowed = (grant for grant in self._grants[::-1] if grant.kind == "allow")
        return next((grant for grant in allowed if grant.task in live), None)
