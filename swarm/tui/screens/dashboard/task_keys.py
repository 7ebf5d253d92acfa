"""Keys that act on the task under the cursor; what is final is asked first."""

from collections.abc import Callable

from swarm.model.task import Task
from swarm.model.wishes import (
    Continue,
    Cut,
    Discard,
    Kill,
    OpenShell,
    OwnChoice,
    Pause,
    Remove,
    RestartServices,
    RestoreCheckpoint,
    Resume,
    Retry,
    SetResumeAfterLimit,
    Stop,
    TakeCheckpoint,
    TaskWish,
    Uncut,
)
from swarm.store.queries import Queries
from swarm.tui.dialogs import opening
from swarm.tui.messages import (
    OpenAddress,
    OpenAudit,
    OpenPolicy,
    OpenReview,
    WishRequested,
)
from swarm.tui.present import task_appearance
from swarm.tui.screens.base import KeyScreen


class TaskKeys:
    """Makes wishes for one task; the screen it belongs to says why a key is off."""

    def __init__(
        self,
        screen: KeyScreen[None],
        selected: Callable[[], Task],
        queries: Queries,
        clock: Callable[[], float],
        remember_discard: Callable[[tuple[int, ...]], None],
    ) -> None:
        """`selected` is asked only if there is one; `clock` is in seconds."""
        self._screen = screen
        self._selected = selected
        self._queries = queries
        self._clock = clock
        self._remember_discard = remember_discard

    def do_shell(self) -> None:
        """Beside the agent's program; the app shows it when it is open."""
        self._request(OpenShell)

    def do_review(self) -> None:
        """The files as they are now."""
        self._screen.post_message(OpenReview(self._selected()))

    def do_stop(self) -> None:
        """Its work is kept, so nothing is asked."""
        self._request(Stop)

    def do_pause(self) -> None:
        """Freeze, or go on."""
        self._request(Resume if self._selected().paused else Pause)

    def do_retry(self) -> None:
        """The same prompt, from the base branch as it is now."""
        self._request(Retry)

    def do_continue(self) -> None:
        """The same task, its files and its conversation, in a fresh sandbox."""
        self._request(Continue)

    def do_kill(self) -> None:
        """Asked first: an agent may lose what it has not written."""
        words = ["ends every process at once; files that are written are kept"]
        self._confirm(Kill, "Kill", words)

    def do_discard(self) -> None:
        """Asked first, and can be taken back."""
        words = ["gives the work up; the files stay until it is removed, so u undoes"]
        self._confirm(Discard, "Discard", words)

    def do_remove(self) -> None:
        """Asked first: no key takes it back."""
        words = ["worktree, branch, container and home go; a ref keeps the work"]
        self._confirm(Remove, "Remove", words)

    def do_rewind(self) -> None:
        """Choose a checkpoint; what is there now is kept before anything is done."""
        task = self._selected()
        checkpoints = self._queries.events.checkpoints(task.id)
        began, now = task.started or task.created, self._clock()

        def answered(number: int | None) -> None:
            if number is None:
                return
            if number >= 0:
                self._screen.post_message(
                    WishRequested(RestoreCheckpoint(task.id, number))
                )
            else:
                self._screen.post_message(WishRequested(TakeCheckpoint(task.id)))

        name = task_appearance.numbered_name(task, 30)
        dialog = opening.checkpoints_dialog(name, checkpoints, began, now)
        self._screen.app.push_screen(dialog, answered)

    def do_ports(self) -> None:
        """Its servers' addresses; one is shown in the human's browser."""
        name = task_appearance.numbered_name(self._selected(), 30)
        dialog = opening.ports_dialog(self._selected(), name)
        self._screen.app.push_screen(dialog, self._chose_port)

    def _chose_port(self, choice: str | TaskWish | None) -> None:
        if isinstance(choice, str):
            self._screen.post_message(OpenAddress(choice))
        elif choice:
            self._screen.post_message(WishRequested(choice))

    def do_restart(self) -> None:
        """Its services that have ended; each is seen to answer, or to end again."""
        self._request(RestartServices)

    def do_policy(self) -> None:
        """The task's policy, rule by rule."""
        self._screen.post_message(OpenPolicy(self._selected()))

    def do_story(self) -> None:
        """All that the selected task did."""
        self._screen.post_message(OpenAudit(self._selected()))

    def do_after_limit(self) -> None:
        """Have the task go on by itself after a limit, or not any more."""
        task = self._selected()
        choice: OwnChoice = "no" if task.resume_after_limit == "yes" else "yes"
        self._screen.post_message(WishRequested(SetResumeAfterLimit(task.id, choice)))

    def do_cut(self) -> None:
        """Nothing of the task's passes the gate; or its policy counts again."""
        self._request(Uncut if self._selected().net.is_cut else Cut)

    def do_copy(self) -> None:
        """The branch's name; made by swarm, so harmless in a shell."""
        self._screen.app.copy_to_clipboard(self._selected().branch)
        self._screen.say(f"copied {self._selected().branch}")

    def _request(self, kind: type[TaskWish]) -> None:
        self._screen.post_message(WishRequested(kind(self._selected().id)))

    def _confirm(self, kind: type[TaskWish], title: str, words: list[str]) -> None:
        task = self._selected()

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            if kind is Discard:
                self._remember_discard((task.id,))
            self._screen.post_message(WishRequested(kind(task.id)))

        question = f"{title} {task_appearance.numbered_name(task, 40)}?"
        dialog = opening.confirm(title, [question, "", *words], title)
        self._screen.app.push_screen(dialog, answered)
