"""Screens and dialogs that are loaded when they are first opened.

They and what they stand on would be a tenth of the time to the first paint. Only here
the dashboard imports late.
"""

import gc
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swarm.tui.dialogs.checkpoints import GoBack
    from swarm.tui.dialogs.confirm import Confirm
    from swarm.tui.dialogs.denial_card import Asked, DeniedCard
    from swarm.tui.dialogs.denial_list import DeniedList
    from swarm.tui.dialogs.help import HelpScreen
    from swarm.tui.dialogs.new_task import NewTask
    from swarm.tui.dialogs.type_to_confirm import Typed
    from swarm.tui.screens.audit import AuditScreen
    from swarm.tui.screens.policy import PolicyScreen
    from swarm.tui.screens.review import ReviewScreen

_HOMES = {
    "AuditScreen": "swarm.tui.screens.audit",
    "Confirm": "swarm.tui.dialogs.confirm",
    "Asked": "swarm.tui.dialogs.denial_card",
    "DeniedCard": "swarm.tui.dialogs.denial_card",
    "DeniedList": "swarm.tui.dialogs.denial_list",
    "GoBack": "swarm.tui.dialogs.checkpoints",
    "HelpScreen": "swarm.tui.dialogs.help",
    "PolicyScreen": "swarm.tui.screens.policy",
    "NewTask": "swarm.tui.dialogs.new_task",
    "ReviewScreen": "swarm.tui.screens.review",
    "Typed": "swarm.tui.dialogs.type_to_confirm",
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


def asked() -> "type[Asked]":
    """What a card of a denied request is about."""
    found: type[Asked] = _late("Asked")
    return found


def confirm() -> "type[Confirm]":
    """The dialog that asks before something destructive."""
    found: type[Confirm] = _late("Confirm")
    return found


def denied_card() -> "type[DeniedCard]":
    """The card of one denied request."""
    found: type[DeniedCard] = _late("DeniedCard")
    return found


def denied_list() -> "type[DeniedList]":
    """The list of what waits for a decision."""
    found: type[DeniedList] = _late("DeniedList")
    return found


def go_back() -> "type[GoBack]":
    """The dialog of a task's checkpoints."""
    found: type[GoBack] = _late("GoBack")
    return found


def help_screen() -> "type[HelpScreen]":
    """The screen of all keys."""
    found: type[HelpScreen] = _late("HelpScreen")
    return found


def new_task() -> "type[NewTask]":
    """The dialog for a new task."""
    found: type[NewTask] = _late("NewTask")
    return found


def policy_screen() -> "type[PolicyScreen]":
    """The screen of a task's policy."""
    found: type[PolicyScreen] = _late("PolicyScreen")
    return found


def review_screen() -> "type[ReviewScreen]":
    """The screen of a task's changes."""
    found: type[ReviewScreen] = _late("ReviewScreen")
    return found


def typed() -> "type[Typed]":
    """The dialog that has a word typed before it lets go on."""
    found: type[Typed] = _late("Typed")
    return found


def _late(name: str) -> Any:
    return getattr(importlib.import_module(_HOMES[name]), name)
