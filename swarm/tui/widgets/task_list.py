"""The list of tasks, in sections, the most urgent first."""

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message

from swarm.model import format, wanted_tools
from swarm.model.frozen import frozen
from swarm.model.task import Task
from swarm.tui.present import formatting, task_appearance
from swarm.tui.present.appearance import LEAST_FOR_NOTE
from swarm.tui.present.formatting import ACCENT, ERROR, GOOD, HEADING, MUTED, WARNING
from swarm.tui.widgets.cached_static import set_titles
from swarm.tui.widgets.line_view import LineView

COLUMNS = 37
"""Cells of a row that are not the name, with a state of the usual width."""
STATE = 9
"""The usual width of the state; it grows where names leave room."""
NAME_LIMIT = 40
LEAST_NAME = 12


@frozen
class _Row:
    """A heading, a task, or a remark on the task above it."""

    heading: str = ""
    task: Task | None = None
    remark: str = ""
    tone: str = ""
    """The remark's style."""


@frozen
class _Columns:
    """The cells of the columns whose width depends on what is shown."""

    name: int
    state: int


class TaskList(LineView):
    """A list whose cursor stays on its task, wherever agents make that move to."""

    class Highlighted(Message):
        """Another task is selected; None if there is none."""

        def __init__(self, task: Task | None) -> None:
            super().__init__()
            self.task = task

    def __init__(self) -> None:
        super().__init__(id="tasks", cursor=True)
        self._rows: list[_Row] = []
        self._columns = _Columns(NAME_LIMIT, STATE)
        self._tasks: list[Task] = []
        self._now = 0.0
        self._aside = self._below = ""
        self._marks: frozenset[int] = frozenset()
        self.selected: int | None = None
        """The selected task's id."""

    @property
    def chosen(self) -> Task | None:
        """The selected task as it was last read."""
        return next((task for task in self._tasks if task.id == self.selected), None)

    def can_hold(self, row: int) -> bool:
        """True if the row is a task, and no heading."""
        return 0 <= row < len(self._rows) and self._rows[row].task is not None

    def show_tasks(
        self,
        tasks: list[Task],
        now: float,
        aside: str = "",
        below: str = "",
        marks: frozenset[int] = frozenset(),
    ) -> None:
        """Draw these; the selected task stays selected wherever it moved to.

        `aside` stands beside their number, `below` in the frame's lower edge.
        """
        before, self._aside, self._below = self.chosen, aside, below
        self._marks = marks
        self._tasks, self._now = tasks, now
        self._lay_out()
        row = self._follow_selected()
        self._draw()
        if row is not None:
            self.go(row)
        if self.chosen != before:
            self.post_message(self.Highlighted(self.chosen))

    def select(self, task_id: int) -> None:
        """Put the cursor on a task if it is in the list."""
        for index, row in enumerate(self._rows):
            if row.task and row.task.id == task_id:
                self.go(index)

    @property
    def shown(self) -> list[int]:
        """The ids of the tasks that the list has, from the top."""
        return [row.task.id for row in self._rows if row.task]

    def next_needing(self) -> bool:
        """Select the next task that needs the human; False if none does."""
        order = [row.task for row in self._rows if row.task]
        urgent = [
            task
            for task in order
            if task_appearance.appearance(task).section in _WAITS_FOR_YOU
        ]
        if not urgent:
            return False
        ids = [task.id for task in urgent]
        position = ids.index(self.selected) + 1 if self.selected in ids else 0
        self.select(ids[position % len(ids)])
        return True

    def on_resize(self) -> None:
        """Cut names and states to the new width."""
        self._lay_out()
        row = self._follow_selected()
        self._draw()
        if row is not None:
            self.go(row)

    def moved(self, row: int) -> None:
        """Remember the task under the cursor, and announce it."""
        task = self._rows[row].task
        if task and task.id != self.selected:
            self.selected = task.id
            self._draw()
            self.post_message(self.Highlighted(task))

    def show(self, row: int) -> None:
        """Bring the line into view, with the heading above it."""
        super().show(row)
        if row and self._rows[row - 1].heading:
            super().show(row - 1)

    def _follow_selected(self) -> int | None:
        """The row of the selected task; selects the nearest if it has gone."""
        rows = {row.task.id: i for i, row in enumerate(self._rows) if row.task}
        if self.selected not in rows:
            self.selected = min(
                rows,
                key=lambda task: abs(rows[task] - (self.cursor or 0)),
                default=None,
            )
        return None if self.selected is None else rows[self.selected]

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width or 52

    def _lay_out(self) -> None:
        """Choose the columns' widths, and the rows: what has no room has its own."""
        self._columns = _columns(self._tasks, self._width)
        self._rows = []
        for section, members in task_appearance.by_section(self._tasks):
            title = f"{task_appearance.TITLES[section]} · {len(members)}"
            self._rows.append(_Row(heading=title))
            for task in members:
                self._rows += _rows_of(task, self._columns.state)

    def _draw(self) -> None:
        width = self._width
        aside = f" · {self._aside}" if self._aside else ""
        set_titles(self, f"1 Tasks {len(self._tasks)}{aside}", self._below)
        lines = [self._row(row, width) for row in self._rows]
        self.set_lines(
            [_with_columns(lines[0], self._columns), *lines[1:]] if lines else []
        )

    def _row(self, row: _Row, width: int) -> Content:
        if row.remark:
            words = f"     {formatting.fit(row.remark, width - 6)}"
            return Content.styled(words, row.tone)
        if row.task is None:
            return Content.styled(f" {row.heading}", HEADING)
        task, look = row.task, task_appearance.appearance(row.task)
        is_chosen = task.id == self.selected
        name = formatting.fit_name(
            task_appearance.display_name(task), self._columns.name
        )
        is_over = look.section >= _SECTION_OVER
        return Content.assemble(
            ("▌" if is_chosen else " ", ACCENT),
            *_glyph(look, task.id in self._marks),
            (name, MUTED if is_over else "bold" if is_chosen else ""),
            (f" {look.state_words(self._columns.state)}", look.tone),
            (f"{format.age(self._now - task_appearance.since(task)):>5}", MUTED),
            *_diff(task),
        )


