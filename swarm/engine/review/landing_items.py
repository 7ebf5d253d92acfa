"""The items of a landing list that come from the task and its target alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from swarm.adapters.git import diff
from swarm.adapters.git.checkout_bytes.look import look
from swarm.adapters.git.merge import obstacles, preview
from swarm.adapters.git.safe_fs.walk import IN_SUBMODULE
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import Conversion, LandingItem, Subject, Verdict
from swarm.model.review import Change, CheckoutBytes, Hidden, MergeOrder
from swarm.model.safe_text import safe_line


def refusal(reason: tuple[str, str], paths: tuple[str, ...] = ()) -> LandingItem:
    sentence, hint = reason
    return LandingItem(
        Subject.TASK, Verdict.REFUSED, "state", sentence, paths, hint=hint
    )


def refusals(
    of: TaskGit, tree: str, hidden: tuple[Hidden, ...]
) -> Iterator[LandingItem]:
    """Refusals for which git need not be asked."""
    blocking = [entry for entry in hidden if entry.blocks]
    if blocking:
        names = tuple(f"{entry.path} ({entry.reason})" for entry in blocking)
        sentence = f"task {of.task} holds what no merge may leave out"
        yield refusal((sentence, ""), names)
    if _is_unchanged(of, tree):
        optional = any(entry.optional for entry in hidden)
        include = f"; `swarm diff {of.task} --include PATH` takes in what tools made"
        hint = f"`swarm discard {of.task}`{include if optional else ''}"
        yield refusal((f"task {of.task} changed nothing", hint))


def _is_unchanged(of: TaskGit, tree: str) -> bool:
    base_tree: str = of.review.git.rev_parse(f"{of.base}^{{tree}}")
    return tree == base_tree


def history(of: TaskGit, order: MergeOrder) -> Iterator[LandingItem]:
    """A merge that keeps commits is never made a squash in silence."""
    if order.strategy != "merge":
        return
    if not order.head:
        sentence = f"the commits of task {of.task} were not brought back"
    elif not of.review.is_ancestor(of.base, order.head):
        sentence = f"the commits of task {of.task} do not stand on its base"
    else:
        return
    yield LandingItem(
        Subject.HISTORY,
        Verdict.REFUSED,
        "commits",
        f"{sentence}, so a merge cannot keep them",
        hint="merge as squash: that takes what the files hold",
    )


def target(of: TaskGit, order: MergeOrder, tree: str) -> Iterator[LandingItem]:
    """What the target and its checkouts stand against."""
    merged = preview.preview(of, tree, order.target)
    branch = safe_line(order.target)
    if merged.conflicts:
        yield LandingItem(
            Subject.CONFLICT,
            Verdict.REFUSED,
            "content",
            f"{branch} changed in the same places",
            merged.conflicts,
            hint="ask the agent to bring its work up to date, or merge by hand",
        )
    elif merged.new == merged.old and not _is_unchanged(of, tree):
        reason = f"{branch} holds all of this already"
        yield refusal((reason, "there is nothing to merge; discard the task"))
    else:
        yield from obstacles.items(of, order.target, merged.old, merged.new)


def submodules(hidden: tuple[Hidden, ...]) -> Iterator[LandingItem]:
    """What lies in submodules, which no tree of this repository can hold."""
    inside = tuple(
        entry.path for entry in hidden if entry.reason.startswith(IN_SUBMODULE)
    )
    if inside:
        yield LandingItem(
            Subject.SUBMODULE,
            Verdict.NAMED,
            "content",
            "files inside a submodule are not merged: they belong to its own "
            "repository, and its commit here stays",
            inside,
            hint="take them from the task's worktree into the submodule's repository",
        )


def flagged(
    of: TaskGit,
    target: str,
    tree: str,
    landing_tree: str = "",
    conversions: Iterable[Conversion] = (),
) -> tuple[str, ...]:
    """Files of the reviewed and the landing tree that a human must acknowledge.

    Judged anew: the attributes of the target, which may be another one than the task's,
    decide what its checkout will hold. What lands in an encoding is no news if the
    checkout holds the very bytes that were reviewed. `conversions` are what makes the
    landing tree of the reviewed one.
    """
    of = replace(of, target=target)
    plain = diff.unflagged(of, of.base, tree)
    seen = look(of, tree, plain)
    reviewed = diff.flagged(of, of.base, tree, plain, seen)
    paths = [change.path for change in reviewed if change.gating]
    if landing_tree not in ("", tree):
        paths += _flagged_anew(of, plain, seen, landing_tree, conversions)
    return tuple(dict.fromkeys(paths))


def _flagged_anew(
    of: TaskGit,
    reviewed: tuple[Change, ...],
    seen: Mapping[str, CheckoutBytes],
    landing_tree: str,
    conversions: Iterable[Conversion],
) -> Iterator[str]:
    """Paths that gate for what a checkout writes of the landing tree, and not before.

    The trees differ in the converted blobs alone. What gates are names, modes and a
    checkout's bytes, never the blob: so only files with other bytes are judged again.
    """
    landing_ids = {each.path: each.landing for each in conversions}
    landing = tuple(
        replace(change, new=landing_ids[change.path])
        if change.path in landing_ids
        else change
        for change in reviewed
    )
    written = look(of, landing_tree, landing)
    bytes_seen = {change.path: change.new for change in reviewed}
    anew = tuple(
        change
        for change in landing
        if (lands := written.get(change.path)) != seen.get(change.path)
        and not (lands and lands.oid == bytes_seen[change.path])
    )
    if not anew:
        return
    for change in diff.flagged(of, of.base, landing_tree, anew, written):
        if change.gating:
            yield change.path
