"""Checkboxes and radio buttons that show their state as a character."""

from textual.content import Content
from textual.widgets import Checkbox, RadioButton


class AsciiCheckbox(Checkbox):
    """`[x]` or `[ ]`."""

    def render(self) -> Content:
        """The box, then its label."""
        return _with_mark("[x]" if self.value else "[ ]", self)


class AsciiRadio(RadioButton):
    """`(•)` or `( )`."""

    def render(self) -> Content:
        """The circle, then its label."""
        return _with_mark("(•)" if self.value else "( )", self)


def _with_mark(mark: str, button: AsciiCheckbox | AsciiRadio) -> Content:
    style = button.get_visual_style("toggle--label")
    label = button.label.pad(1, 1).stylize_before(style)
    return Content.assemble((mark, "bold" if button.value else ""), label)
