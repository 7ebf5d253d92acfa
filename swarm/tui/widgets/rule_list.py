"""Lines of a policy, of which only rules can be chosen."""

from swarm.policy.rules import Rule
from swarm.tui.present.policy_rows import Row
from swarm.tui.widgets.line_view import LineView


class RuleList(LineView):
    """The cursor stands on rules alone."""

    def __init__(self) -> None:
        super().__init__(id="policy", cursor=True)
        self.shown: list[Row] = []

    def can_hold(self, row: int) -> bool:
        """True if a rule stands there."""
        return 0 <= row < len(self.shown) and self.shown[row].rule is not None

    def show_rows(self, rows: list[Row]) -> None:
        """Show these, with the cursor on a rule where there is one."""
        self.shown = rows
        self.set_lines([row.content for row in rows])
        if self.cursor is not None and not self.can_hold(self.cursor):
            self.go(1)

    @property
    def rule(self) -> Rule | None:
        """The one under the cursor."""
        at = self.cursor or 0
        return self.shown[at].rule if at < len(self.shown) else None
