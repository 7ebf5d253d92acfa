"""The lesson that stands in place of the task list before there is a task."""

from textual.content import Content
from textual.widgets import Static

from swarm.model.safe_text import safe_line
from swarm.store.event_queries import Fleet
from swarm.tui.present.formatting import ERROR, GOOD, KEY, MUTED


class EmptyState(Static, can_focus=True):
    """Teaches the first three keys and shows the state of the tools."""

    def __init__(self) -> None:
        super().__init__(id="empty", markup=False)
        self.border_title = Content("1 Tasks")

    def show(self, project: str, fleet: Fleet, keeper: bool) -> None:
        """Draw the lesson."""
        where = f" in {project}" if project else ""
        self.update(
            Content.assemble(
                (f"\nNo tasks yet{where}.\n\n", "bold"),
                *_key("n", "start an agent on a prompt"),
                *_key("?", "all keys"),
                *_key("q", "leave; agents keep running without this view"),
                ("\nChecks\n", "bold"),
                *_check("engine", bool(fleet.engine), _engine(fleet)),
                *_check("keeper", keeper, "" if keeper else "starts with a task"),
                ("  more: ", MUTED),
                ("swarm doctor\n\n", ""),
                (_PROMISE, MUTED),
            )
        )


_PROMISE = (
    "An agent gets a worktree and a container of its own: no root, none of\n"
    "your files but that worktree, no network but what your policy allows.\n"
    "Nothing reaches your branch until you accept it in a review."
)


def _key(key: str, words: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (f"  {key:<4}", KEY), (f"{words}\n", "")


def _check(name: str, fine: bool, words: str) -> tuple[tuple[str, str], ...]:
    mark = ("✓ ", GOOD) if fine else ("✕ ", ERROR)
    return (f"  {name:<8}", MUTED), mark, (f"{words}\n", "")


def _engine(fleet: Fleet) -> str:
    return safe_line(fleet.engine or fleet.trouble or "did not answer yet", 60)
