"""Dialogs that screens open, each loaded when it is first needed.

Loading them, and what they stand on, would be a tenth of the time to the first paint.
"""

from collections.abc import Callable, Mapping, Sequence

from swarm.model.image_build import ImageBuild
from swarm.model.task import Task
from swarm.model.wishes import ClosePort, OpenPort
from swarm.store.event_queries import Checkpoint
from swarm.tui.backend import ToolsChange, ToolsChoice
from swarm.tui.dialogs.base import Dialog
from swarm.tui.dialogs.denial_question import CardAnswer, DenialQuestion
from swarm.tui.dialogs.open_question import OpenQuestion, QuestionReply
from swarm.tui.keymap import Key
from swarm.tui.present.denials import DenialKey
from swarm.tui.present.task_draft import Draft, Surroundings


def preload() -> None:
    """Import every dialog."""
    from swarm.tui.dialogs import (  # noqa: F401, PLC0415 - late
        add_tools,
        build,
        checkpoints,
        confirm,
        denial_card,
        denial_list,
        help,
        new_task,
        ports,
        project,
        question_card,
        type_to_confirm,
    )


def checkpoints_dialog(
    name: str, checkpoints: list[Checkpoint], began: float, now: float
) -> Dialog[int]:
    """The checkpoints of the task with that name."""
    from swarm.tui.dialogs.checkpoints import (  # noqa: PLC0415 - late
        CheckpointsDialog,
    )

    return CheckpointsDialog(name, checkpoints, began, now)


def confirm(title: str, words: list[str], verb: str) -> Dialog[bool]:
    """A question before something that is hard to undo."""
    from swarm.tui.dialogs.confirm import Confirm  # noqa: PLC0415 - late

    return Confirm(title, words, verb)


def ports_dialog(task: Task, name: str) -> Dialog[str | OpenPort | ClosePort]:
    """The ports of a task; its name is as screens show it."""
    from swarm.tui.dialogs.ports import PortsDialog  # noqa: PLC0415 - late

    return PortsDialog(task, name)


def denial_card(question: DenialQuestion) -> Dialog[CardAnswer]:
    """The card of one denied request."""
    from swarm.tui.dialogs.denial_card import DenialCard  # noqa: PLC0415 - late

    return DenialCard(question)


def denial_list(
    questions: Sequence[DenialQuestion],
) -> Dialog[dict[DenialKey, CardAnswer]]:
    """Many denied requests at once."""
    from swarm.tui.dialogs.denial_list import DenialList  # noqa: PLC0415 - late

    return DenialList(questions)


def help_dialog(title: str, rows: list[tuple[Key, str]]) -> Dialog[str]:
    """The keys of a screen, each with the reason why it cannot be used now."""
    from swarm.tui.dialogs.help import HelpDialog  # noqa: PLC0415 - late

    return HelpDialog(title, rows)


def new_task_dialog(draft: Draft, around: Surroundings) -> Dialog[tuple[Draft, bool]]:
    """The form of a new task, filled with what was typed before."""
    from swarm.tui.dialogs.new_task import NewTaskDialog  # noqa: PLC0415 - late

    return NewTaskDialog(draft, around)


def add_tools(task: str, change: ToolsChange) -> Dialog[ToolsChoice]:
    """What a task wants, as a change of `swarm.toml`."""
    from swarm.tui.dialogs.add_tools import AddTools  # noqa: PLC0415 - late

    return AddTools(task, change)


def build_dialog(
    images: Callable[[], Sequence[str]],
    builds: Callable[[], Mapping[str, ImageBuild]],
    log: Callable[[str], str],
    clock: Callable[[], float],
) -> Dialog[str]:
    """These images while they are built."""
    from swarm.tui.dialogs.build import BuildDialog  # noqa: PLC0415 - late

    return BuildDialog(images, builds, log, clock)


def question_card(asked: OpenQuestion) -> Dialog[QuestionReply]:
    """The card of one question of an agent's."""
    from swarm.tui.dialogs.question_card import QuestionCard  # noqa: PLC0415 - late

    return QuestionCard(asked)


def type_to_confirm(title: str, words: list[str], word: str) -> Dialog[bool]:
    """A question that is answered by typing the word."""
    from swarm.tui.dialogs.type_to_confirm import (  # noqa: PLC0415 - late
        TypeToConfirm,
    )

    return TypeToConfirm(title, words, word)
