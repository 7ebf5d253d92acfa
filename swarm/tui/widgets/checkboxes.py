"""Boxes to mark whose state is a character, never colour alone."""

from textual.content import Content
from textual.widgets import Checkbox, RadioButton


class AsciiCheckbox(Checkbox):
    """`[x]` or `[ ]`."""

    def render(self) -> Content:
        """The box, then what it says."""
        return _drawn("[x]" if self.value else "[ ]", self)


class AsciiRadio(RadioButton):
    """`(•)` or `( )`."""

    def render(self) -> Content:
        """The circle, then what it says."""
        return _drawn("(•)" if self.value else "( )", self)


def _drawn(mark: str, button: AsciiCheckbox | AsciiRadio) -> Content:
    style = button.get_visual_style("toggle--label")
    label = button.label.pad(1, 1).stylize_before(style)
    return Content.assemble((mark, "bold" if button.value else ""), label)
