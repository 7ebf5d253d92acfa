"""The form of new tasks: what was typed is kept until the keeper has taken it."""

from collections.abc import Callable, Sequence

from swarm.model.task import Task
from swarm.tui.backend import Options, Project
from swarm.tui.dialogs import opening
from swarm.tui.messages import WishRequested
from swarm.tui.present.task_draft import Draft, Surroundings
from swarm.tui.screens.base import KeyScreen


class NewTasksForm:
    """Opens the form over the screen that it belongs to, and asks for its tasks."""

    def __init__(
        self,
        screen: KeyScreen[None],
        options: Options,
        repo: str | None,
        tasks: Callable[[], Sequence[Task]],
        project: Callable[[], Project | None],
        show_builds: Callable[[Sequence[str]], None],
    ) -> None:
        """`show_builds` is called with the images that the keeper builds for them."""
        self._screen = screen
        self._options = options
        self._repo = repo
        self._tasks = tasks
        self._project = project
        self._show_builds = show_builds
        self._draft = Draft()

    def taken(self) -> None:
        """The keeper has taken the tasks: the next form is empty."""
        self._draft = Draft()

    def do_new(self) -> None:
        """The dialog; what was typed is kept until the keeper took it."""
        newest = max((task.id for task in self._tasks()), default=0)
        project = self._project() or Project("")
        around = Surroundings(
            self._options.agents(),
            self._options.budget(),
            f"{project.branch_prefix}{newest + 1}",
            project.name,
            project.branch,
            *self._options.capacity(),
            self._options.standings,
            self._options.project,
            self._options.usual_agent(),
        )
        dialog = opening.new_task_dialog(self._draft, around)
        self._screen.app.push_screen(dialog, self._drafted)

    def _drafted(self, answer: tuple[Draft, bool] | None) -> None:
        if answer is None:
            return
        self._draft, starts = answer
        if starts and self._repo is not None:
            self._screen.post_message(WishRequested(self._draft.wish(self._repo)))
            if self._draft.builds:
                self._show_builds(self._draft.builds)
