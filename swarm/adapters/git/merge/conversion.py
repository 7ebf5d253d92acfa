"""Computes what the user's own `git add` would store of a reviewed tree.

The reviewed tree holds the bytes of the agent's worktree. Here the changed files are
written once more, in a directory of swarm's, and git as the user has it takes them from
there: through clean filters, line-end rules, encodings and `$Id$`, under the attributes
that will be in force after the merge.
"""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from swarm.adapters.git import blobs
from swarm.adapters.git.merge import attributes, clean, in_force, merge_drivers
from swarm.adapters.git.merge.attributes import Rules
from swarm.adapters.git.merge.clean import CleanFilters, File
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.merge.owner import OwnersGit, owners_git
from swarm.adapters.git.merge.trees import merged, nobodys_commit
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.landing import Conversion, LandingItem, Subject, Verdict
from swarm.model.review import MergeOrder
from swarm.model.safe_text import safe_line

_UTF = ("utf-16", "utf-32", "utf16", "utf32")
"""Beginnings of the encodings in which no text looks like UTF-8."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The landing tree, and what the user's clean filters and line-end rules did."""

    tree: str
    """In the task's review directory; the reviewed tree if nothing is converted or if
    an item is refused."""
    conversions: tuple[Conversion, ...] = ()
    items: tuple[LandingItem, ...] = ()
    """A filter that failed is a refused item: then nothing may land."""
    filtered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of filters that the attributes choose, with the changed paths."""


def convert(
    task: TaskGit, order: MergeOrder, options: LandingOptions | None = None
) -> Converted:
    """Put the changed files of the order's tree through the user's clean filters.

    The same input gives the same tree, if the filters do. Nothing of the user's
    repository is written. Blocks for as long as the filters take, within
    `filter_seconds`. A filter or an attribute file that cannot be trusted to come to
    an end is a refused item.
    """
    options = options or LandingOptions()
    task = in_force.on_target(task, order.target)
    changed = _changed_files(task, order.tree)
    if not changed:
        return Converted(order.tree)
    try:
        sizes = blobs.sizes(task.review.git, {file.oid for file in changed.values()})
        # Memory is given by the page.
        size = sum((sizes[file.oid] | 4095) + 1 for file in changed.values())
        with owners_git(task, size) as owners:
            return _convert(owners, order, options, changed)
    except Refused as error:
        item = LandingItem(
            Subject.FILTER, Verdict.REFUSED, "rules", error.message, hint=error.hint
        )
        return Converted(order.tree, items=(item,))


def _changed_files(task: TaskGit, tree: str) -> dict[str, File]:
    """The files that are not as in the base; links and submodules are none."""
    words = ("-r", "-z", "--raw", "--no-renames", task.base, tree)
    fields = os.fsdecode(task.review.git.diff_tree(*words, **RAW)).split("\0")
    files = {}
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        old_mode, mode, old, new, _ = head[1:].split(" ")
        if mode.startswith("100") and (old != new or not old_mode.startswith("100")):
            files[path] = File(mode, new, old if old_mode.startswith("100") else "")
    return files


def _convert(
    owners: OwnersGit,
    order: MergeOrder,
    options: LandingOptions,
    changed: dict[str, File],
) -> Converted:
    task = owners.task
    in_force = _tree_after_merge(task, order)
    above = attributes.directories(changed)
    rule_files = attributes.files(task, in_force, above)
    attributes.write(task, rule_files, owners)
    owners.give(owners.tree)
    rules = attributes.judge(owners, tuple(changed))
    # A rule file that both sides changed lies there as merged, not as reviewed.
    foreign = {p for p, oid in rule_files.items() if p in changed}
    foreign -= {p for p in foreign if changed[p].oid == rule_files[p]}
    filters = CleanFilters.of(task, rules)
    chosen = {
        path: changed[path]
        for path, rule in rules.items()
        if path not in foreign and filters.may_convert(rule)
    }
    refused = filters.refused(task, order.tree)
    if refused:
        return Converted(order.tree, items=refused, filtered=filters.paths)
    clean.write_files(owners, chosen, set(rule_files))
    chosen = _worth_converting(owners, chosen, rules, filters)
    stored, as_stored = _apart(owners, chosen, rules)
    result = clean.run(owners, stored, filters, options)
    if result.refused:
        return Converted(order.tree, items=result.refused, filtered=filters.paths)
    conversions = tuple(
        Conversion(path, changed[path].oid, oid)
        for path, oid in sorted(result.ids.items())
        if oid != changed[path].oid
    )
    owners.bring(conversion.landing for conversion in conversions)
    items = (
        *merge_drivers.items(task, order, rules),
        *filters.items(chosen, result.failed),
        *_line_end_items(conversions, rules),
        *_encoding_items(stored, rules, as_stored),
    )
    tree = _tree(task, order.tree, changed, conversions)
    return Converted(tree, conversions, items, filters.paths)


def _tree_after_merge(task: TaskGit, order: MergeOrder) -> str:
    """The tree whose attribute files will be in force; conflicts are not our matter."""
    old = task.repo.tip(order.target)
    if old in ("", task.base):
        return order.tree
    return merged(task, old, nobodys_commit(task, order.tree))[0]


def _worth_converting(
    owners: OwnersGit,
    chosen: dict[str, File],
    rules: dict[str, Rules],
    filters: CleanFilters,
) -> dict[str, File]:
    """Without the files that no rule for line ends or `$Id$` could change.

    With `core.safecrlf` git would refuse files of one line end only, for what it will
    do to them at a checkout.
    """
    worth = {}
    for path, file in chosen.items():
        rule = rules[path]
        if not filters.runs(rule) and not rule.encoding:
            content = (owners.tree / path).read_bytes()
            ends = rule.line_ends and b"\r" in content
            if not ends and not (rule.ident and b"$Id" in content):
                continue
        worth[path] = file
    return worth


def _apart(
    owners: OwnersGit, chosen: dict[str, File], rules: dict[str, Rules]
) -> tuple[dict[str, File], tuple[str, ...]]:
    """The files that git is to take, and those that are as git stores them already.

    The agent had each file as it is stored: in UTF-8. What it changed in a file of a
    wide encoding is UTF-8 still, which git would refuse or take for something else.
    """
    as_stored = tuple(
        path
        for path, file in chosen.items()
        if file.old
        and rules[path].encoding.lower().startswith(_UTF)
        and not rules[path].filter
        and _is_utf8((owners.tree / path).read_bytes())
    )
    kept = frozenset(as_stored)
    return {p: f for p, f in chosen.items() if p not in kept}, as_stored


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def _line_end_items(
    conversions: tuple[Conversion, ...], rules: dict[str, Rules]
) -> Iterable[LandingItem]:
    paths = tuple(
        each.path
        for each in conversions
        if not rules[each.path].filter and not rules[each.path].encoding
    )
    ends = tuple(path for path in paths if rules[path].line_ends)
    idents = tuple(path for path in paths if rules[path].ident)
    if ends:
        yield LandingItem(
            Subject.LINE_ENDS,
            Verdict.DONE,
            "eol",
            "line ends are stored as your settings and attributes want them",
            ends,
        )
    if idents:
        yield LandingItem(
            Subject.ENCODING, Verdict.DONE, "ident", "$Id$ is stored empty", idents
        )


def _encoding_items(
    stored: dict[str, File], rules: dict[str, Rules], as_stored: tuple[str, ...]
) -> Iterable[LandingItem]:
    by_encoding: dict[str, list[str]] = {}
    for path in stored:
        if rules[path].encoding:
            by_encoding.setdefault(rules[path].encoding, []).append(path)
    for encoding, paths in sorted(by_encoding.items()):
        shown = safe_line(encoding, 60)
        old = [path for path in paths if stored[path].old]
        yield LandingItem(
            Subject.ENCODING,
            Verdict.NAMED if old else Verdict.DONE,
            encoding,
            f"the bytes are taken for {shown} and stored as UTF-8"
            + (", though the agent had the files before in UTF-8" if old else ""),
            tuple(old or paths),
        )
    if as_stored:
        yield LandingItem(
            Subject.ENCODING,
            Verdict.NAMED,
            "utf-8",
            "the agent wrote UTF-8, as git stores these files; a checkout will hold "
            "them in the encoding that their attributes name",
            as_stored,
        )


def _tree(
    task: TaskGit,
    tree: str,
    changed: dict[str, File],
    conversions: tuple[Conversion, ...],
) -> str:
    """The tree with the converted blobs in the place of the reviewed ones."""
    if not conversions:
        return tree
    index = task.review_git / f"index-{secrets.token_hex(6)}"
    git, env = task.review.git, {"GIT_INDEX_FILE": str(index)}
    records = "".join(
        f"{changed[each.path].mode} {each.landing}\t{each.path}\0"
        for each in conversions
    )
    try:
        git.read_tree(tree, env=env)
        git.update_index("-z", "--index-info", istream=os.fsencode(records), env=env)
        landing: str = git.write_tree(env=env)
        return landing
    finally:
        index.unlink(missing_ok=True)
