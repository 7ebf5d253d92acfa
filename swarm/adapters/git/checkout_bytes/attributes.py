"""The attributes that will be in force in the user's checkout after a merge."""

import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.safe_fs.reader import SafeReader
from swarm.adapters.git.settings import Settings
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import ToolError
from swarm.model.review import Change

Entry = tuple[str, str]
"""Mode and id of one file of a tree; a link counts too, since git reads its text."""

NAME = ".gitattributes"
LIMIT = 8 << 20
"""Bytes of all attribute files together that are searched for names."""
_ACTING = re.compile(rb"working-tree-encoding|ident|filter|crlf|eol")
"""The attributes that change bytes; no name of an attribute can be written otherwise,
and a macro has to name what it sets."""
_OFF = ("", "false", "no", "off", "0")
_FILES = ("100644", "100755", "120000")


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attribute files and settings, lowest precedence last."""

    info: bytes
    """The repository's `info/attributes`."""
    files: Mapping[str, Entry]
    """The `.gitattributes` by path."""
    before: Mapping[str, Entry]
    """Those that the target has now."""
    untracked: Mapping[str, bytes]
    """Those that only the user's checkout has."""
    personal: bytes
    """The user's `core.attributesFile`."""
    system: bytes
    autocrlf: str
    eol: str
    """`core.autocrlf` and `core.eol`; empty if unset."""

    @property
    def writes_crlf(self) -> bool:
        """True if text gets CRLF without an attribute that says so."""
        crlf = self.autocrlf.lower() not in (*_OFF, "input")
        return crlf or self.eol.lower() == "crlf"

    @property
    def key(self) -> str:
        """Two of one key say the same."""
        fields = [self.info, self.personal, self.system, self.autocrlf, self.eol]
        files = [sorted(self.files.items()), sorted(self.before.items())]
        facts = repr([fields, files, sorted(self.untracked)])
        contents = b"\0".join(self.untracked[path] for path in sorted(self.untracked))
        return hashlib.sha256(os.fsencode(facts) + contents).hexdigest()

    def act(self, task: TaskGit) -> bool:
        """False if no rule can change any byte; reads the files, within LIMIT."""
        if self.autocrlf.lower() not in (*_OFF, "input"):
            return True
        if not (self.info or self.files or self.untracked or self.personal):
            return bool(_ACTING.search(self.system))
        if self.eol.lower() == "crlf":
            return True
        own = (self.info, *self.untracked.values(), self.personal, self.system)
        return any(_ACTING.search(text) for text in (*own, _contents(task, self.files)))


def in_force(task: TaskGit, changes: Iterable[Change]) -> Attributes:
    """The attributes of the tree as it would be after the merge, and the user's own.

    `changes` are those from the task's base to the reviewed tree. If the target has
    moved, its attribute files are merged with the reviewed ones; where they conflict,
    nothing can be merged, and the reviewed ones count.
    """
    changes = tuple(changes)
    repository, settings = task.repo, task.repo.settings
    base = _base_files(task)
    moved = _moved_files(task)
    files = _merged(task, base, _reviewed_files(base, changes), moved)
    target = _with(base, moved)
    return Attributes(
        info=_read(repository.common_dir / "info" / "attributes"),
        files=files,
        before=target,
        untracked=_untracked(task, changes, files.keys() | target.keys()),
        personal=_read(_personal_file(task, settings)),
        system=b"\n".join(_read(path) for path in _system_files()),
        autocrlf=settings.last("core.autocrlf"),
        eol=settings.last("core.eol"),
    )


def _base_files(task: TaskGit) -> dict[str, Entry]:
    """The base's attribute files, listed once for each base."""
    known = task.review_git / "base-attributes.json"
    if known.exists():
        body = json.loads(known.read_bytes())
        if body["base"] == task.base:
            return {path: (mode, oid) for path, mode, oid in body["files"]}
    words = ("--stage", "-z", "--", f":(glob)**/{NAME}")
    env = {
        "GIT_INDEX_FILE": str(task.review_git / "base.index"),
        "GIT_LITERAL_PATHSPECS": "0",
    }
    listing: bytes = task.review.git.ls_files(*words, env=env, **RAW)
    files = {}
    for record in os.fsdecode(listing).split("\0")[:-1]:
        head, _, path = record.partition("\t")
        mode, oid, _ = head.split(" ")
        if mode in _FILES:
            files[path] = (mode, oid)
    rows = [[path, *entry] for path, entry in files.items()]
    draft = known.with_suffix(".new")
    draft.write_text(json.dumps({"base": task.base, "files": rows}))
    draft.replace(known)
    return files


