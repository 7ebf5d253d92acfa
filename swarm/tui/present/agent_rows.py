"""The agents of the form of a new task, each as one line."""

from textual.content import Content

from swarm.model.format import cell_width
from swarm.model.safe_text import safe_line
from swarm.model.standing import Standing
from swarm.tui.present.formatting import GOOD, MUTED, WARNING, fit

NAME = 12
"""Cells of a name, at least."""


def agent_row(
    name: str, standing: Standing | None, is_chosen: bool, width: int
) -> Content:
    """A box, the name, and whether it can run now; `width` is that of all names."""
    box = ("[x] ", "bold") if is_chosen else ("[ ] ", "")
    title = (f"{fit(safe_line(name, 40), width)} ", "bold" if is_chosen else "")
    if standing is None:
        return Content.assemble(box, title)
    mark = ("✓ ", GOOD) if standing.can_run else ("✕ ", WARNING)
    version = f" {safe_line(standing.version, 20)}" if standing.version else ""
    tone = MUTED if standing.can_run else WARNING
    return Content.assemble(box, title, mark, (brief(standing), tone), (version, MUTED))


def brief(standing: Standing) -> str:
    """Whether it can run now, in a few words."""
    if standing.problem:
        return safe_line(standing.problem, 48)
    minutes = standing.image_minutes
    build = f"image to build, about {minutes} min" if minutes else "no image"
    parts = [build] if standing.image_problem else []
    parts += ["no key or login"] if standing.key_problem else []
    return ", ".join(parts) or "can run now"


def name_width(names: tuple[str, ...]) -> int:
    """The cells of the longest name, within bounds."""
    return min(24, max([NAME, *(cell_width(name) for name in names)]))
