"""A question about one denied request, as the screen hands it to a dialog."""

from collections.abc import Callable, Mapping

from swarm.model.frozen import frozen
from swarm.model.offer import Offer
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
    offer: Callable[[Mapping[str, tuple[str, ...]]], Offer] = lambda _registries: (
        Offer()
    )
    """Reads what was wanted and the narrowest rule, on the event loop."""


@frozen
class CardAnswer:
    """The human's answer on a card."""

    choice: str
    offer: Offer
    """What the card showed as the rule; without rules it is the whole host."""
