"""The dashboard's app: stores wishes, and nudges the screens when the store grows."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import Key
from textual.filter import LineFilter
from textual.keys import _character_to_key  # what the pilot of its tests presses by
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from swarm import assets
from swarm.errors import SwarmError
from swarm.model.ending_signals import ending_signals
from swarm.model.failure import Failure
from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.model.task import State
from swarm.model.wishes import (
    OpenShell,
    PlanLanding,
    Wish,
)
from swarm.plan.naming import TaskNames
from swarm.store.wish_queries import WishRecord
from swarm.tui import failures, themes
from swarm.tui.backend import Backend, Options
from swarm.tui.dialogs.build import BuildDialog
from swarm.tui.messages import (
    Attach,
    EditPolicy,
    NeedsAnnounced,
    NeedsCounted,
    NeedSeen,
    Nudge,
    OpenAddress,
    OpenAudit,
    OpenPolicy,
    OpenReview,
    WishDecided,
    WishesRequested,
    WishRequested,
)
from swarm.tui.notifier import Notifier
from swarm.tui.present import wish_text
from swarm.tui.present.ascii import AsciiOnly
from swarm.tui.present.formatting import ERROR, GOOD
from swarm.tui.present.keyboard_layout import latin_key
from swarm.tui.screens import opening
from swarm.tui.screens.base import KeyScreen
from swarm.tui.screens.command_palette import KeyCommands
from swarm.tui.screens.dashboard.screen import DashboardScreen
from swarm.tui.wish_group import WishGroup

# Textual tells of a worker's end only where it was started. Here every widget may start
# one, and the app alone reports its failure.
Worker.StateChanged.bubble = True

POLL_SECONDS = 0.05
"""Time between two looks at the store's version; a look costs microseconds."""
TOAST_SECONDS = 8.0
BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (140, "-wide")]
"""Columns from which a class is set on every screen."""
TALL = [(0, "-short"), (30, "-tall")]
"""Rows from which a class is set on every screen."""


