"""The page on which an agent reads what of the repository it has, and what it has not.

It lies beside the page on what the agent may reach.
"""

from collections.abc import Iterator

from swarm.model.box_contents import BoxContents, Missing
from swarm.model.covers import Cover

NAME = "repository.md"
_SHOWN = 200
"""Entries of one list; the rest is counted."""
_LENGTH = 300
"""Characters of one name or reason."""


def page(contents: BoxContents) -> str:
    """The page, in Markdown; every name in it is on one line and in a code span."""
    sections = [
        "# What of the repository is here",
        "You work in a worktree with a git directory of its own. Commit, branch and\n"
        "rebase as you like: no ref and no object of the user's repository changes.\n"
        "A human reviews the files, and takes what they want.",
        "\n".join(_refs(contents)),
        "\n".join(_remotes(contents)),
        "\n".join(_submodules(contents)),
        "\n".join(_lfs(contents)),
        "\n".join(_covers(contents.covers)),
        "- Filters, hooks, credentials and the rest of the user's git configuration\n"
        "  are not here: files are as git stores them, without line-end rules,\n"
        "  encodings or keywords.",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def summary(contents: BoxContents) -> Iterator[str]:
    """What is missing, for the human: one line for each kind and reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for entry in contents.missing:
        groups.setdefault((entry.kind, entry.reason), []).append(entry.path)
    for (kind, reason), paths in groups.items():
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        plural = f"{kind}s" if len(paths) > 1 else kind
        yield f"{plural} {', '.join(paths[:3])}{more}: {reason}"
    if contents.refs_absent:
        yield f"{contents.refs_absent} tags or branches: their objects are not here"
    if contents.refs_cut:
        yield f"tags and branches beyond the first {contents.refs}"


def _refs(contents: BoxContents) -> Iterator[str]:
    yield "- Tags, branches, remote branches and notes are copies of the user's, as"
    yield "  they were at the start. The stash, reflogs (`main@{1}`), upstreams,"
    yield "  `ORIG_HEAD` and replaced objects are not here."
    if contents.base_only:
        yield "- Only the history of the commit that this task began at is here, and"
        yield "  the tags and branches that lie in it."
    if contents.shallow:
        yield "- The user's repository is shallow: older history is not here."
    if contents.refs_cut:
        yield f"- There are more than the {contents.refs} tags and branches here."
    if contents.refs_absent:
        yield f"- {contents.refs_absent} tags or branches are left out, because their"
        yield "  objects are not in the user's repository."


def _remotes(contents: BoxContents) -> Iterator[str]:
    if not contents.remotes:
        yield "- There is no remote."
        return
    yield "- Remotes have their names, without credentials. Nothing can be pushed; a"
    yield "  fetch works only from a host that `policy.md` allows."
    for name, url in contents.remotes:
        yield f"  - {_code(name)}: {_code(url) if url else 'its URL is not shown here'}"


def _submodules(contents: BoxContents) -> Iterator[str]:
    missing = [entry for entry in contents.missing if entry.kind == "submodule"]
    if contents.submodules:
        yield "- These submodules are filled with the commit that the base records."
        yield "  Each has a git directory of its own. A merge leaves out what you"
        yield "  change in them: tell the user if that is needed. LFS files in them are"
        yield "  pointers."
        yield from _list(contents.submodules, contents.shortened)
    if missing:
        yield "- These submodules are not here, and cannot be fetched:"
        yield from _reasons(missing)


def _lfs(contents: BoxContents) -> Iterator[str]:
    missing = [entry for entry in contents.missing if entry.kind == "LFS file"]
    if contents.lfs_files:
        yield f"- {contents.lfs_files} LFS files hold their content, without `git lfs`."
        yield "  Change them as any other file: the user's git makes LFS files of them."
    if missing:
        yield "- These LFS files are pointers, for their content is not here:"
        yield from _reasons(missing)


def _covers(covers: tuple[Cover, ...]) -> Iterator[str]:
    hidden = [cover.path for cover in covers if cover.kind == "hide"]
    protected = [cover.path for cover in covers if cover.kind == "protect"]
    if hidden:
        yield "- These paths are hidden from you: they are empty here, and no commit"
        yield "  here has their content (`git show` of one fails). What is made there"
        yield "  is not taken. Do without, and do not commit their removal:"
        yield from _list(tuple(hidden), ())
    if protected:
        yield "- These paths you may read and not change: they are read-only, and what"
        yield "  your commits change there is not taken. Tell the user what they need:"
        yield from _list(tuple(protected), ())


def _list(paths: tuple[str, ...], shortened: tuple[str, ...]) -> Iterator[str]:
    for path in paths[:_SHOWN]:
        words = " (without its history)" if path in shortened else ""
        yield f"  - {_code(path)}{words}"
    if len(paths) > _SHOWN:
        yield f"  - and {len(paths) - _SHOWN} more"


def _reasons(missing: list[Missing]) -> Iterator[str]:
    for entry in missing[:_SHOWN]:
        yield f"  - {_code(entry.path)}: {_printable(entry.reason)}"
    if len(missing) > _SHOWN:
        yield f"  - and {len(missing) - _SHOWN} more"


def _code(text: str) -> str:
    """A code span; a backtick would end it."""
    return f"`{_printable(text).replace('`', '?')}`"


def _printable(text: str) -> str:
    """The text on one line and not too long, with `?` for unprintable characters."""
    return "".join(char if char.isprintable() else "?" for char in text[:_LENGTH])
