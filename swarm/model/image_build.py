"""The images that the keeper builds: which, since when, and how each ended."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from swarm.model import events
from swarm.model.frozen import frozen

KINDS = (
    events.KeeperStarted,
    events.ImageBuilding,
    events.ImageBuilt,
    events.ImageBuildFailed,
)
"""The events that tell of builds; a build ends with its keeper."""
_STEP = re.compile(r"^Step (\d{1,4})/(\d{1,4}) ?:")


@frozen
class ImageBuild:
    """One build: under way, or how it ended."""

    image: str
    began: float
    minutes: int
    """About how long it takes; 0 if that is unknown."""
    is_built: bool = False
    problem: str = ""
    """Why there is none; empty while it is under way, and if it is built."""
    hint: str = ""

    @property
    def is_under_way(self) -> bool:
        """It has not ended."""
        return not (self.is_built or self.problem)


def builds(recorded: Iterable[events.Recorded]) -> dict[str, ImageBuild]:
    """The last build of each image, by its name, from events in their order."""
    found: dict[str, ImageBuild] = {}
    for record in recorded:
        match record.event:
            case events.ImageBuilding() as event:
                build = ImageBuild(event.image, record.at, event.minutes)
                found[event.image] = build
            case events.ImageBuilt() as event if event.image in found:
                found[event.image] = replace(found[event.image], is_built=True)
            case events.ImageBuildFailed() as event if event.image in found:
                build = found[event.image]
                found[event.image] = replace(
                    build, problem=event.reason, hint=event.hint
                )
            case events.KeeperStarted():
                found = {n: one for n, one in found.items() if not one.is_under_way}
            case _:
                pass
    return found


def step(lines: Sequence[str]) -> tuple[int, int] | None:
    """The last step that the lines name, and of how many; None if they name none."""
    for line in reversed(lines):
        if matched := _STEP.match(line):
            return int(matched[1]), int(matched[2])
    return None
