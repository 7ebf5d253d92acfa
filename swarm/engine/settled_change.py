"""Tells of a change once it has settled."""


class SettledChange:
    """Compares a value with the one before, look after look.

    What is seen first is no change. A change counts when two looks saw the same: many
    editors empty a file and then write it, and what is half written would count for a
    moment.
    """

    def __init__(self) -> None:
        self._last: object = None
        self._settled: object = None

    def is_new(self, value: object) -> bool:
        """True at the look that finds a new value for the second time."""
        is_settled, self._last = value == self._last, value
        if not is_settled or value == self._settled:
            return False
        is_first, self._settled = self._settled is None, value
        return not is_first
