"""The top line: the checkout, the numbers of tasks, and the state of the tools."""

from textual.content import Content
from textual.widgets import Static

from swarm.store.event_queries import Fleet
from swarm.tui.backend import Project
from swarm.tui.present.formatting import ERROR, GOOD, MUTED, TITLE, WARNING


class Header(Static):
    """One line; a narrow screen leaves out words, never a number."""

    def __init__(self) -> None:
        super().__init__(id="header", markup=False)
        self._facts: tuple[object, ...] = ()

    def show(
        self,
        project: Project | None,
        counts: list[tuple[str, int, str, str]],
        fleet: Fleet,
        keeper: bool,
        home: bool,
        time: str,
    ) -> None:
        """Draw the line if anything in it changed."""
        facts = (project, tuple(counts), fleet, keeper, home, time, self.size.width)
        if facts == self._facts:
            return
        self._facts = facts
        right = Content.assemble(
            *(() if home else (*_tool_state("state", False), " ")),
            *_disk_state(fleet.disk),
            *_tool_state("engine", bool(fleet.engine)),
            " ",
            *_tool_state("keeper", keeper),
            " ",
            (time, MUTED),
            " ",
        )
        room = self.size.width - right.cell_length
        for left in _left_parts(project, counts, room):
            if left.cell_length < room:
                break
        gap = " " * max(1, room - left.cell_length)
        whole = Content.assemble(left.truncate(max(1, room - 1)), gap, right)
        self.update(whole, layout=False)


def _tool_state(name: str, fine: bool) -> tuple[tuple[str, str], tuple[str, str]]:
    return (f"{name} ", MUTED), ("✓", GOOD) if fine else ("✕", ERROR)


def _disk_state(level: str) -> tuple[tuple[str, str], ...]:
    """Nothing while there is room."""
    if not level:
        return ()
    tone = ERROR if level == "full" else WARNING
    return (("disk ", MUTED), (f"{level} ▲ ", tone))


def _left_parts(
    project: Project | None, counts: list[tuple[str, int, str, str]], room: int
) -> list[Content]:
    """Versions of the left part, from the widest to the narrowest."""
    long = [(f"{glyph}{number} {word}", tone) for glyph, number, word, tone in counts]
    short = [(f"{glyph}{number}", tone) for glyph, number, _, tone in counts]
    numbers = _joined(Content(""), short).cell_length
    return [
        _joined(_checkout(project, True), long),
        _joined(_checkout(project, False), long),
        _joined(_checkout(project, False), short),
        _joined(_cut_checkout(project, room - 1 - numbers), short),
    ]


def _checkout(project: Project | None, with_commit: bool) -> Content:
    swarm = (" swarm ", TITLE)
    if project is None:
        return Content.assemble(swarm, (" all repositories", "bold"))
    branch = project.branch or "detached"
    parts = [swarm, (f" {project.name}", "bold"), (f" ▸ {branch}", "")]
    if with_commit and project.commit:
        parts.append((f" {project.commit}", MUTED))
    return Content.assemble(*parts)


def _cut_checkout(project: Project | None, room: int) -> Content:
    """The checkout with the end of its branch left out."""
    return _checkout(project, False).truncate(max(1, room), ellipsis=True)


def _joined(checkout: Content, counts: list[tuple[str, str]]) -> Content:
    parts: list[Content | str | tuple[str, str]] = [checkout, "  "]
    for count in counts:
        parts += [" ", count]
    return Content.assemble(*parts)
