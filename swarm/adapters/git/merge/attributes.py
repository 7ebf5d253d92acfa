"""Reads which conversions git's attributes ask for, path by path."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from swarm.adapters.git.merge.owner import OwnersGit
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, ToolError

NAME = ".gitattributes"
MOST_LINES = 50_000
"""Lines of all attribute files of a tree that count for the changed files."""
_MOST_BYTES = 8 << 20
_SECONDS = 60.0
_CONVERTING = ("text", "crlf", "eol", "ident", "filter", "working-tree-encoding")
_ATTRIBUTES = (*_CONVERTING, "merge")
_NOTHING = frozenset({"unspecified", "unset"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What git's attributes say of one path."""

    filter: str = ""
    """The driver's name; empty if there is none."""
    encoding: str = ""
    ident: bool = False
    line_ends: bool = False
    """Line ends may be converted."""
    merge: str = ""
    """The merge driver; `unset` if git merges no lines, empty if it does as ever."""


def directories(paths: Iterable[str]) -> set[str]:
    """Every directory above these paths, the top as the empty string."""
    above = {""}
    for path in paths:
        directory = path.rpartition("/")[0]
        while directory not in above:
            above.add(directory)
            directory = directory.rpartition("/")[0]
    return above


def files(task: TaskGit, tree: str, above: set[str]) -> dict[str, str]:
    """The attribute files of a tree in these directories: path to blob.

    Git takes the text of a link for rules too, once the link is in the index.
    """
    listing: bytes = task.review.git.ls_tree("-r", "-z", "--full-tree", tree, **RAW)
    found = {}
    for record in listing.split(b"\0"):
        if not record.endswith(NAME.encode()):
            continue
        head, _, name = record.partition(b"\t")
        path = os.fsdecode(name)
        directory, _, last = path.rpartition("/")
        if last == NAME and head.startswith((b"100", b"120")) and directory in above:
            found[path] = head.rpartition(b" ")[2].decode()
    return found


def write(task: TaskGit, blobs: dict[str, str], owners: OwnersGit) -> None:
    """Write attribute files into the work tree; Refused if they are too long to judge.

    Their directories are made: `owners.tree` is swarm's and was empty.
    """
    if not blobs:
        return
    git = task.review.git.within(Bounds(output=_MOST_BYTES))
    ids = "".join(f"{oid}\n" for oid in blobs.values()).encode()
    try:
        answer: bytes = git.cat_file("--batch", "--buffer", istream=ids, **RAW)
    except ToolError as error:
        raise _too_long(f"more than {_MOST_BYTES >> 20} MiB") from error
    lines = 0
    for path in blobs:
        head, _, answer = answer.partition(b"\n")
        size = int(head.rpartition(b" ")[2])
        content, answer = answer[:size], answer[size + 1 :]
        lines += content.count(b"\n")
        file = owners.tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if lines > MOST_LINES:
        raise _too_long(f"{lines} lines")


def _too_long(amount: str) -> Refused:
    return Refused(
        f"the {NAME} files hold {amount}, more than the {MOST_LINES} lines that are "
        "judged for a merge",
        hint="have them shortened, or write a patch instead",
    )


def judge(owners: OwnersGit, paths: tuple[str, ...]) -> dict[str, Rules]:
    """What the attributes in force say of each path; paths without a say are left out.

    In force are the files in `owners.tree`, the repository's `info/attributes`, the
    user's and the machine's. Refused if git does not come to an end with them.
    """
    git = owners.git.within(Bounds(seconds=_SECONDS))
    stdin = os.fsencode("".join(f"{path}\0" for path in paths))
    try:
        answer = git.check_attr("-z", "--stdin", *_ATTRIBUTES, istream=stdin, **RAW)
    except ToolError as error:
        raise Refused(
            f"the attributes of the changed files could not be read: {error.message}",
            hint=f"look at the {NAME} files",
        ) from error
    fields = os.fsdecode(answer).split("\0")
    said: dict[str, dict[str, str]] = {}
    for path, name, value in zip(
        fields[0::3], fields[1::3], fields[2::3], strict=False
    ):
        if value != "unspecified":
            said.setdefault(path, {})[name] = value
    every = _converts_every_line(owners.task)
    judged = said if not every else {path: said.get(path, {}) for path in paths}
    return {path: _rules(values, every) for path, values in judged.items()}


def _rules(values: dict[str, str], every: bool) -> Rules:
    driver = values.get("filter", "unset")
    encoding = values.get("working-tree-encoding", "unset")
    merge = values.get("merge", "unspecified")
    line_ends = every or any(name in values for name in ("text", "crlf", "eol"))
    return Rules(
        filter="" if driver in (*_NOTHING, "set") else driver,
        encoding="" if encoding in _NOTHING else encoding,
        ident=values.get("ident") == "set",
        line_ends=line_ends and values.get("text") != "unset",
        merge="" if merge in ("unspecified", "set") else merge,
    )


def _converts_every_line(task: TaskGit) -> bool:
    values = [v for k, v in task.repo.settings.entries if k == "core.autocrlf"]
    return bool(values) and values[-1].lower() not in ("false", "no", "off", "0")
