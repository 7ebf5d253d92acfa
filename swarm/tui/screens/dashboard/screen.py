"""The main screen's keys: each asks by a wish and assumes no success."""

from textual import on

from swarm.model.task import State, Task
from swarm.tui import keymap, late
from swarm.tui.backend import Doors, Options
from swarm.tui.messages import (
    Attach,
    OpenAudit,
    OpenPolicy,
    OpenReview,
    WishDecided,
    WishRequested,
)
from swarm.tui.present import task_appearance
from swarm.tui.present.task_draft import Draft
from swarm.tui.screens.dashboard.decisions import Deciding
from swarm.tui.widgets.input_bar import InputBar

PANELS = {"1": "#tasks", "2": "#preview-lines", "3": "#events"}


class DashboardScreen(Deciding):
    """Turns keys into wishes; what changes is seen when it has been stored."""

    TABLE = keymap.TASKS
    TITLE_OF_KEYS = "tasks"
    BINDINGS = keymap.bindings(keymap.TASKS)

    def __init__(self, doors: Doors, options: Options, repo: str | None) -> None:
        super().__init__(doors, options, repo)
        self._draft = Draft()
        """What was typed for a new task, until the keeper has taken it."""
        self._reply_to = 0
        self._discarded: list[int] = []
        """Discarded from here, the newest last."""

    def why_not(self, action: str) -> str:
        """The reason in the state of the selected task."""
        if action == "new" and self.repo is None:
            return "start swarm inside a repository to add tasks"
        if action == "undo" and self._undoable() is None and not self.has_grants:
            return "nothing was discarded or decided"
        if action == "tell" and not self.can_tell:
            return "nothing was allowed from here to a task at work"
        if action == "attach" and self.path_chosen:
            action = "review"
        return task_appearance.disabled_reason(action, self.chosen)

    @on(WishDecided)
    def _decided(self, message: WishDecided) -> None:
        decision = message.decision
        if decision.outcome != "done":
            return
        if decision.verb == "new":
            self._draft = Draft()
        if decision.verb == "merge":
            self.ask_project()
        self.pull()
        for task_id in decision.result.get("tasks", [])[:1]:
            self.shown.select(task_id)

    @on(InputBar.Submitted, "#reply")
    def _send(self, message: InputBar.Submitted) -> None:
        if message.text:
            self.post_message(
                WishRequested("send", task=self._reply_to, text=message.text)
            )
        message.bar.close()
        self.shown.focus()

    @on(InputBar.Closed, "#reply")
    def _reply_left(self) -> None:
        self.shown.focus()

    def do_attach(self) -> None:
        """Full screen; this view waits until the human is back.

        On a path of the Files tab: what was changed in that file.
        """
        if path := self.path_chosen:
            self.post_message(OpenReview(self._chosen, path))
        else:
            self.post_message(Attach(self._chosen.id))

    def do_review(self) -> None:
        """The files as they are now."""
        self.post_message(OpenReview(self._chosen))

    def do_reply(self) -> None:
        """A line for the agent; it goes to the task that was selected then."""
        self._reply_to = self._chosen.id
        name = task_appearance.display_name(self._chosen, 20)
        self.query_one("#reply", InputBar).open(f"to {name}")

    def do_new(self) -> None:
        """The dialog; what was typed is kept until the keeper took it."""
        project, newest = self.project, max((t.id for t in self.tasks), default=0)
        name, branch = (project.name, project.branch) if project else ("", "")
        agents, ask = self.options.agents(), late.new_task()
        dialog = ask(self._draft, agents, newest + 1, name, branch)
        self.app.push_screen(dialog, self._drafted)

    def _drafted(self, answer: tuple[Draft, bool] | None) -> None:
        if answer is None:
            return
        self._draft, starts = answer
        if starts:
            self.post_message(WishRequested("new", repo=self.repo, **self._draft.body))

    def do_stop(self) -> None:
        """Its work is kept, so nothing is asked."""
        self._wish("stop")

    def do_pause(self) -> None:
        """Freeze, or go on."""
        self._wish("resume" if self._chosen.paused else "pause")

    def do_retry(self) -> None:
        """The same prompt, from the base branch as it is now."""
        self._wish("retry")

    def do_kill(self) -> None:
        """Asked first: an agent may lose what it has not written."""
        words = ["ends every process at once; files that are written are kept"]
        self._ask("kill", "Kill", words)

    def do_discard(self) -> None:
        """Asked first, and can be taken back."""
        words = ["gives the work up; the files stay until it is removed, so u undoes"]
        self._ask("discard", "Discard", words)

    def do_remove(self) -> None:
        """Asked first: this is for good."""
        words = ["deletes worktree, branch and container for good; history stays"]
        self._ask("rm", "Remove", words)

    def do_undo(self) -> None:
        """Take back the discard of the selected task, or else the last one."""
        found = self._undoable()
        if found is not None:
            self.post_message(WishRequested("restore", task=found))
        else:
            self.take_back()

    def do_rewind(self) -> None:
        """Choose a checkpoint; what is there now is kept before anything is done."""
        task = self._chosen
        known = self.doors.queries.events.checkpoints(task.id)
        name = f"{task_appearance.display_name(task, 30)} (#{task.id})"
        began, now = task.started or task.created, self.options.clock()

        def answered(number: int | None) -> None:
            if number is not None and number >= 0:
                self.post_message(WishRequested("go_back", task=task.id, number=number))
            elif number is not None:
                self.post_message(WishRequested("checkpoint", task=task.id))

        self.app.push_screen(late.go_back()(name, known, began, now), answered)

    def do_policy(self) -> None:
        """What the task may reach, by which rule."""
        self.post_message(OpenPolicy(self._chosen))

    def do_audit(self) -> None:
        """All that happened to all tasks."""
        self.post_message(OpenAudit(None))

    def do_story(self) -> None:
        """All that the selected task did."""
        self.post_message(OpenAudit(self._chosen))

    def do_noise(self) -> None:
        """Hide what fills the Files tab, or show it."""
        self.turn_noise()

    def do_cut(self) -> None:
        """Nothing of the task's passes the gate; or its policy counts again."""
        self._wish("mend" if self._chosen.net.is_cut else "cut")

    def do_panic(self) -> None:
        """Cut and freeze everything at once, without a question."""
        self.post_message(WishRequested("panic"))
        self.say("all egress cut, all tasks frozen; C mends one, p resumes it")

    def do_next(self) -> None:
        """The next one that waits for a human."""
        if not self.shown.next_needing():
            self.say("no task needs you now")

    def do_filter(self) -> None:
        """Show only what contains a text."""
        self.query_one("#filter", InputBar).open("filter", self.filter)

    def do_copy(self) -> None:
        """The branch's name; made by swarm, so harmless in a shell."""
        self.app.copy_to_clipboard(self._chosen.branch)
        self.say(f"copied {self._chosen.branch}")

    def do_refresh(self) -> None:
        """Read all of it anew."""
        self.ask_project()
        self.app.refresh(layout=True)
        self.say("read anew")

    def do_next_tab(self) -> None:
        """The preview's next tab."""
        self._turn(1)

    def do_previous_tab(self) -> None:
        """The preview's previous tab."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        self.preview.turn(step)
        self.draw_preview()
        self.preview.lines.scroll_home(animate=False)

    def do_panel1(self) -> None:
        """To the tasks."""
        self._panel("1")

    def do_panel2(self) -> None:
        """To the preview."""
        self._panel("2")

    def do_panel3(self) -> None:
        """To the events."""
        self._panel("3")

    def do_zoom(self) -> None:
        """The panel with the focus takes the whole screen."""
        chosen = [n for n, where in PANELS.items() if self.query_one(where).has_focus]
        self._zoom(chosen[0] if chosen else "1")

    def do_unzoom(self) -> None:
        """All panels again."""
        self._zoom("")

    def do_back(self) -> None:
        """One level up; never out of the program."""
        if self.has_class("-zoomed"):
            self._zoom("")
        elif self.filter:
            self.filter = ""
            self.pull()

    def do_quit(self) -> None:
        """Closes the view and nothing else."""
        running = sum(task.state is State.LIVE for task in self.tasks)
        agents = "1 agent keeps" if running == 1 else f"{running} agents keep"
        self.app.exit(message=f"{agents} running; `swarm` shows them again")

    @property
    def _chosen(self) -> Task:
        """The selected task; `why_not` has made sure there is one."""
        assert self.chosen is not None
        return self.chosen

    def _wish(self, verb: str) -> None:
        self.post_message(WishRequested(verb, task=self._chosen.id))

    def _ask(self, verb: str, title: str, words: list[str]) -> None:
        task = self._chosen

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            if verb == "discard":
                self._discarded.append(task.id)
            self.post_message(WishRequested(verb, task=task.id))

        name = f"{task_appearance.display_name(task, 40)} (#{task.id})"
        question = late.confirm()(title, [f"{title} {name}?", "", *words], title)
        self.app.push_screen(question, answered)

    def _undoable(self) -> int | None:
        given_up = {task.id for task in self.tasks if task.state is State.REJECTED}
        if self.chosen and self.chosen.id in given_up:
            return self.chosen.id
        return next((i for i in reversed(self._discarded) if i in given_up), None)

    def _panel(self, number: str) -> None:
        self.query_one(PANELS[number]).focus()
        if self.has_class("-zoomed"):
            self._zoom(number)

    def _zoom(self, number: str) -> None:
        for other in PANELS:
            self.set_class(other == number, f"-zoom-{other}")
        self.set_class(bool(number), "-zoomed")
        self.call_after_refresh(self.pull)
