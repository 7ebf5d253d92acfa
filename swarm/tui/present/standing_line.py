"""What a new task would stand on, as one line of the form."""

from textual.content import Content

from swarm.model.safe_text import safe_line
from swarm.model.standing import Standing
from swarm.tui.present.formatting import GOOD, MUTED, WARNING


def standing_line(standing: Standing | None) -> Content:
    """What is there, or first what is missing; empty before it is known."""
    if standing is None:
        return Content("")
    if standing.problems:
        text = "; ".join(safe_line(problem, 200) for problem in standing.problems)
        return Content.assemble(("✕ ", WARNING), (text, WARNING))
    key = f"key {safe_line(standing.key, 60)}, " if standing.key else ""
    image, network = safe_line(standing.image, 60), safe_line(standing.network, 80)
    tools = f"; {safe_line(standing.tools, 300)}" if standing.tools else ""
    covers = f"; {safe_line(standing.covers, 300)}" if standing.covers else ""
    return Content.assemble(
        ("✓ ", GOOD), (f"{key}image {image}, network {network}{tools}{covers}", MUTED)
    )