def _reviewed_files(
    base: Mapping[str, Entry], changes: tuple[Change, ...]
) -> dict[str, Entry]:
    files = dict(base)
    for change in changes:
        files.pop(change.old_path, None)
        if is_attributes(change.path):
            files.pop(change.path, None)
            if (mode := f"{change.new_mode:o}") in _FILES:
                files[change.path] = (mode, change.new)
    return files


def _moved_files(task: TaskGit) -> dict[str, Entry | None]:
    """What the target changed since the base; None for a file that it removed."""
    tip = task.repo.tip(task.target) if task.target else ""
    if tip in ("", task.base):
        return {}
    words = ("-r", "-z", "--raw", "--no-renames", task.base, tip, "--")
    env = {"GIT_LITERAL_PATHSPECS": "0"}
    git = task.review.git
    answer: bytes = git.diff_tree(*words, f":(glob)**/{NAME}", env=env, **RAW)
    fields = os.fsdecode(answer).split("\0")
    moved: dict[str, Entry | None] = {}
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, oid, _ = head[1:].split(" ")
        moved[path] = (mode, oid) if mode in _FILES else None
    return moved


def _merged(
    task: TaskGit,
    base: Mapping[str, Entry],
    reviewed: dict[str, Entry],
    moved: Mapping[str, Entry | None],
) -> dict[str, Entry]:
    files = dict(reviewed)
    for path, theirs in moved.items():
        before, ours = base.get(path), reviewed.get(path)
        if ours == before:
            files.pop(path, None)
            if theirs:
                files[path] = theirs
        elif ours and theirs and before and ours != theirs:
            files[path] = (ours[0], _merged_blob(task, before, ours, theirs))
    return files


def _merged_blob(task: TaskGit, before: Entry, ours: Entry, theirs: Entry) -> str:
    """The id of both sides' changes in one file; `ours` if they conflict."""
    with TemporaryDirectory(dir=task.review_git, prefix="rules-") as directory:
        for name, (_, oid) in (("base", before), ("ours", ours), ("theirs", theirs)):
            git = task.review.git.within(Bounds(output=LIMIT))
            Path(directory, name).write_bytes(git.cat_file("blob", oid, **RAW))
        git = task.review_on(Path(directory)).git.accepting(*range(1, 256))
        words = ("--stdout", "ours", "base", "theirs")
        status, merged, _ = git.merge_file(*words, with_extended_output=True, **RAW)
    if status:
        return ours[1]
    return str(task.review.git.hash_object("-w", "--stdin", istream=merged))


def _with(
    base: Mapping[str, Entry], moved: Mapping[str, Entry | None]
) -> dict[str, Entry]:
    both = {**base, **moved}
    return {path: entry for path, entry in both.items() if entry}


def _untracked(
    task: TaskGit, changes: tuple[Change, ...], tracked: set[str]
) -> dict[str, bytes]:
    """Attribute files that stand in the user's checkout beside or above a change."""
    if not task.repo.work_tree:
        return {}
    directories = {""}
    for change in changes:
        parts = change.path.split("/")[:-1]
        directories |= {"/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)}
    with SafeReader(task.repo.work_tree) as reader:
        found = {
            path: reader.content(path, stat.S_IFREG, LIMIT)
            for directory in sorted(directories)
            if (path := directory + NAME) not in tracked
        }
    return {path: content for path, content in found.items() if content is not None}


def _personal_file(task: TaskGit, settings: Settings) -> Path:
    configured = settings.last("core.attributesfile")
    home = task.repo.owner_home
    if not configured:
        xdg = "" if task.repo.other_owner else os.environ.get("XDG_CONFIG_HOME", "")
        return Path(xdg or home / ".config", "git", "attributes")
    path = Path(re.sub(r"^~(?=/|$)", lambda _: str(home), configured))
    # A relative path counts from where git runs: the top of the checkout.
    return (task.repo.work_tree or task.repo.common_dir) / path


def _system_files() -> tuple[Path, ...]:
    """The places where a git that a package brought looks for the machine's file."""
    git = shutil.which("git")
    prefixes = [Path(git).parent.parent] if git else []
    places = [Path("/etc"), *(prefix / "etc" for prefix in prefixes)]
    return tuple(dict.fromkeys(place / "gitattributes" for place in places))


def _read(path: Path) -> bytes:
    """A file of the user's; empty if there is none or it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _contents(task: TaskGit, files: Mapping[str, Entry]) -> bytes:
    """The files one after another; if they are over LIMIT, a text that acts."""
    if not files:
        return b""
    stdin = "".join(f"{oid}\n" for oid in {oid for _, oid in files.values()})
    git = task.review.git.within(Bounds(output=LIMIT))
    try:
        content: bytes = git.cat_file("--batch", istream=stdin.encode(), **RAW)
    except ToolError:
        return b"filter"
    return content


def is_attributes(path: str) -> bool:
    """True if git reads rules from a file of this path."""
    return path.rsplit("/", 1)[-1] == NAME
