"""The lines of a policy, of which only rules can be chosen."""

from swarm.policy.rules import Rule
from swarm.tui.present.policy_rows import Row
from swarm.tui.widgets.line_view import LineView


class RuleList(LineView):
    """A list whose cursor stands only on rules."""

    def __init__(self) -> None:
        super().__init__(id="policy", cursor=True)
        self._rows: list[Row] = []

    def can_hold(self, row: int) -> bool:
        """True if a rule stands there."""
        return 0 <= row < len(self._rows) and self._rows[row].rule is not None

    def show_rows(self, rows: list[Row]) -> None:
        """Show these, with the cursor on a rule if there is one."""
        self._rows = rows
        self.set_lines([row.content for row in rows])
        if self.cursor is not None and not self.can_hold(self.cursor):
            self.go(1)

    @property
    def rule(self) -> Rule | None:
        """The rule under the cursor, or None."""
        row = self.cursor or 0
        return self._rows[row].rule if row < len(self._rows) else None
