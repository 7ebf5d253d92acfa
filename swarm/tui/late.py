"""Screens and dialogs that are loaded when they are first opened.

They and what they stand on would be a tenth of the time to the first paint. Only here
the dashboard imports late.
"""

import gc
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swarm.tui.dialogs.checkpoints import CheckpointsDialog
    from swarm.tui.dialogs.confirm import Confirm
    from swarm.tui.dialogs.denial_card import DenialCard, DenialQuestion
    from swarm.tui.dialogs.denial_list import DenialList
    from swarm.tui.dialogs.help import HelpDialog
    from swarm.tui.dialogs.new_task import NewTaskDialog
    from swarm.tui.dialogs.type_to_confirm import TypeToConfirm
    from swarm.tui.screens.audit import AuditScreen
    from swarm.tui.screens.policy import PolicyScreen
    from swarm.tui.screens.review import ReviewScreen

_HOMES = {
    "AuditScreen": "swarm.tui.screens.audit",
    "Confirm": "swarm.tui.dialogs.confirm",
    "DenialQuestion": "swarm.tui.dialogs.denial_card",
    "DenialCard": "swarm.tui.dialogs.denial_card",
    "DenialList": "swarm.tui.dialogs.denial_list",
    "CheckpointsDialog": "swarm.tui.dialogs.checkpoints",
    "HelpDialog": "swarm.tui.dialogs.help",
    "PolicyScreen": "swarm.tui.screens.policy",
    "NewTaskDialog": "swarm.tui.dialogs.new_task",
    "ReviewScreen": "swarm.tui.screens.review",
    "TypeToConfirm": "swarm.tui.dialogs.type_to_confirm",
}


def audit_screen() -> "type[AuditScreen]":
    """The screen of all that happened."""
    found: type[AuditScreen] = _late("AuditScreen")
    return found


def load() -> None:
    """Load all of them, so that no key waits; blocks for some 50 ms.

    All that is loaded by now stays: the garbage collector, which was off while it was
    loaded, need not look at it again.
    """
    for home in _HOMES.values():
        importlib.import_module(home)
    gc.freeze()
    gc.enable()


def asked() -> "type[DenialQuestion]":
    """What a card of a denied request is about."""
    found: type[DenialQuestion] = _late("DenialQuestion")
    return found


def confirm() -> "type[Confirm]":
    """The dialog that asks before something destructive."""
    found: type[Confirm] = _late("Confirm")
    return found


def denied_card() -> "type[DenialCard]":
    """The card of one denied request."""
    found: type[DenialCard] = _late("DenialCard")
    return found


def denied_list() -> "type[DenialList]":
    """The list of what waits for a decision."""
    found: type[DenialList] = _late("DenialList")
    return found


def go_back() -> "type[CheckpointsDialog]":
    """The dialog of a task's checkpoints."""
    found: type[CheckpointsDialog] = _late("CheckpointsDialog")
    return found


def help_screen() -> "type[HelpDialog]":
    """The screen of all keys."""
    found: type[HelpDialog] = _late("HelpDialog")
    return found


def new_task() -> "type[NewTaskDialog]":
    """The dialog for a new task."""
    found: type[NewTaskDialog] = _late("NewTaskDialog")
    return found


def policy_screen() -> "type[PolicyScreen]":
    """The screen of a task's policy."""
    found: type[PolicyScreen] = _late("PolicyScreen")
    return found


def review_screen() -> "type[ReviewScreen]":
    """The screen of a task's changes."""
    found: type[ReviewScreen] = _late("ReviewScreen")
    return found


def typed() -> "type[TypeToConfirm]":
    """The dialog that has a word typed before it lets go on."""
    found: type[TypeToConfirm] = _late("TypeToConfirm")
    return found


def _late(name: str) -> Any:
    return getattr(importlib.import_module(_HOMES[name]), name)
