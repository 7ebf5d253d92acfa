"""Tasks as a command line names them: ids, ranges, and those that ended long ago."""

import re
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from swarm.cli.argument_types import span, span_text, task_id
from swarm.errors import NotFound, SwarmError
from swarm.model import task_actions
from swarm.model.format import plural
from swarm.model.task import ACTIVE, State, Task

FORMS = "3, 3-40, 12- or 3-5,9,12-"
ENDED = frozenset(State) - ACTIVE - {State.MERGING}
_RANGE = re.compile(r"(#?[0-9]+)-(#?[0-9]*)")


@dataclass(frozen=True, slots=True)
class IdRange:
    """Ids from `first` to `last`, both included; without an end up to the newest."""

    first: int
    last: int | None
    is_one: bool = False
    """A single id, and no range."""

    def __contains__(self, number: int) -> bool:
        return self.first <= number and (self.last is None or number <= self.last)

    def __str__(self) -> str:
        return str(self.first) if self.is_one else f"{self.first}-{self.last or ''}"


@dataclass(frozen=True, slots=True)
class Selection:
    """The words of a command line that choose tasks."""

    ranges: tuple[IdRange, ...] = ()
    is_ended: bool = False
    is_merged: bool = False
    older: float | None = None
    """Seconds since the task entered its state."""

    @property
    def has_filter(self) -> bool:
        """True if tasks are chosen by what became of them."""
        return self.is_ended or self.is_merged or self.older is not None

    @property
    def is_wide(self) -> bool:
        """True if it may hold tasks that nobody named one by one."""
        return self.has_filter or not all(each.is_one for each in self.ranges)

    def __str__(self) -> str:
        words = [",".join(map(str, self.ranges))] if self.ranges else []
        words += ["--ended"] if self.is_ended else []
        words += ["--merged"] if self.is_merged else []
        if self.older is not None:
            words.append(f"--older {span_text(self.older)}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tasks that a wish would be made for, and those that it would not."""

    tasks: tuple[Task, ...]
    left_out: tuple[tuple[Task, str], ...] = ()
    """Each with the reason, as `is live; …`."""


def id_ranges(text: str) -> tuple[IdRange, ...]:
    """The ids and ranges of one word, such as `3-5,9,12-`."""
    return tuple(_id_range(part, text) for part in text.split(","))


def _id_range(part: str, whole: str) -> IdRange:
    match = _RANGE.fullmatch(part)
    if not match:
        if not re.fullmatch(r"#?[0-9]+", part):
            raise ArgumentTypeError(f"{whole!r} names no tasks, such as {FORMS}")
        return IdRange(_one_or_more(part), int(part.removeprefix("#")), is_one=True)
    first = _one_or_more(match[1])
    last = _one_or_more(match[2]) if match[2] else None
    if last is not None and last < first:
        raise ArgumentTypeError(f"{part!r} runs backwards; write {last}-{first}")
    return IdRange(first, last)


def _one_or_more(text: str) -> int:
    number = task_id(text)
    if number == 0:
        raise ArgumentTypeError("0 is no task's id: they begin at 1")
    return number


def add_ranges(parser: ArgumentParser) -> None:
    """Add the ids and ranges, at least one."""
    parser.add_argument(
        "ids", nargs="+", type=id_ranges, metavar="ID", help=f"as in {FORMS}"
    )


def add_selection(parser: ArgumentParser) -> None:
    """Add ids and ranges, what chooses tasks by their end, and the question."""
    add = parser.add_argument
    add("ids", nargs="*", type=id_ranges, metavar="ID", help=f"as in {FORMS}")
    add_filters(parser)


def add_filters(parser: ArgumentParser, everywhere: bool = False) -> None:
    """Add what chooses tasks by their end, and how the question is answered."""
    add = parser.add_argument
    where = "of every repository" if everywhere else "of this repository"
    add("--ended", action="store_true", help=f"those {where} that have ended")
    add("--merged", action="store_true", help=f"those {where} that are merged")
    add(
        "--older",
        type=span,
        metavar="AGE",
        help="those that ended longer ago: 30m, 12h, 7d, 2w",
    )
    add("--dry-run", action="store_true", help="list them; nothing is done")
    add("--yes", action="store_true", help="ask nothing")


def selection_of(args: Namespace) -> Selection:
    """The selection that the arguments hold, whichever of them the command has."""
    words: Iterable[Sequence[IdRange]] = getattr(args, "ids", ())
    return Selection(
        tuple(part for word in words for part in word),
        getattr(args, "ended", False),
        getattr(args, "merged", False),
        getattr(args, "older", None),
    )


def choose(
    selection: Selection,
    verb: str,
    tasks: Sequence[Task],
    repo: str | None,
    now: float | None = None,
) -> Chosen:
    """Those of all tasks that are selected and that the wish can be made for.

    One that is named by its own id is chosen whatever its state: the keeper answers
    for it. A range or a filter takes tasks of the repository alone (of all without
    one), and leaves out what it cannot be done to. NotFound if an id or a range's end
    is nobody's; SwarmError if nothing is selected at all.
    """
    if not selection.ranges and not selection.has_filter:
        raise SwarmError(
            "no task is named", hint=f"name some ({FORMS}), or say --ended or --merged"
        )
    _check_ends(selection, tasks)
    now = time.time() if now is None else now
    named = {each.first for each in selection.ranges if each.is_one}
    chosen: list[Task] = []
    left_out: list[tuple[Task, str]] = []
    for task in tasks:
        if not _is_covered(selection, task, named):
            continue
        reason = _filtered_out(selection, task, now)
        if task.id not in named:
            is_elsewhere = repo is not None and task.repo != repo
            if not selection.ranges and (reason or is_elsewhere):
                continue
            if is_elsewhere:
                reason = "is of another repository; name it by its own number"
            reason = reason or task_actions.obstacle(verb, task)
        if reason:
            left_out.append((task, reason))
        else:
            chosen.append(task)
    return Chosen(tuple(chosen), tuple(left_out))


def _check_ends(selection: Selection, tasks: Sequence[Task]) -> None:
    ids = {task.id for task in tasks}
    newest = max(ids, default=0)
    ones = [each.first for each in selection.ranges if each.is_one]
    missing = [number for number in dict.fromkeys(ones) if number not in ids]
    if missing:
        numbers = ", ".join(map(str, missing))
        raise NotFound(f"there is no task {numbers}", hint="see `swarm ls --all`")
    for each in selection.ranges:
        end = each.first if each.last is None else each.last
        if end > newest:
            hint = f"`{each.first}-` names all from {each.first} on"
            raise NotFound(
                f"there is no task {end}: the newest is {newest}"
                if newest
                else f"there is no task {end}",
                hint=hint if each.first <= newest else "see `swarm ls --all`",
            )


def _is_covered(selection: Selection, task: Task, named: set[int]) -> bool:
    """Whether the words mean the task; removed ones only by their own id."""
    if task.id in named:
        return True
    if task.removed:
        return False
    return not selection.ranges or any(task.id in each for each in selection.ranges)


def _filtered_out(selection: Selection, task: Task, now: float) -> str:
    if selection.is_merged and task.state is not State.MERGED:
        return "is not merged"
    if not selection.has_filter:
        return ""
    if task.state not in ENDED:
        return "has not ended"
    if selection.older is not None and now - task.changed < selection.older:
        return f"ended less than {span_text(selection.older)} ago"
    return ""


def counted(tasks: Sequence[Task]) -> str:
    """`3 tasks`, and how many of them have work that nobody merged."""
    unmerged = sum(bool(task_actions.unmerged_work(task)) for task in tasks)
    more = f", {unmerged} with work that is not merged" if unmerged else ""
    return f"{plural(len(tasks), 'task')}{more}"
