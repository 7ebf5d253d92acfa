"""What a repository's `swarm.toml` asks for, as a human is shown it before a yes."""

from collections.abc import Callable

from swarm.model.frozen import frozen


@frozen
class ProjectAsked:
    """The files, the human's answer to them, and the image that they bring."""

    lines: tuple[str, ...]
    """All that a yes is to, harmless; empty if there is no such file."""
    is_agreed: bool
    agree: Callable[[], None]
    """Have tasks use it; blocks (SwarmError)."""
    image: str = ""
    """The project's own image, by its name; empty if it asks for none."""
    is_built: bool = False
    made_from: str = ""
    consequence: str = ""
    """What a human agrees to by having it built."""

    @property
    def lacks_image(self) -> bool:
        """True if it asks for an image of its own that is not built."""
        return bool(self.image) and not self.is_built
