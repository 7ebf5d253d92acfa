"""The three panels of the main screen: one has the focus, and may fill it."""

from collections.abc import Callable

from swarm.tui.screens.base import KeyScreen

PANELS = {"1": "#tasks", "2": "#preview-lines", "3": "#events"}


class Panels:
    """Moves the focus on the screen that it belongs to, and enlarges a panel."""

    def __init__(self, screen: KeyScreen[None], pull: Callable[[], None]) -> None:
        """`pull` draws anew what has another size."""
        self._screen = screen
        self._pull = pull

    @property
    def is_zoomed(self) -> bool:
        """True if one panel fills the screen."""
        return self._screen.has_class("-zoomed")

    def do_panel1(self) -> None:
        """To the tasks."""
        self._focus("1")

    def do_panel2(self) -> None:
        """To the preview."""
        self._focus("2")

    def do_panel3(self) -> None:
        """To the events."""
        self._focus("3")

    def do_zoom(self) -> None:
        """The panel with the focus takes the whole screen."""
        focused = (
            n for n, where in PANELS.items() if self._screen.query_one(where).has_focus
        )
        self.zoom(next(focused, "1"))

    def do_unzoom(self) -> None:
        """All panels again."""
        self.zoom("")

    def _focus(self, number: str) -> None:
        self._screen.query_one(PANELS[number]).focus()
        if self.is_zoomed:
            self.zoom(number)

    def zoom(self, number: str) -> None:
        """Have this panel fill the screen; an empty number shows all of them."""
        for other in PANELS:
            self._screen.set_class(other == number, f"-zoom-{other}")
        self._screen.set_class(bool(number), "-zoomed")
        self._screen.call_after_refresh(self._pull)
