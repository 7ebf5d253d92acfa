"""The list in which one agent is chosen, or several."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from swarm.model.standing import Standing
from swarm.tui.present.agent_rows import agent_row, name_width
from swarm.tui.widgets.line_view import LineView


class AgentPicker(LineView):
    """Space adds or takes away the agent under the cursor; Enter takes it alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "add", "add or take away"),
        Binding("enter", "take", "this one alone"),
    ]

    class Changed(Message):
        """Other agents are chosen, or the cursor stands on another."""

    def __init__(self, names: tuple[str, ...], chosen: tuple[str, ...]) -> None:
        super().__init__(id="agents", cursor=True)
        self.names = names
        self._chosen = frozenset(chosen)
        self._standings: dict[str, Standing] = {}
        self.is_touched = False
        """A human has chosen here."""

    def on_mount(self) -> None:
        """Draw what is known, with the cursor on the first that is chosen."""
        self._draw()
        self.go(next((self.names.index(name) for name in self.chosen), 0))

    @property
    def chosen(self) -> tuple[str, ...]:
        """The chosen agents, in the order of the list."""
        return tuple(name for name in self.names if name in self._chosen)

    @property
    def pointed(self) -> str:
        """The agent under the cursor."""
        return self.names[self.cursor or 0]

    def choose(self, *names: str) -> None:
        """Choose these and no others, as a human does."""
        self.is_touched = True
        self._chosen = frozenset(names)
        self._draw()
        self.post_message(self.Changed())

    def show_standings(
        self, names: tuple[str, ...], standings: dict[str, Standing], marked: str
    ) -> None:
        """Show what each would stand on, in this order.

        An untouched list chooses the marked one, or none; a human's choice stays.
        """
        pointed = self.pointed
        self.names, self._standings = names, standings
        if not self.is_touched:
            self._chosen, pointed = frozenset({marked} - {""}), marked
        self._draw()
        self.go(names.index(pointed) if pointed in names else 0)

    def action_add(self) -> None:
        """Add the agent under the cursor, or take it away."""
        self.choose(*(self._chosen ^ {self.pointed}))

    def action_take(self) -> None:
        """Choose the agent under the cursor alone."""
        self.choose(self.pointed)

    def on_click(self, event: object) -> None:
        """A click is the cursor and the space bar in one."""
        super().on_click(event)
        self.action_add()

    def moved(self, row: int) -> None:
        """The line below the list is about another agent."""
        super().moved(row)
        self.post_message(self.Changed())

    def _draw(self) -> None:
        width = name_width(self.names)
        self.set_lines(
            [
                agent_row(name, self._standings.get(name), name in self._chosen, width)
                for name in self.names
            ]
        )
