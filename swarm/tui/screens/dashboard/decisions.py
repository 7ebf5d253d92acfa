"""Lets a human decide on denied requests: on a card, on a list, and taken back."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from swarm.config import public_suffixes
from swarm.model.offer import Offer
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.wishes import AddService, Grant, Kind, Pause, Scope, SendText, Wish
from swarm.policy.narrowing import Narrowing
from swarm.store.queries import Queries
from swarm.tui.backend import ResolvePolicy
from swarm.tui.dialogs import opening
from swarm.tui.dialogs.denial_question import CardAnswer, DenialQuestion
from swarm.tui.messages import WishRequested
from swarm.tui.present import host_warnings, task_appearance
from swarm.tui.present.denials import DenialKey, DenialRow, DenialTracker
from swarm.tui.present.formatting import WARNING
from swarm.tui.screens.base import KeyScreen

ONCE_SECONDS = 120.0
"""The time that a grant for one connection waits for it."""

NOTHING = Offer()
"""No rule is narrower than the host."""


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
        queries: Queries,
    ) -> None:
        """`tasks` returns those that the screen shows now."""
        self._screen = screen
        self._tracker = tracker
        self._resolve_policy = resolve_policy
        self._tasks = tasks
        self._repo = repo
        self._queries = queries
        self._postponed: set[DenialKey] = set()
        """Rows that the human put off."""
        self._grants: list[Grant] = []
        """Grants that were asked for from here, the newest last."""
        self._granted_at: list[float] = []
        """The monotonic time of each."""

    @property
    def has_grants(self) -> bool:
        """True if something was decided from here that can be taken back."""
        return bool(self._grants)

    @property
    def has_new(self) -> bool:
        """True if a denied request waits that the human has not put off."""
        return any(row.key not in self._postponed for row in self._waiting_rows())

    @property
    def newest_at(self) -> float:
        """The monotonic time of the newest grant; -inf if there is none."""
        return self._granted_at[-1] if self._granted_at else -math.inf

    @property
    def can_tell_agent(self) -> bool:
        """True if a task at work was allowed something from here."""
        return self._last_allowed() is not None

    def open_card(self) -> None:
        """Show the card of the newest undecided row."""
        rows = self._waiting_rows()
        if not rows:
            self._screen.say("nothing waits for your decision")
            return
        row = rows[0]
        card = opening.denial_card(self._question(row, f"1/{len(rows)}"))

        def answered(answer: CardAnswer | None) -> None:
            if answer is None:
                self._apply(row, None)
            else:
                self._apply(row, answer.choice, answer.offer)

        self._screen.app.push_screen(card, answered)

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
            self._granted_at.pop()
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
            offer=lambda registries: self._offer(row, registries),
        )

    def _offer(
        self, row: DenialRow, registries: Mapping[str, tuple[str, ...]]
    ) -> Offer:
        """What was denied there since the last decision, and what wanted it."""
        from swarm.model import suggestions  # noqa: PLC0415 - late, for the first paint

        queries = self._queries
        denials = queries.events.denials_of(
            row.task, row.host, row.port, after=row.decided_at
        )
        return suggestions.offer(
            denials,
            lambda record: queries.audit.commands_at(row.task, record.at),
            registries,
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

    def _apply_choices(self, answers: dict[DenialKey, CardAnswer] | None) -> None:
        if not answers:
            return
        for key, answer in answers.items():
            row = self._tracker.row(key)
            if row is not None:
                self._apply(row, answer.choice, answer.offer)
        denied = sum(answer.choice == "keep" for answer in answers.values())
        words = f"allowing {len(answers) - denied}, keeping {denied} denied"
        self._screen.say(f"{words} — u takes them back one by one", WARNING)

    def _apply(
        self, row: DenialRow, choice: str | None, offer: Offer = NOTHING
    ) -> None:
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
                self._confirm_public_place(row, choice, offer)
            case "service":
                self._confirm_service(row, offer)
            case "keep":
                self._grant(row, "deny", "task")
            case "block":
                self._grant(row, "deny", "task")
                self._request(Pause(row.task))

    def _confirm_public_place(self, row: DenialRow, scope: Scope, offer: Offer) -> None:
        """Have the owner typed if strangers can read there what is sent."""
        if not host_warnings.is_public_place(row.host) or offer.is_read_only:
            self._allow(row, scope, offer)
            return
        words = [
            f"Anybody can open an account at {row.name}",
            "and read there whatever the agent sends.",
        ]
        owner = public_suffixes.owner(row.host)
        dialog = opening.type_to_confirm("Allow a public place", words, owner)

        def answered(yes: bool | None) -> None:
            if yes:
                self._allow(row, scope, offer)

        self._screen.app.push_screen(dialog, answered)

    def _allow(self, row: DenialRow, scope: Scope, offer: Offer) -> None:
        if scope == "project":
            self._confirm_project_rule(row, offer)
        else:
            self._grant(row, "allow", scope, offer)

    def _confirm_project_rule(self, row: DenialRow, offer: Offer) -> None:
        words = [
            "writes to the project's policy file, for every task of it:",
            "",
            *(
                f"  + {line}"
                for part in offer.rules or (Narrowing(),)
                for line in _rule_lines(row, part)
            ),
        ]
        dialog = opening.confirm("Allow for project", words, "Allow")

        def answered(yes: bool | None) -> None:
            if yes:
                self._grant(row, "allow", "project", offer)

        self._screen.app.push_screen(dialog, answered)

    def _confirm_service(self, row: DenialRow, offer: Offer) -> None:
        from swarm.policy import services  # noqa: PLC0415 - late, for the first paint

        of = f" of {', '.join(offer.repos)}" if offer.repos else ""
        words = [
            "switches a service on in the project's policy file, for every task:",
            "",
            f"  + {offer.service}{safe_line(of, 160)}",
            f"    {services.summary(offer.service)}",
            "",
            "`swarm policy edit` takes it out again.",
        ]
        dialog = opening.confirm("Add a service", words, "Add")

        def answered(yes: bool | None) -> None:
            if yes:
                self._request(
                    AddService(
                        offer.service,
                        "project",
                        task=row.task,
                        repo=self._repo or "",
                        repos=offer.repos,
                    )
                )
                words = f"adding service {offer.service}; try {row.name} again then"
                self._screen.say(words, WARNING)

        self._screen.app.push_screen(dialog, answered)

    def _grant(
        self, row: DenialRow, kind: Kind, scope: Scope, offer: Offer = NOTHING
    ) -> None:
        for part in offer.rules or (Narrowing(),):
            grant = Grant(
                row.host,
                kind=kind,
                port=row.port,
                scope=scope,
                task=row.task,
                repo=self._repo or "",
                methods=part.methods,
                paths=part.paths,
                seconds=ONCE_SECONDS if scope == "once" else None,
            )
            self._request(grant)
        # One word takes back every rule about the host.
        self._grants.append(grant)
        self._granted_at.append(time.monotonic())
        if kind == "allow":
            words = f"allowing {row.name} ({scope}) — u takes it back"
            self._screen.say(words, WARNING)

    def _last_allowed(self) -> Grant | None:
        """The newest grant from here to a task that still has a live agent."""
        live = {task.id for task in self._tasks() if task.state is State.LIVE}
        allowed = (grant for grant in self._grants[::-1] if grant.kind == "allow")
        return next((grant for grant in allowed if grant.task in live), None)


def _rule_lines(row: DenialRow, part: Narrowing) -> Iterator[str]:
    yield "[[allow]]"
    yield f'host = "{row.host}"'
    if row.port != 443:
        yield f"ports = [{row.port}]"
    for key in ("methods", "paths"):
        if values := getattr(part, key):
            yield f"{key} = {json.dumps(list(values))}"
