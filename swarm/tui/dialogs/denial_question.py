"""A question about one denied request, as the screen hands it to a dialog."""

from collections.abc import Callable
from dataclasses import dataclass

from swarm.tui.backend import ResolvePolicy
from swarm.tui.present.denials import DenialRow


@dataclass(frozen=True, slots=True)
class DenialQuestion:
    """One row, and the calls that a dialog makes about it while it is open."""

    row: DenialRow
    name: str
    """The task's."""
    place: str
    """The row's place among those that wait, as in `1/3`."""
    is_first: bool
    """True if nothing of this owner's was ever decided on."""
    current_row: Callable[[], DenialRow | None]
    """The row as it is at this moment."""
    resolve_policy: ResolvePolicy
