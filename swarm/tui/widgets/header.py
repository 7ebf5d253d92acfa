"""The top line: where we are, how many need what, and whether the tools answer."""

from textual.content import Content
from textual.widgets import Static

from swarm.store.event_queries import Fleet
from swarm.tui.backend import Project
from swarm.tui.present.formatting import ERROR, GOOD, MUTED, TITLE


class Header(Static):
    """One line; leaves words out where it is narrow, never a number."""

    def __init__(self) -> None:
        super().__init__(id="header", markup=False)
        self._facts: tuple[object, ...] = ()

    def show(
        self,
        project: Project | None,
        counts: list[tuple[str, int, str, str]],
        fleet: Fleet,
        keeper: bool,
        time: str,
    ) -> None:
        """Draw the line where anything in it changed."""
        facts = (project, tuple(counts), fleet, keeper, time, self.size.width)
        if facts == self._facts:
            return
        self._facts = facts
        right = Content.assemble(
            *_state("engine", bool(fleet.engine)),
            " ",
            *_state("keeper", keeper),
            " ",
            (time, MUTED),
            " ",
        )
        room = self.size.width - right.cell_length
        for left in _lefts(project, counts):
            if left.cell_length < room:
                break
        gap = " " * max(1, room - left.cell_length)
        whole = Content.assemble(left.truncate(max(1, room - 1)), gap, right)
        self.update(whole, layout=False)


def _state(name: str, fine: bool) -> tuple[tuple[str, str], tuple[str, str]]:
    return (f"{name} ", MUTED), ("✓", GOOD) if fine else ("✕", ERROR)


def _lefts(
    project: Project | None, counts: list[tuple[str, int, str, str]]
) -> list[Content]:
    """The left part, from the roomiest to the tightest."""
    long = [(f"{glyph}{number} {word}", tone) for glyph, number, word, tone in counts]
    short = [(f"{glyph}{number}", tone) for glyph, number, _, tone in counts]
    return [
        _joined(_place(project, True), long),
        _joined(_place(project, False), long),
        _joined(_place(project, False), short),
    ]


def _place(project: Project | None, whole: bool) -> Content:
    swarm = (" swarm ", TITLE)
    if project is None:
        return Content.assemble(swarm, (" all repositories", "bold"))
    branch = project.branch or "detached"
    parts = [swarm, (f" {project.name}", "bold"), (f" ▸ {branch}", "")]
    if whole and project.commit:
        parts.append((f" {project.commit}", MUTED))
    return Content.assemble(*parts)


def _joined(place: Content, counts: list[tuple[str, str]]) -> Content:
    parts: list[Content | str | tuple[str, str]] = [place, "  "]
    for one in counts:
        parts += [" ", one]
    return Content.assemble(*parts)
