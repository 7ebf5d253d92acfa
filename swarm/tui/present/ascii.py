"""The last step before the terminal, where only ASCII may be drawn."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from swarm.tui.present.formatting import ASCII


class AsciiOnly(LineFilter):
    """Every glyph of swarm's becomes one ASCII character; the width stays."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Translate the text of a line; styles stay."""
        return [
            segment
            if segment.text.isascii()
            else Segment(_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def _ascii(text: str) -> str:
    return text.translate(ASCII)
