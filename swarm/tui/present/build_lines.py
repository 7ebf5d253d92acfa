"""Describes the build of an image: how far it is, or how it ended."""

from collections.abc import Sequence

from textual.content import Content

from swarm.model import format, image_build
from swarm.model.image_build import ImageBuild
from swarm.model.safe_text import safe_line
from swarm.tui.present.formatting import ERROR, GOOD, MUTED


def state(
    image: str, build: ImageBuild | None, lines: Sequence[str], now: float
) -> list[Content]:
    """One image in a line, and the way out below if it could not be built.

    `lines` are what its build printed; None for a build that has not begun.
    """
    name = safe_line(image, 60)
    if build is None:
        return [Content.assemble((" ◌ ", MUTED), name, ("  waits for its turn", MUTED))]
    if build.is_built:
        return [Content.assemble((" ✓ ", GOOD), f"{name}  is built")]
    if build.problem:
        reason = (safe_line(build.problem, 300), ERROR)
        found = [Content.assemble((" ✕ ", ERROR), f"{name}  ", reason)]
        if build.hint:
            hint = safe_line(build.hint, 300)
            found.append(Content.assemble(("   way out  ", MUTED), hint))
        return found
    of = f" of about {build.minutes} min" if build.minutes else ""
    about = f"{format.age(now - build.began)}{of}"
    step = image_build.step(lines)
    done = f"step {step[0]} of {step[1]} of its last layer, " if step else ""
    return [Content.assemble((" ◌ ", MUTED), f"{name}  ", (f"{done}{about}", MUTED))]


def output(text: str) -> list[Content]:
    """The end of what a build printed; its own lines are marked."""
    rows = []
    for line in text.splitlines():
        is_step = image_build.step([line]) is not None
        rows.append(Content.styled(f" {safe_line(line)}", "bold" if is_step else ""))
    return rows or [Content.styled(" it has printed nothing yet", MUTED)]
