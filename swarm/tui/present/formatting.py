"""The palette, and numbers, times and names as text of a fixed width."""

from rich.cells import cell_len, set_cell_size

ERROR, WARNING, GOOD = "$text-error", "$text-warning", "$text-success"
ACCENT, MUTED = "$text-accent", "$text-muted"
KEY, TITLE, HEADING = f"bold {ACCENT}", "bold $text-primary", f"bold {MUTED}"


_PAIRS = (
    "⊘0 ◐* ●o ○o ◌- ◇? ◆! ✕x ✓+ ‖= –~ ⚑! ▌> ▸> ▾v ·- …~ —- −- →> ⏎$ ←< ↑^ ↓v ×x ⇒> ↳> "
    "│| ─- ┌+ ┐+ └+ ┘+ ├+ ┤+ ┬+ ┴+ ┼+ ╭+ ╮+ ╰+ ╯+ ━- ┃| █# ▁_ ▂_ ▃_ ▄_ ▅# ▆# ▇# "
    "▀^ ▊| ▎| ▐| ▔^ ▕| ▏| ▍| ▋| ▉| ╸- ╺- ▖. ▗. ▘' ▝' ⭘O ▼v ▲^ ▶> ◀< ◼# "
)
ASCII = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})
"""One character for one, so that nothing moves; the last step before the terminal."""


def age(seconds: float) -> str:
    """A duration in at most four cells."""
    whole = max(0, int(seconds))
    for size, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole >= size:
            return f"{whole // size}{letter}"
    return f"{whole}s"


def duration(seconds: float) -> str:
    """A step's time: `0.21 s`, `12 s`, `3 m 20 s`."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} m {int(seconds) % 60:02d} s"


def count(number: int) -> str:
    """A number in at most four cells."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            short = number / size
            return f"{short:.1f}{letter}" if short < 10 else f"{short:.0f}{letter}"
    return str(number)


def size(number: int) -> str:
    """Bytes, for a human."""
    for power, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if number >= 1 << power:
            return f"{number / (1 << power):.1f} {unit}"
    return f"{number} B"


def fit(text: str, cells: int) -> str:
    """The text in exactly so many cells, cut with a mark or filled up."""
    if cell_len(text) > cells:
        text = f"{set_cell_size(text, cells - 1)}…"
    return set_cell_size(text, cells)
