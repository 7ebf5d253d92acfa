"""Builds a batch: counts equal actions in one row, and bounds the number of rows."""

from dataclasses import replace

from swarm.model.activity import Action, Batch

ACTIONS = 2000
"""Actions of one batch that are stored one by one; the raw file has all of them."""


class BatchBuilder(Batch):
    """The batch that is being read; `finish` is called once, at its end."""

    __slots__ = ("_omitted", "_positions", "_quiet")

    def __init__(self) -> None:
        super().__init__()
        self._positions: dict[tuple[object, ...], int] = {}
        self._omitted = 0
        self._quiet = 0

    def credit(self, pid: int, housekeeping: int = 0, generated: int = 0) -> None:
        """Count changes at the command of a process."""
        before = self.credits.get(pid, (0, 0))
        self.credits[pid] = (before[0] + housekeeping, before[1] + generated)

    def add(self, action: Action) -> None:
        """Append the action, or count it in the row of an equal one."""
        if action.kind == "exec" and not action.result:
            self._append(action)
            return
        what = (action.kind, action.op, action.path, action.other)
        key = (*what, action.pid, action.result, action.note, action.quiet)
        position = self._positions.get(key)
        if position is None:
            self._positions[key] = len(self.actions)
            self._append(action)
        elif position < len(self.actions):
            equal = self.actions[position]
            self.actions[position] = replace(equal, count=equal.count + 1)

    def finish(self) -> None:
        """Append a row that says how many actions were omitted."""
        if self._omitted and self.actions:
            last = self.actions[-1]
            words = f"and {self._omitted} more, in the raw lines"
            self.actions.append(Action(last.at, "call", "more", note=words))

    def _append(self, action: Action) -> None:
        # What is quiet takes no room from what is shown.
        room = self._quiet if action.quiet else len(self.actions) - self._quiet
        if room < ACTIONS or action.level:
            self._quiet += bool(action.quiet)
            self.actions.append(action)
        else:
            self._omitted += 1
