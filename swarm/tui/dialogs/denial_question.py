"""A question about one denied request, as the screen hands it to a dialog."""

from collections.abc import Callable

from swarm.model.frozen import frozen
from swarm.tui.backend import ResolvePolicy
from swarm.tui.present.denials import DenialRow


@frozen
class DenialQuestion:
    """One row, and the calls that a dialog makes about it while it is open."""

    row: DenialRow
    name: str
    """The name of the task."""
    place: str
    """The row's place among those that wait, as in `1/3`."""
    is_first: bool
    """True if no host of this owner was ever decided on."""
    current_row: Callable[[], DenialRow | None]
    """Returns the row as it is at this moment, or None."""
    resolve_policy: ResolvePolicy
