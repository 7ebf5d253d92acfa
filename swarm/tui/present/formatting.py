"""The palette, the characters of ASCII mode, and text of a fixed width."""

from rich.cells import cell_len, set_cell_size

from swarm.model.event_text import Tone

ERROR, WARNING, GOOD = "$text-error", "$text-warning", "$text-success"
ACCENT, MUTED = "$text-accent", "$text-muted"
KEY, TITLE, HEADING = f"bold {ACCENT}", "bold $text-primary", f"bold {MUTED}"


def style(tone: Tone) -> str:
    """The style that a theme has for a tone; none for no tone."""
    return f"$text-{tone}" if tone else ""


_PAIRS = (
    "⊘0 ◐* ●o ○o ◌- ◇? ◆! ✕x ✓+ ‖= –~ ⚑! ▌> ▸> ▾v ·- …~ —- −- →> ⏎$ ←< ↑^ ↓v ×x ⇒> ↳> "
    "≠~ │| ─- ┌+ ┐+ └+ ┘+ ├+ ┤+ ┬+ ┴+ ┼+ ╭+ ╮+ ╰+ ╯+ ━- ┃| █# ▁_ ▂_ ▃_ ▄_ ▅# ▆# ▇# "
    "▀^ ▊| ▎| ▐| ▔^ ▕| ▏| ▍| ▋| ▉| ╸- ╺- ▖. ▗. ▘' ▝' ⭘O ▼v ▲^ ▶> ◀< ◼# ◔% ↻@ "
)
ASCII = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})
"""One character for one, so that nothing moves; the last step before the terminal."""


SHORTEST_HEAD = 4
"""Cells of a name that are left of what a whole group is called."""


def fit_name(name: str, cells: int) -> str:
    """As `fit`; of a group's task the end is kept, which tells it from the others."""
    head, slash, tail = name.rpartition("/")
    room = cells - cell_len(slash + tail)
    if cell_len(name) <= cells or not slash or room < SHORTEST_HEAD:
        return fit(name, cells)
    return fit(head, room) + slash + tail


def fit(text: str, cells: int) -> str:
    """The text in exactly so many cells, cut with a mark or filled up."""
    # Textual measures with `rich.cells`, so only that keeps its columns straight.
    if cell_len(text) > cells:
        text = f"{set_cell_size(text, cells - 1)}…"
    return set_cell_size(text, cells)
