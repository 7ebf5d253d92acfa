"""The main screen: owns its parts, and turns keys into wishes."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container

from swarm.errors import SwarmError
from swarm.model.notice import Notice
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.model.wishes import (
    AnswerQuestion,
    Discard,
    Merge,
    NewTasks,
    Panic,
    SendText,
)
from swarm.tui import keymap
from swarm.tui.backend import Backend, Options
from swarm.tui.messages import (
    Attach,
    NeedsAnnounced,
    NeedsCounted,
    NeedSeen,
    Nudge,
    OpenAudit,
    OpenReview,
    WishDecided,
    WishRequested,
)
from swarm.tui.present import task_appearance
from swarm.tui.present.denials import DenialTracker
from swarm.tui.present.formatting import ERROR, GOOD, WARNING
from swarm.tui.screens.base import KeyScreen
from swarm.tui.screens.dashboard.attention import Attention
from swarm.tui.screens.dashboard.builds import Builds
from swarm.tui.screens.dashboard.bulk import BulkActions
from swarm.tui.screens.dashboard.decisions import Decisions
from swarm.tui.screens.dashboard.denials import Denials
from swarm.tui.screens.dashboard.events import EventPanel
from swarm.tui.screens.dashboard.files import FilesTab
from swarm.tui.screens.dashboard.new_tasks import NewTasksForm
from swarm.tui.screens.dashboard.overview import Overview
from swarm.tui.screens.dashboard.panels import Panels
from swarm.tui.screens.dashboard.preview import TaskPreview
from swarm.tui.screens.dashboard.questions import Questions
from swarm.tui.screens.dashboard.replies import Replies
from swarm.tui.screens.dashboard.task_keys import TaskKeys
from swarm.tui.screens.dashboard.tools import Tools
from swarm.tui.widgets.input_bar import InputBar
from swarm.tui.widgets.preview import Preview
from swarm.tui.widgets.task_list import TaskList

PULL_SECONDS = 0.25
"""The least time between two repaints of list and header."""


class DashboardScreen(KeyScreen[None]):
    """Hands news from the store to its parts; a key assumes no success.

    A part knows no other. What a key asks for is seen when it has been stored.
    """

    TABLE = keymap.TASKS
    TITLE_OF_KEYS = "tasks"
    BINDINGS = keymap.bindings(keymap.TASKS)
    KEY_PARTS: ClassVar[dict[str, type]] = {
        "task_keys": TaskKeys,
        "new_tasks": NewTasksForm,
        "panels": Panels,
    }

    def __init__(self, backend: Backend, options: Options, repo: str | None) -> None:
        super().__init__()
        self._backend = backend
        self._options = options
        self._repo = repo
        self._preview_widget = Preview()
        tracker = DenialTracker()
        self.overview = Overview(backend, options.clock, repo, options.after_limit)
        self.events = EventPanel(backend.queries)
        self.files = FilesTab(
            self._preview_widget, lambda *query: backend.audit.places(*query)
        )
        self.preview = TaskPreview(
            self._preview_widget,
            backend,
            options.clock,
            self.files.body,
            options.versions_seen,
        )
        self.denials = Denials(tracker, self._toast, self.set_timer)
        self.decisions = Decisions(
            self,
            tracker,
            lambda task_id: backend.resolve_policy(task_id),
            lambda: self.overview.tasks,
            repo,
            backend.queries,
        )
        self.questions = Questions(
            self,
            self._selected_first,
            backend.queries,
            options.clock,
            lambda: self.do_decide(),
        )
        self.builds = Builds(
            self, backend.queries, lambda image: backend.build_log(image), options.clock
        )
        self.tools = Tools(self, options.tools_change, self.builds.open)
        self.attention = Attention(
            self._announce,
            self._need_seen,
            self._count_needs,
            self._looked_at,
            self.set_timer,
        )
        self._is_resting = False
        """The store was just read: the next nudge is answered in a moment."""
        self.replies = Replies(
            lambda: self.query_one("#reply", InputBar), self.say, options.reply_way
        )
        self._disk_words = ""
        self.bulk = BulkActions(self, backend.queries, options.clock)
        self.task_keys = TaskKeys(
            self,
            lambda: self._selected_task,
            backend.queries,
            options.clock,
            self.bulk.remember_discard,
        )
        self.new_tasks = NewTasksForm(
            self,
            options,
            repo,
            lambda: self.overview.tasks,
            lambda: self.overview.project,
            self.builds.open,
        )
        self.panels = Panels(self, self.pull)

    def compose_regions(self) -> ComposeResult:
        """Header, list beside preview, events."""
        yield self.overview.header
        with Container(id="panes"):
            yield self.overview.task_list
            yield self.overview.empty_state
            yield self._preview_widget
        yield self.events.lines
        yield InputBar(id="filter", placeholder="name, agent, state …")

    def on_mount(self) -> None:
        """Draw what is stored before anything else is asked."""
        self.overview.task_list.focus()
        self.pull()
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        """Ask for what the first paint did not wait for; it is drawn when it comes."""
        self.pull()
        self.set_interval(1.0, self.pull)
        self.set_interval(2.0, self._check_keeper)
        self.preview.start_capturing()
        self.denials.load_history(self._backend.queries.events.decisions())
        self._draw_events()
        self._check_keeper()
        self._read_project()

    def pull(self) -> None:
        """Read what is stored, and repaint what differs."""
        self._told(self._pull)

    def _told(self, work: Callable[[], None]) -> None:
        """Read and draw; a database that does not answer is told, and ends nothing."""
        try:
            work()
        except SwarmError as error:
            words = "; ".join(filter(None, (error.message, error.hint)))
            self.say(safe_line(words), WARNING)

    def _pull(self) -> None:
        """SwarmError if the database does not answer; some of it is drawn then."""
        self.overview.read()
        recorded = self.events.read(self.overview.tasks)
        self.builds.follow(recorded)
        self.bulk.follow(self.overview.tasks)
        self._tell_of_disk()
        self.denials.follow(recorded, self.overview.tasks)
        self.replies.follow(recorded, self.overview.tasks)
        self.attention.follow(self.overview.tasks)
        if self.events.is_stale:
            self._draw_events()
        self.set_class(not self.overview.tasks, "-empty")
        self._draw_tasks()
        self.preview.show(self.overview.selected)
        self.overview.draw_header()
        self.show_hints()

    def _tell_of_disk(self) -> None:
        """Say once which disk fills; the header has no room for more than a word."""
        before, self._disk_words = self._disk_words, self.overview.disk_words
        if self._disk_words and self._disk_words != before:
            self.say(safe_line(self._disk_words, 200), WARNING)

    def _draw_tasks(self) -> None:
        self.overview.marks = self.bulk.marks
        shown = (task.id for task in self.overview.passing)
        self.overview.draw_tasks(self.bulk.note(shown))

    def _draw_events(self) -> None:
        has_rows = self.events.draw(self.denials.lines(self.overview.tasks))
        self.set_class(not has_rows, "-no-events")

    def _toast(self, text: str) -> None:
        self.app.notify(text, severity="warning", markup=False)

    def _announce(self, notices: Sequence[Notice]) -> None:
        self.post_message(NeedsAnnounced(notices))

    def _need_seen(self, notice: Notice) -> None:
        self.post_message(NeedSeen(notice.key))

    def _count_needs(self, count: int) -> None:
        self.post_message(NeedsCounted(count))

    def _looked_at(self) -> int | None:
        """The selected task, while this screen and its terminal have the focus."""
        is_seen = self.is_current and self.app.app_focus
        return self.overview.task_list.selected if is_seen else None

    @work(group="keeper", exclusive=True, exit_on_error=False)
    async def _check_keeper(self) -> None:
        trouble = self.overview.trouble
        await self.overview.check_keeper()
        if self.overview.trouble:
            self.say(safe_line(self.overview.trouble, 200), ERROR)
        elif trouble:
            self.say("the state folder is as it was again", GOOD)
        if trouble or self.overview.trouble:
            self.overview.draw_header()

    @work(group="project", exclusive=True, exit_on_error=False)
    async def _read_project(self) -> None:
        await self.overview.read_project()
        self.pull()

    @on(Nudge)
    def _nudged(self) -> None:
        self._pull_soon()
        if self.preview.task and self.is_current and self.files.is_shown:
            self.files.refresh(self.preview.task.id)

    def _pull_soon(self) -> None:
        """Pull now, or once in a moment if that was just done."""
        if not self._is_resting:
            self._is_resting = True
            self.set_timer(0.01, self.pull)
            self.set_timer(PULL_SECONDS, self._rested)

    def _rested(self) -> None:
        self._is_resting = False
        self.pull()

    @on(TaskList.Highlighted)
    def _selected(self, message: TaskList.Highlighted) -> None:
        message.stop()
        self.bulk.select(message.task)
        self._told(lambda: self.preview.show(message.task))
        self.show_hints()

    @on(WishDecided)
    def _decided(self, message: WishDecided) -> None:
        self.builds.decided(message.wish, message.is_done)
        if not message.is_done:
            if isinstance(message.wish, AnswerQuestion):
                self.questions.refused(message.wish)
            return
        if isinstance(message.wish, NewTasks):
            self.new_tasks.taken()
        if isinstance(message.wish, SendText):
            task = self._backend.queries.tasks.get(message.wish.task)
            self.replies.decided(message.record, task)
        if isinstance(message.wish, Merge):
            self._read_project()
        if isinstance(message.wish, Discard):
            self.bulk.discarded(message.wish.task)
        new = message.record.result.get("tasks", [])[:1]
        if not new:
            # One key makes a wish for each of many tasks.
            self._pull_soon()
            return
        self.pull()
        self.overview.task_list.select(new[0])

    @on(InputBar.Changed, "#filter")
    def _filter_typed(self, message: InputBar.Changed) -> None:
        self._set_filter(message.text.strip())

    @on(InputBar.Submitted, "#filter")
    @on(InputBar.Closed, "#filter")
    def _filter_left(self, message: InputBar.Submitted | InputBar.Closed) -> None:
        if isinstance(message, InputBar.Closed):
            self.overview.filter = ""
        self.query_one("#filter", InputBar).remove_class("-open")
        self.overview.task_list.focus()
        self.pull()

    def _set_filter(self, text: str) -> None:
        self.overview.filter = text
        self.pull()

    @on(InputBar.Submitted, "#reply")
    def _send(self, message: InputBar.Submitted) -> None:
        if message.text:
            self.post_message(WishRequested(self.replies.wish(message.text)))
        message.bar.close()
        self.overview.task_list.focus()

    @on(InputBar.Closed, "#reply")
    def _reply_left(self) -> None:
        self.overview.task_list.focus()

    def disabled_reason(self, action: str) -> str:
        """The reason in the state of the selected task."""
        if action == "new" and self._repo is None:
            return "start swarm inside a repository to add tasks"
        if action == "undo":
            is_decision = self.decisions.has_grants and not self.bulk.is_asking
            return "" if is_decision else self.bulk.undo_reason(self.preview.task)
        if (reason := self.bulk.disabled_reason(action)) is not None:
            return reason
        if action == "tell" and not self.decisions.can_tell_agent:
            return "nothing was allowed from here to a task at work"
        if action == "builds":
            return self.builds.disabled_reason()
        if action == "tools":
            return self.tools.disabled_reason(self.preview.task)
        if action == "attach" and self.files.selected_path:
            action = "review"
        return task_appearance.disabled_reason(action, self.preview.task)

    def action_act(self, action: str) -> None:
        """Act on all marked tasks if there are any, else as the key says."""
        if self.disabled_reason(action) or not self.bulk.act(action):
            super().action_act(action)

    def do_attach(self) -> None:
        """Full screen; this view waits until the human is back.

        On a path of the Files tab: what was changed in that file.
        """
        if path := self.files.selected_path:
            self.post_message(OpenReview(self._selected_task, path))
        else:
            self.post_message(Attach(self._selected_task.id))

    def do_reply(self) -> None:
        """A line for the agent; it goes to the task that was selected then."""
        self.replies.open(self._selected_task)

    def do_undo(self) -> None:
        """Take back a removal that waits, or else the newer of discard and decision."""
        is_decision_newer = self.decisions.newest_at > self.bulk.undoable_at(
            self.preview.task
        )
        if is_decision_newer or not self.bulk.undo(self.preview.task):
            self.decisions.take_back()
        self._draw_tasks()

    def do_mark(self) -> None:
        """Mark the task, or not any more, and go on to the next one."""
        # The preview learns of a move a moment later, and a key may come before that.
        if task := self.overview.selected:
            self.bulk.toggle(task.id)
        self._draw_tasks()
        self.overview.task_list.action_move("down")
        self.show_hints()

    def do_mark_all(self) -> None:
        """Mark all that the filter lets through; or none if they all are."""
        self.bulk.toggle_all(self.overview.task_list.shown)
        self._draw_tasks()
        self.show_hints()

    def do_decide(self) -> None:
        """The card of a question or a denied request; what was put off comes last."""
        prefers_denial = self.decisions.has_new and not self.questions.has_new
        if prefers_denial or not self.questions.open_card():
            self.decisions.open_card()

    def do_tell(self) -> None:
        """Tell the agent that what it was denied passes now."""
        self.decisions.tell_agent()

    def do_audit(self) -> None:
        """All that happened to all tasks."""
        self.post_message(OpenAudit(None))

    def do_evidence(self) -> None:
        """The Info tab, whose first lines say what the agent does, and how we know."""
        self.preview.open("Info")

    def do_builds(self) -> None:
        """Images that are being built, with what they print; one can be cancelled."""
        self.builds.open()

    def do_tools(self) -> None:
        """Add what the task wants to `swarm.toml`, on a yes."""
        self.tools.open(self._selected_task)

    def do_generated(self) -> None:
        """Hide the generated folders of the Files tab, or show them."""
        self.files.toggle_generated()
        if self.preview.task and self.files.is_shown:
            self.files.refresh(self.preview.task.id)

    def do_panic(self) -> None:
        """Cut and freeze everything at once, without a question."""
        self.post_message(WishRequested(Panic()))
        self.say("all egress cut, all tasks frozen; C uncuts one, p resumes it")

    def do_next(self) -> None:
        """The next one that waits for a human."""
        if not self.overview.task_list.next_needing():
            self.say("no task needs you now")

    def do_filter(self) -> None:
        """Show only what contains a text."""
        self.query_one("#filter", InputBar).open("filter", self.overview.filter)

    def do_refresh(self) -> None:
        """Read all of it anew."""
        self._read_project()
        self.app.refresh(layout=True)
        self.say("read anew")

    def do_next_tab(self) -> None:
        """The preview's next tab."""
        self.preview.turn(1)

    def do_previous_tab(self) -> None:
        """The preview's previous tab."""
        self.preview.turn(-1)

    def do_back(self) -> None:
        """One level up; never out of the program."""
        if self.panels.is_zoomed:
            self.panels.zoom("")
        elif self.bulk.marks:
            self.bulk.clear()
            self._draw_tasks()
            self.show_hints()
        elif self.overview.filter:
            self._set_filter("")

    def do_quit(self) -> None:
        """Closes the view and nothing else."""
        running = self.overview.running
        agents = "1 agent keeps" if running == 1 else f"{running} agents keep"
        self.app.exit(message=f"{agents} running; `swarm` shows them again")

    @property
    def _selected_task(self) -> Task:
        """The selected task; `disabled_reason` has made sure there is one."""
        assert self.preview.task is not None
        return self.preview.task

    def _selected_first(self) -> list[Task]:
        """All tasks of the repository, the one under the cursor before the others."""
        selected = self.overview.task_list.selected
        return sorted(self.overview.tasks, key=lambda task: task.id != selected)
