"""Values of a landing list: the say of the user's own git and files in a merge."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What the merge does about one item of the list."""

    DONE = "done"
    """The user's own git does it at the landing; if it fails, nothing lands."""
    REFUSED = "refused"
    """The merge is refused while this is so."""
    NAMED = "named"
    """The merge does not do it; a human acknowledges that once, by the item's key."""


class Subject(StrEnum):
    """The part of the user's git or files that an item is about."""

    FILTER = "filter"
    """A clean filter, such as LFS or an encrypting one."""
    LINE_ENDS = "line-ends"
    ENCODING = "encoding"
    """`working-tree-encoding`, `ident`."""
    SIGNING = "signing"
    IDENTITY = "identity"
    """Author and committer."""
    HOOK = "hook"
    SUBMODULE = "submodule"
    SMUDGE = "smudge"
    """A program that the user's git runs when it writes a checkout."""
    DRIVER = "driver"
    """A program of the user's settings that the branch could bring along."""
    IN_THE_WAY = "in-the-way"
    """Something of the user's where the merge would write."""
    NAMES = "names"
    """Names that fold to one on a file system that ignores case."""
    HISTORY = "history"
    """The agent's commits, for the strategy `merge`."""


@dataclass(frozen=True, slots=True)
class LandingItem:
    """One thing of the user's that a merge does, refuses or leaves out."""

    subject: Subject
    verdict: Verdict
    name: str
    """What tells it from others of its subject: a filter's or a hook's name."""
    sentence: str
    """What happens or does not happen, ready for a screen but for the sanitiser."""
    paths: tuple[str, ...] = ()
    """As in `review.Change`: lone surrogates stand for bytes that are no UTF-8."""
    hint: str = ""
    """The way out, for what is refused."""

    @property
    def key(self) -> str:
        """The text that acknowledges the item, such as `hook:pre-commit`."""
        return f"{self.subject}:{self.name}"


@dataclass(frozen=True, slots=True)
class Conversion:
    """A file whose bytes in the repository will not be those that were reviewed."""

    path: str
    reviewed: str
    """The id of the blob with the agent's bytes."""
    landing: str
    """The id of the blob after the user's clean filters and line-end rules."""


@dataclass(frozen=True, slots=True)
class LandingList:
    """Everything that a merge will do, refuse or leave out; made before it writes."""

    target: str
    """A branch, without `refs/heads/`."""
    strategy: str
    tree: str
    """The reviewed snapshot."""
    landing_tree: str
    """The snapshot after the user's clean filters and line-end rules; an approval
    holds both ids. Equal to `tree` if nothing is converted."""
    items: tuple[LandingItem, ...] = ()
    conversions: tuple[Conversion, ...] = ()

    @property
    def refused(self) -> tuple[LandingItem, ...]:
        """The items that stop the merge."""
        return tuple(i for i in self.items if i.verdict is Verdict.REFUSED)

    @property
    def named(self) -> tuple[LandingItem, ...]:
        """The items that a human must acknowledge."""
        return tuple(i for i in self.items if i.verdict is Verdict.NAMED)

    def unacknowledged(self, keys: tuple[str, ...]) -> tuple[LandingItem, ...]:
        """The named items whose keys are not among these."""
        return tuple(item for item in self.named if item.key not in keys)

    def to_json(self) -> dict[str, Any]:
        """The object that `from_json` reads back."""
        return {
            **asdict(self),
            "items": [{**asdict(item), "key": item.key} for item in self.items],
        }


def from_json(body: dict[str, Any]) -> LandingList:
    """Read back what `LandingList.to_json` wrote."""
    items = tuple(
        LandingItem(
            subject=Subject(item["subject"]),
            verdict=Verdict(item["verdict"]),
            name=item["name"],
            sentence=item["sentence"],
            paths=tuple(item["paths"]),
            hint=item["hint"],
        )
        for item in body["items"]
    )
    conversions = tuple(Conversion(**entry) for entry in body["conversions"])
    return LandingList(
        target=body["target"],
        strategy=body["strategy"],
        tree=body["tree"],
        landing_tree=body["landing_tree"],
        items=items,
        conversions=conversions,
    )
