"""Screens that the app opens, each loaded when it is first needed.

Loading them, and what they stand on, would be a tenth of the time to the first paint.
"""

from swarm.model.task import Task
from swarm.tui.backend import Backend, Options
from swarm.tui.dialogs import opening as dialogs
from swarm.tui.screens.base import KeyScreen


def preload() -> None:
    """Import every screen and dialog, so that no key waits; blocks for some 50 ms."""
    from swarm.tui.screens import audit, policy, review  # noqa: F401, PLC0415 - late

    dialogs.preload()


def audit_screen(
    backend: Backend, options: Options, task: Task | None
) -> KeyScreen[None]:
    """The timeline of one task, or of all."""
    from swarm.tui.screens.audit import AuditScreen  # noqa: PLC0415 - late

    return AuditScreen(backend, options, task)


def policy_screen(backend: Backend, options: Options, task: Task) -> KeyScreen[None]:
    """The policy of a task."""
    from swarm.tui.screens.policy import PolicyScreen  # noqa: PLC0415 - late

    return PolicyScreen(backend, options, task)


def review_screen(
    backend: Backend, options: Options, task: Task, path: str
) -> KeyScreen[None]:
    """The changes of a task, the named file first; an empty path names none."""
    from swarm.tui.screens.review import ReviewScreen  # noqa: PLC0415 - late

    return ReviewScreen(backend, options, task, path)
