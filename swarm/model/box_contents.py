"""What of the user's repository a sandbox has, and what it has not."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from swarm.model import covers
from swarm.model.covers import Cover

Kind = Literal["submodule", "LFS file"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a checkout of the user's can have and the box has not."""

    kind: Kind
    path: str
    """As `os.fsdecode` gives it; a stranger may have chosen it."""
    reason: str


@dataclass(frozen=True, slots=True)
class BoxContents:
    """What of the repository was put into a box, as it was at the launch."""

    refs: int = 0
    refs_absent: int = 0
    """Refs of the user's whose objects are not in their repository."""
    refs_cut: bool = False
    """There are more refs than are copied."""
    remotes: tuple[tuple[str, str], ...] = ()
    """Name and URL; the URL is empty if it can not be shown."""
    shallow: bool = False
    base_only: bool = False
    """The box has the base's history and no other objects."""
    submodules: tuple[str, ...] = ()
    """Paths that were filled."""
    shortened: tuple[str, ...] = ()
    """Those of them that came without their history."""
    lfs_files: int = 0
    """Files that were filled from local LFS objects."""
    missing: tuple[Missing, ...] = ()
    covers: tuple[Cover, ...] = ()
    """What the agent may not write or see."""

    def with_missing(self, *missing: Missing) -> "BoxContents":
        """The same contents, of which more is missing."""
        return replace(self, missing=(*self.missing, *missing))


def to_json(contents: BoxContents) -> dict[str, Any]:
    """The JSON object that is stored beside a task."""
    return asdict(contents)


def from_json(body: dict[str, Any]) -> BoxContents:
    """The contents back; TypeError or KeyError on a shape of another version."""
    lists = {
        "remotes": tuple((name, url) for name, url in body["remotes"]),
        "submodules": tuple(body["submodules"]),
        "shortened": tuple(body["shortened"]),
        "missing": tuple(Missing(**entry) for entry in body["missing"]),
    }
    held = covers.from_json(body.get("covers", []))
    return BoxContents(**{**body, **lists, "covers": held})
