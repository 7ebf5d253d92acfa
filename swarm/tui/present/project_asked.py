"""Words on what a repository's `swarm.toml` asks for, before a human's yes."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from swarm.model.format import cell_width
from swarm.model.project_asked import ProjectAsked
from swarm.model.safe_text import safe_line
from swarm.tui.present.formatting import GOOD, MUTED, WARNING


def facts(asked: ProjectAsked) -> Content:
    """Whether it is used, and what its image is made from."""
    parts: list[tuple[str, str]] = []
    if asked.is_agreed:
        parts.append(("✓ you agreed to exactly this", GOOD))
    else:
        parts.append(("⚑ nobody agreed to this: tasks do not use it", WARNING))
    if asked.image:
        state = "it is built" if asked.is_built else "it is not built"
        made = safe_line(asked.made_from, 200)
        parts.append((f"\nits image: {made}; {state}", ""))
        parts.append((f"\n{safe_line(asked.image, 200)}", MUTED))
        if asked.lacks_image:
            parts.append((f"\n{safe_line(asked.consequence, 300)}", WARNING))
    return Content.assemble(*parts)


def wrapped(lines: Sequence[str], width: int) -> Iterator[str]:
    """The lines in pieces of at most so many cells: nothing of them is out of view."""
    for line in lines:
        piece, cells = "", 0
        for letter in line:
            taken = cell_width(letter)
            if cells + taken > width and piece:
                yield piece
                piece, cells = "", 0
            piece, cells = piece + letter, cells + taken
        yield piece
