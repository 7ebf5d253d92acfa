"""What a new task would stand on, as one line of the form."""

from textual.content import Content

from swarm.model.safe_text import safe_line
from swarm.model.standing import NETWORKS, Standing
from swarm.plan.specs import OFFLINE_PRESET
from swarm.tui.present.formatting import GOOD, KEY, MUTED, WARNING


def standing_line(standing: Standing | None, *, is_offline: bool = False) -> Content:
    """What is there, or first what is missing; empty before it is known."""
    if standing is None:
        return Content("")
    if standing.problems:
        text = "; ".join(safe_line(problem, 200) for problem in standing.problems)
        return Content.assemble(
            ("✕ ", WARNING), (text, WARNING), _way(standing), _not_used(standing)
        )
    key = f"key {safe_line(standing.key, 60)}, " if standing.key else ""
    wanted = NETWORKS[OFFLINE_PRESET] if is_offline else standing.network
    image, network = safe_line(standing.image, 60), safe_line(wanted, 80)
    tools = f"; {safe_line(standing.tools, 300)}" if standing.tools else ""
    covers = f"; {safe_line(standing.covers, 300)}" if standing.covers else ""
    beside = f"; {safe_line(standing.services, 300)}" if standing.services else ""
    setup = f"; set-up: {safe_line(standing.setup, 200)}" if standing.setup else ""
    here = f"{key}image {image}, network {network}{tools}{setup}{beside}{covers}"
    return Content.assemble(
        ("✓ ", GOOD), (here, MUTED), _way(standing), _not_used(standing)
    )


def _not_used(standing: Standing) -> tuple[str, str]:
    """What nobody agreed to, and the key that shows it; empty for nothing."""
    if not standing.not_used:
        return "", ""
    return f"; {safe_line(standing.not_used, 200)}: ctrl+t shows it, and asks", WARNING


def _way(standing: Standing) -> tuple[str, str]:
    """The key that has what is missing built; empty if nothing can be."""
    if not standing.builds:
        return "", ""
    minutes = f", about {standing.build_minutes} min" if standing.build_minutes else ""
    return f"; ctrl+b builds it{minutes}, and starts then", KEY