class SwarmApp(App[None], inherit_bindings=False):
    """Opens the screens, and is the only part that writes wishes into the store."""

    TITLE = "swarm"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "how_to_leave", show=False, system=True),
        Binding("ctrl+z", "suspend_process", show=False),
    ]
    CSS_PATH: ClassVar[list[Any]] = assets.styles("app", "dashboard")
    COMMANDS: ClassVar[set[type[Provider] | Any]] = {KeyCommands} | App.COMMANDS
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    VERTICAL_BREAKPOINTS = TALL

    def __init__(
        self,
        backend: Backend,
        repo: str | None = None,
        options: Options | None = None,
        on_first_paint: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._backend = backend
        self._on_first_paint = on_first_paint
        self._repo = repo
        self._options = options or Options()
        self._version = -1
        self._knows_of_layout = False
        self._groups: dict[int, WishGroup] = {}
        """The groups of open wishes that were made by one key, by the wish's id."""
        self._open: dict[int, Wish] = {}
        """Wishes of this dashboard that the keeper has not decided, by id."""
        self._unsubmitted: list[Wish] = []
        """Wishes on their way into the store."""
        self._submitting = asyncio.Lock()
        self._notifier = Notifier(self._options.notify, self._write, self._toast)
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        if self._options.theme:
            self.theme = self._options.theme
        else:
            self._begin_dark()

    def _begin_dark(self) -> None:
        """Set the dark theme as `theme =` does, but without reading all CSS again."""
        self.set_reactive(App.theme, themes.DARK.name)
        self.update_classes(
            {
                f"-theme-{themes.DARK.name}": True,
                "-dark-mode": True,
                "-light-mode": False,
            },
            update=False,
        )
        self.stylesheet.set_variables(self.get_css_variables())

    def _write(self, sequence: str) -> None:
        """A sequence of ours for the terminal; nothing where there is none."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def _toast(self, words: str) -> None:
        self.notify(words, severity="warning", markup=False)

    @on(NeedsAnnounced)
    def _announce_needs(self, message: NeedsAnnounced) -> None:
        self._notifier.announce(message.notices)

    @on(NeedSeen)
    @work(group="notify", exit_on_error=False)
    async def _claim_need(self, message: NeedSeen) -> None:
        await asyncio.to_thread(self._backend.claim_notice, message.key)

    @on(NeedsCounted)
    def _count_needs(self, message: NeedsCounted) -> None:
        self._notifier.count(message.count)

    def on_unmount(self) -> None:
        """Leave the terminal's title as it was."""
        self._notifier.close()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, and `AsciiOnly` last if the options ask for it."""
        own = [AsciiOnly()] if self._options.ascii else []
        return [*super().get_line_filters(), *own]

    def get_default_screen(self) -> Screen[None]:
        """The dashboard, whose first paint already shows the stored tasks."""
        screen = DashboardScreen(self._backend, self._options, self._repo)
        # Textual sets these when the terminal's size comes, after the screen has been
        # styled: if they are there before, it need not style all widgets again.
        width, height = self.size
        classes = (_breakpoint(width, BREAKPOINTS), _breakpoint(height, TALL))
        return screen.add_class(*classes, update=False)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer the theme alone; all other commands are in the table of keys."""
        yield SystemCommand(
            "Theme", "choose another set of colours", self.action_change_theme
        )

    def on_mount(self) -> None:
        """Watch the store; after the first paint, load the code of later screens."""
        self._leave_at_signals()
        self.set_interval(POLL_SECONDS, self._poll)
        self.call_after_refresh(self._after_first_paint)

    def _leave_at_signals(self) -> None:
        """Give the terminal back before a signal ends the dashboard."""
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in ending_signals():
            loop.add_signal_handler(number, self.exit, None, 128 + number)

    def _after_first_paint(self) -> None:
        self._on_first_paint()
        if self._options.notice:
            self._say(self._options.notice)
        self._preload()

    def on_key(self, event: Key) -> None:
        """Take a letter of another keyboard layout for the Latin one of its key."""
        character = event.character or ""
        key = latin_key(character)
        if (character.isascii() and not key) or not event.is_printable:
            return
        event.stop()
        if key:
            self.simulate_key(_character_to_key(key))
        elif not self._knows_of_layout:
            self._knows_of_layout = True
            self._say("swarm's keys are Latin letters: switch the keyboard's layout")

    @work(group="preload", exit_on_error=False)
    async def _preload(self) -> None:
        await asyncio.to_thread(opening.preload)

    def on_worker_state_changed(self, message: Worker.StateChanged) -> None:
        """Say why a worker failed, whichever part of the dashboard it worked for."""
        error = message.worker.error
        if message.state is not WorkerState.ERROR or error is None:
            return
        if isinstance(error, SwarmError):
            words = (safe_line(error.message), safe_line(error.hint))
            self._say("; ".join(word for word in words if word), ERROR)
        failure = failures.log(message.worker.group, error)
        if not isinstance(error, SwarmError):
            sentence = f"{safe_line(message.worker.group)} failed: {failure.name}"
            self._say(f"{sentence}; {_in_log(failure)}", ERROR)

    def _poll(self) -> None:
        version = self._backend.queries.version()
        if version != self._version:
            self._version = version
            self._check_open_wishes()
            for screen in self.screen_stack:
                screen.post_message(Nudge())

    def _check_open_wishes(self) -> None:
        """Look for decisions of the keeper, and report each."""
        for wish_id, wish in list(self._open.items()):
            record = self._backend.queries.wishes.get(wish_id)
            if record.outcome:
                del self._open[wish_id]
                self._decided(wish, record, self._groups.pop(wish_id, None))

    def _decided(
        self, wish: Wish, record: WishRecord, group: WishGroup | None = None
    ) -> None:
        if group:
            group.count(record)
            self._tell_group(group)
        elif isinstance(wish, PlanLanding):
            # It is a part of a screen, which shows the answer or the refusal itself.
            pass
        elif record.outcome == "refused":
            words = (safe_line(record.message), safe_line(record.hint))
            # The toast goes, and this line would say `stop #3 …` for ever.
            self._say(f"{wish_text.name(wish)} refused: {words[0]}", ERROR)
            if not self._is_shown(record):
                self.notify(
                    "\n".join(word for word in words if word),
                    title=f"{wish.verb} refused",
                    severity="error",
                    timeout=TOAST_SECONDS,
                    markup=False,
                )
        else:
            sentence = wish_text.outcome(wish, record.result)
            self._say(sentence, GOOD if sentence else "")
            if isinstance(wish, OpenShell):
                self._show_shell(wish.task, str(record.result["pane"]))
        for screen in self.screen_stack:
            screen.post_message(WishDecided(wish, record))

    def _is_shown(self, refused: WishRecord) -> bool:
        """True if the dialog that is open shows the build that failed for it."""
        screen = self.screen
        return isinstance(screen, BuildDialog) and screen.tells(refused.message)

    def _tell_group(self, group: WishGroup) -> None:
        if group.is_over:
            self._say(group.sentence, ERROR if group.has_failed else GOOD)

    @on(WishesRequested)
    def _wishes_requested(self, message: WishesRequested) -> None:
        """Submit those of the wishes that are not open yet."""
        known = [*self._open.values(), *self._unsubmitted]
        new = [wish for wish in message.wishes if wish not in known]
        if not new:
            self._say("already requested, not decided yet")
            return
        self._say(f"{new[0].verb} {plural(len(new), 'task')} …")
        self._submit(new, WishGroup(len(new), message.outcome))

    @on(WishRequested)
    def _wish_requested(self, message: WishRequested) -> None:
        """Submit the wish, unless an equal one is still open."""
        wish = message.wish
        is_silent = isinstance(wish, PlanLanding)
        if wish in self._open.values() or wish in self._unsubmitted:
            if not is_silent:
                self._say(f"{wish_text.name(wish)}: already requested, not decided yet")
            return
        if not is_silent:
            self._say(wish_text.request(wish))
        self._submit([wish])

    @work(group="wishes", exit_on_error=False)
    async def _submit(
        self, wishes: Sequence[Wish], group: WishGroup | None = None
    ) -> None:
        """Store wishes one after another, in the order they were made."""
        self._unsubmitted += wishes
        async with self._submitting:
            for wish in wishes:
                try:
                    if await asyncio.to_thread(self._backend.keeper_pid) is None:
                        await asyncio.to_thread(self._backend.ensure_keeper)
                    wish_id = await asyncio.to_thread(self._backend.submit, wish)
                except SwarmError as error:
                    sentence = f"{safe_line(error.message)}; {safe_line(error.hint)}"
                    self._lost(sentence, group)
                else:
                    self._open[wish_id] = wish
                    if group:
                        self._groups[wish_id] = group
                    self._version = -1
                finally:
                    self._unsubmitted.remove(wish)

    def _lost(self, sentence: str, group: WishGroup | None) -> None:
        """A wish could not be stored."""
        if group:
            group.lose(sentence)
            self._tell_group(group)
        else:
            self._say(sentence, ERROR)

    @on(OpenReview)
    def _open_review(self, message: OpenReview) -> None:
        task, path = message.task, message.path
        screen = opening.review_screen(self._backend, self._options, task, path)
        self.push_screen(screen)

    @on(OpenPolicy)
    def _open_policy(self, message: OpenPolicy) -> None:
        message.stop()
        screen = opening.policy_screen(self._backend, self._options, message.task)
        self.push_screen(screen)

    @on(OpenAudit)
    def _open_audit(self, message: OpenAudit) -> None:
        message.stop()
        screen = opening.audit_screen(self._backend, self._options, message.task)
        self.push_screen(screen)

    @on(Attach)
    @work(group="attach", exclusive=True, exit_on_error=False)
    async def _attach_pane(self, message: Attach) -> None:
        """Hand the terminal over; the dashboard waits until it is back."""
        name = TaskNames("", message.task).pane
        try:
            screens = await asyncio.to_thread(self._backend.panes.capture, [name])
            if name not in screens:
                self._say(f"task {message.task} has no terminal any more", ERROR)
                return
            self._lend(self._backend.panes.attach_argv(name))
        except SwarmError as error:
            self._say(f"{safe_line(error.message)}; {safe_line(error.hint)}", ERROR)

    @work(group="attach", exclusive=True, exit_on_error=False)
    async def _show_shell(self, task: int, pane: str) -> None:
        """Hand the terminal over to a shell of the human's, and tell how it ended."""
        try:
            argv = await asyncio.to_thread(self._backend.panes.attach_argv, pane)
            self._lend(argv)
        except SwarmError as error:
            self._say(f"{safe_line(error.message)}; {safe_line(error.hint)}", ERROR)
            return
        if self._backend.queries.tasks.get(task).state is not State.LIVE:
            self._say(f"task {task} has ended, and your shell with it")

    @on(OpenAddress)
    @work(group="browser", exit_on_error=False)
    async def _open_address(self, message: OpenAddress) -> None:
        address = message.address
        if await asyncio.to_thread(self._backend.open_address, address):
            self._say(f"opened {address} in your browser")
        else:
            self._say(f"no browser could be started; open {address} yourself", ERROR)

    @on(EditPolicy)
    def _edit_policy(self) -> None:
        """Run `swarm policy edit`, which explains a mistake in its own words."""
        try:
            status = self._lend([sys.executable, "-m", "swarm", "policy", "edit"])
        except SwarmError as error:
            self._say(f"{safe_line(error.message)}; {safe_line(error.hint)}", ERROR)
        else:
            if status:
                self._say(
                    "the policy file has a mistake: run swarm policy check", ERROR
                )
            else:
                self._say("the policy file is in order", GOOD)

    def _lend(self, argv: list[str]) -> int:
        """Hand the terminal to a command; the dashboard waits until it is back."""
        try:
            with self.suspend():
                return self._backend.run(argv)
        finally:
            self.refresh(layout=True)
            self._version = -1

    def _fatal_error(self) -> None:
        """End with one line in place of Textual's traceback, which shows variables."""
        error = self._exception
        if error is None:
            super()._fatal_error()
            return
        if self._exit_renderables:
            return  # the end itself fails, too, and has nothing to add
        failure = failures.log("main loop", error)
        if isinstance(error, SwarmError):
            lines = [safe_line(error.message), safe_line(error.hint)]
        else:
            lines = [f"the dashboard failed: {failure.name}", _in_log(failure)]
        lines.append("tasks and the keeper go on; `swarm` opens the dashboard again")
        self._exit_renderables.append(
            Text("swarm: " + "\n  ".join(filter(None, lines)))
        )
        self._close_messages_no_wait()

    def action_how_to_leave(self) -> None:
        """Name the key to leave: Ctrl+C is a habit, and must not end anything."""
        self._say("q leaves this view; agents keep running")

    def _say(self, text: str, tone: str = "") -> None:
        for screen in self.screen_stack:
            if isinstance(screen, KeyScreen):
                screen.say(text, tone)


def _in_log(failure: Failure) -> str:
    return f"dashboard.log in swarm's home has {failure.id}"


def _breakpoint(cells: int, breakpoints: list[tuple[int, str]]) -> str:
    """The class of the greatest breakpoint that this many columns or rows reach."""
    return max(one for one in breakpoints if one[0] <= cells)[1]
