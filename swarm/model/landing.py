"""Values of a landing list: the say of the user's own git and files in a merge."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from swarm.model.safe_text import safe_line
from swarm.model.wishes import Accepted

SHOWN_PATHS = 5
"""Paths of an item that its line names; the others are counted."""


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
    CONFLICT = "conflict"
    """Places that the target changed too."""
    TASK = "task"
    """The task's state, or what its worktree holds."""


STANDING = frozenset({Subject.HOOK, Subject.SMUDGE})
"""Named items of these are facts of the repository, not of one task's work: what a
human acknowledged of them is not asked again in the same repository."""


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

    def line(self, most: int = SHOWN_PATHS) -> str:
        """The sentence and its paths, made harmless for a screen."""
        sentence = safe_line(self.sentence, 1000)
        # Some sentences name their paths themselves.
        word = f" {safe_line(self.name, 80)} "
        is_name = self.paths == (self.name,) and word in f" {sentence} "
        if is_name or sentence.endswith(named(self.paths)):
            return sentence
        return f"{sentence}: {named(self.paths, most)}"


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
    flagged: tuple[str, ...] = ()
    """Changed files that would run on the user's machine; acknowledged by path."""
    acknowledged: tuple[str, ...] = ()
    """Keys that a human acknowledged in an earlier merge of this repository."""

    @property
    def refused(self) -> tuple[LandingItem, ...]:
        """The items that stop the merge."""
        return tuple(i for i in self.items if i.verdict is Verdict.REFUSED)

    @property
    def named(self) -> tuple[LandingItem, ...]:
        """The items that a human must acknowledge."""
        return tuple(i for i in self.items if i.verdict is Verdict.NAMED)

    @property
    def done(self) -> tuple[LandingItem, ...]:
        """The items that the user's own git carries out."""
        return tuple(i for i in self.items if i.verdict is Verdict.DONE)

    def unacknowledged(self, keys: Accepted = ()) -> tuple[LandingItem, ...]:
        """The named items whose keys are neither among these nor remembered."""
        if keys == "all":
            return ()
        known = {*keys, *self.acknowledged}
        return tuple(item for item in self.named if item.key not in known)

    def unaccepted(self, paths: Accepted = ()) -> tuple[str, ...]:
        """The flagged files that are not among these."""
        if paths == "all":
            return ()
        return tuple(path for path in self.flagged if path not in paths)

    def to_json(self) -> dict[str, Any]:
        """The object that `from_json` reads back."""
        return {
            **asdict(self),
            "items": [{**asdict(item), "key": item.key} for item in self.items],
        }


def named(paths: Sequence[str], most: int = SHOWN_PATHS) -> str:
    """The first paths, made harmless, and the number of the others."""
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(safe_line(path, 120) for path in paths[:most]) + more


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
        flagged=tuple(body.get("flagged", ())),
        acknowledged=tuple(body.get("acknowledged", ())),
    )