def _columns(tasks: list[Task], width: int) -> _Columns:
    """The usual widths, or a wider state where one is long and names are short."""
    name = max(6, min(NAME_LIMIT, width - COLUMNS))
    wanted = max(
        (cell_len(task_appearance.appearance(task).whole) for task in tasks), default=0
    )
    names = (cell_len(task_appearance.display_name(task)) for task in tasks)
    spare = name - max(LEAST_NAME, max(names, default=0))
    more = max(0, min(spare, wanted - STATE))
    return _Columns(name - more, STATE + more)


def _rows_of(task: Task, state_cells: int) -> list[_Row]:
    """The task's row, and one for each remark: the way on, and the tools it wants."""
    look = task_appearance.appearance(task)
    rows = [_Row(task=task)]
    has_room = cell_len(look.whole) <= state_cells or state_cells >= LEAST_FOR_NOTE
    if look.note and not has_room:
        rows.append(_Row(remark=look.note, tone=MUTED))
    is_over = look.section >= _SECTION_OVER
    if not is_over and (wants := wanted_tools.summary(task.wants)):
        rows.append(_Row(remark=wants, tone=WARNING))
    return rows


_SECTION_OVER = task_appearance.Section.MERGED
_WAITS_FOR_YOU = (task_appearance.Section.NEEDS_YOU, task_appearance.Section.REVIEW)


def _glyph(
    look: task_appearance.Appearance, is_marked: bool
) -> tuple[tuple[str, str], ...]:
    if is_marked:
        return (look.glyph, look.tone), ("*", f"bold {WARNING}")
    return ((f"{look.glyph} ", look.tone),)


def _with_columns(heading: Content, columns: _Columns) -> Content:
    """The topmost heading with the column names; a long one covers the first."""
    excess = heading.cell_length - (columns.name + 3)
    state = f" {'' if excess > 0 else 'STATE':<{columns.state}}"[max(0, excess) :]
    names = f"{state}{'AGE':>5}{'DIFF':>12} RISK"
    return Content.assemble(heading, " " * max(0, -excess), (names, MUTED))


def _diff(task: Task) -> tuple[tuple[str, str], ...]:
    flags = f"⚑{format.count(task.review.flags)}" if task.review.flags else ""
    denied = f"⊘{format.count(task.net.denied)}" if task.net.denied else ""
    risk = (f" {flags}{denied:<{6 - len(flags)}}", WARNING)
    if not task.review.is_counted:
        return (f"{'—':>6}{'':>6}", MUTED), risk
    return (
        (f"{'+' + format.count(task.review.added):>6}", GOOD),
        (f"{'−' + format.count(task.review.deleted):>6}", ERROR),
        risk,
    )
