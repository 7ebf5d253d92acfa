"""Has git write the changed files as a checkout would, in a directory of our own.

Git reads the attributes from an index, as it does for a real checkout, and so takes a
link called `.gitattributes` for rules. No filter is configured in that directory, so
none can run; the user's settings come in one by one.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from swarm.adapters.git.checkout_bytes.attributes import (
    Attributes,
    Entry,
    is_attributes,
)
from swarm.adapters.git.checkout_bytes.candidates import Candidate, candidates
from swarm.adapters.git.process import Bounds, GitDir
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Change, CheckoutBytes

FILE_LIMIT = 8 << 20
TOTAL_LIMIT = 32 << 20
"""Bytes of one file and of all that are converted for one review."""
_BOUNDS = Bounds(seconds=10, output=256 << 20, memory=1 << 30)
_OTHERS_BOUNDS = replace(_BOUNDS, seconds=4)
OTHERS_LIMIT = 200
"""Files that did not change and are converted; if there are more, all are named."""
_SNIFFED = 8000
"""Bytes in which git looks for a NUL."""
_IDENT = re.compile(rb"\$Id(:[^$\n]*)?\$")


@dataclass(frozen=True, slots=True)
class Written:
    """The files that a checkout writes otherwise."""

    files: dict[str, CheckoutBytes]
    stored: str = ""
    written: str = ""
    """Trees of those that a human must see, as blobs and as written."""


def convert(
    task: TaskGit, attributes: Attributes, changes: tuple[Change, ...]
) -> Written:
    """The bytes of each changed file that a checkout would write otherwise.

    They are stored in the review directory. ToolError over the limits of time and
    memory: a pattern may have been made to take for ever.
    """
    with _directory(task, attributes) as shadow:
        shadow.enter(attributes, changes)
        chosen = shadow.candidates(task, attributes, changes)
        small, files = _within_limits(shadow.sizes(chosen), chosen)
        for candidate in [c for c in chosen if c.refused or c.program]:
            files.setdefault(candidate.path, candidate.not_converted())
        files |= shadow.convert([c for c in small if c.conversions and not c.refused])
        seen = {path: each for path, each in files.items() if each.must_be_seen}
        by_path = {change.path: change for change in changes}
        if not seen:
            return Written(files)
        stored = shadow.tree({path: by_path[path].new for path in seen})
        written = shadow.tree({path: each.oid for path, each in seen.items()})
        return Written(files, stored, written)


def written_otherwise(
    task: TaskGit, tree: str, attributes: Attributes, changes: tuple[Change, ...]
) -> tuple[str, ...]:
    """The files of a tree that are not among the changes, and that new rules encode.

    Those of which a checkout would then write other bytes than the tree has, or bytes
    that are not known. ToolError as for `convert`, and sooner.
    """
    changed = {change.path for change in changes}
    with _directory(task, attributes) as shadow:
        before, _ = shadow.encodings(tree, attributes.before)
        after, entries = shadow.encodings(tree, attributes.files)
        files = tuple(
            Change(path, "modified", *entries[path])
            for path, encoding in after.items()
            if path not in changed
            and encoding not in ("unspecified", before.get(path))
            and entries[path][0] in (0o100644, 0o100755)
        )
        if len(files) > OTHERS_LIMIT:
            return tuple(sorted(change.path for change in files))
        if not files:
            return ()
        shadow.enter(attributes, files)
        chosen = shadow.candidates(task, attributes, files)
        small, answers = _within_limits(shadow.sizes(chosen), chosen)
        answers |= {c.path: c.not_converted() for c in chosen if c.refused}
        answers |= shadow.convert([c for c in small if c.encodes and not c.refused])
    return tuple(
        sorted(p for p, each in answers.items() if each.must_be_seen or each.unknown)
    )


def _within_limits(
    sizes: dict[str, int], chosen: list[Candidate]
) -> tuple[list[Candidate], dict[str, CheckoutBytes]]:
    """Those that are converted, and the answers for those that are too large."""
    small: list[Candidate] = []
    too_large: dict[str, CheckoutBytes] = {}
    remaining = TOTAL_LIMIT
    for candidate in chosen:
        size = sizes[candidate.change.new]
        if size <= min(FILE_LIMIT, remaining):
            remaining -= size
            small.append(candidate)
        elif candidate.encodes:
            too_large[candidate.path] = CheckoutBytes(
                conversions=candidate.conversions,
                unknown="it is too large to be converted for a review",
            )
    return small, too_large


@contextmanager
def _directory(task: TaskGit, attributes: Attributes) -> Iterator["_Shadow"]:
    with TemporaryDirectory(dir=task.review_git, prefix="written-") as name:
        root = Path(name)
        git_dir, work_tree = root / "git", root / "work"
        for directory in (git_dir / "refs", git_dir / "info", work_tree):
            directory.mkdir(parents=True)
        is_sha1 = task.repo.object_format == "sha1"
        extensions = f"[extensions]\n\tobjectformat = {task.repo.object_format}\n"
        (git_dir / "config").write_text(
            f"[core]\n\trepositoryformatversion = {0 if is_sha1 else 1}\n"
            "\tfilemode = true\n\tbare = false\n" + ("" if is_sha1 else extensions)
        )
        (git_dir / "HEAD").write_text("ref: refs/heads/none\n")
        (git_dir / "info" / "attributes").write_bytes(attributes.info)
        (root / "personal").write_bytes(attributes.personal)
        yield _Shadow(task, root, attributes)


class _Shadow:
    """A git directory with the attributes in force and with nobody's programs."""

    def __init__(self, task: TaskGit, root: Path, attributes: Attributes) -> None:
        self._root = root
        settings = [f"core.attributesFile={root / 'personal'}"]
        if attributes.autocrlf:
            settings.append(f"core.autocrlf={attributes.autocrlf}")
        if attributes.eol:
            settings.append(f"core.eol={attributes.eol}")
        self._settings = tuple(settings)
        self._git = Git(
            GitDir(root / "git", work_tree=root / "work"),
            env={
                "GIT_OBJECT_DIRECTORY": str(task.review_git / "objects"),
                "GIT_ATTR_NOSYSTEM": "0",
            },
        ).within(_BOUNDS)

    def enter(self, attributes: Attributes, changes: tuple[Change, ...]) -> None:
        """Fill the index: the changed files, and every attribute file."""
        records = [
            f"{change.new_mode:o} {change.new}\t{change.path}\0"
            for change in changes
            if _is_file(change)
        ]
        records += [
            f"{m} {oid}\t{path}\0" for path, (m, oid) in attributes.files.items()
        ]
        for path, content in attributes.untracked.items():
            oid = self._git.hash_object("-w", "--stdin", istream=content)
            records.append(f"100644 {oid}\t{path}\0")
        self._git.update_index(
            "-z", "--index-info", istream=os.fsencode("".join(records))
        )

    def encodings(
        self, tree: str, files: Mapping[str, Entry]
    ) -> tuple[dict[str, str], dict[str, tuple[int, int, str, str]]]:
        """The encoding of each file of a tree under other rules than its own.

        Also modes and ids, both as before and after a change that changes neither.
        """
        git = self._git.within(_OTHERS_BOUNDS)
        env = {"GIT_INDEX_FILE": str(self._root / "git" / "whole")}
        git.read_tree("--reset", tree, env=env)
        listing = os.fsdecode(git.ls_files("--stage", "-z", env=env, **RAW))
        entries: dict[str, tuple[int, int, str, str]] = {}
        for record in listing.split("\0")[:-1]:
            head, _, path = record.partition("\t")
            mode, oid, _ = head.split(" ")
            entries[path] = (int(mode, 8), int(mode, 8), oid, oid)
        none = "0" * len(tree)
        records = [f"0 {none}\t{path}\0" for path in entries if is_attributes(path)]
        records += [f"{mode} {oid}\t{p}\0" for p, (mode, oid) in files.items()]
        git.update_index(
            "-z", "--index-info", istream=os.fsencode("".join(records)), env=env
        )
        words = ("--cached", "-z", "--stdin", "working-tree-encoding")
        stdin = os.fsencode("".join(f"{path}\0" for path in entries))
        answer: bytes = git(c=self._settings).check_attr(
            *words, istream=stdin, env=env, **RAW
        )
        fields = os.fsdecode(answer).split("\0")
        return dict(zip(fields[0::3], fields[2::3], strict=False)), entries

    def candidates(
        self, task: TaskGit, attributes: Attributes, changes: tuple[Change, ...]
    ) -> list[Candidate]:
        """The files whose bytes an attribute or a setting could change."""
        files = [change for change in changes if _is_file(change)]
        stdin = os.fsencode("".join(f"{change.path}\0" for change in files))
        words = ("--cached", "-z", "--stdin", *Candidate.ATTRIBUTES)
        git = self._git(c=self._settings)
        answer: bytes = git.check_attr(*words, istream=stdin, **RAW)
        return candidates(files, os.fsdecode(answer), attributes, task.repo.settings)

    def sizes(self, chosen: list[Candidate]) -> dict[str, int]:
        """Bytes of each blob, by its id."""
        if not chosen:
            return {}
        stdin = "".join(f"{candidate.change.new}\n" for candidate in chosen)
        answer: str = self._git.cat_file("--batch-check", istream=stdin.encode())
        rows = (row.split() for row in answer.splitlines())
        return {oid: int(size) for oid, _, size in rows}

    def convert(self, chosen: list[Candidate]) -> dict[str, CheckoutBytes]:
        """Write these files, and answer for those that differ from their blobs."""
        if not chosen:
            return {}
        stdin = os.fsencode("".join(f"{candidate.path}\0" for candidate in chosen))
        git = self._git(c=self._settings)
        answer: bytes = git.checkout_index(
            "--temp", "-z", "--stdin", istream=stdin, **RAW
        )
        records = (record.partition("\t") for record in os.fsdecode(answer).split("\0"))
        names = {path: name for name, _, path in records if path}
        oids = self._stored(list(names.values()))
        blobs = self._blobs(chosen)
        files = {}
        for candidate in chosen:
            name = names.get(candidate.path, "")
            if not name:
                files[candidate.path] = CheckoutBytes(unknown="git did not write it")
            elif oids[name] != candidate.change.new:
                before = blobs[candidate.change.new]
                written = (self._root / "work" / name).read_bytes()
                files[candidate.path] = _answer(candidate, oids[name], before, written)
            elif candidate.program:
                files[candidate.path] = candidate.not_converted()
        return files

    def _stored(self, names: list[str]) -> dict[str, str]:
        """Store the written files as blobs; the id of each."""
        stdin = "".join(f"{name}\n" for name in names).encode()
        words = ("-w", "--no-filters", "--stdin-paths")
        answer: str = self._git.hash_object(*words, istream=stdin)
        return dict(zip(names, answer.splitlines(), strict=True))

    def _blobs(self, chosen: list[Candidate]) -> dict[str, bytes]:
        oids = list(dict.fromkeys(candidate.change.new for candidate in chosen))
        stdin = "".join(f"{oid}\n" for oid in oids).encode()
        answer: bytes = self._git.cat_file("--batch", istream=stdin, **RAW)
        blobs, position = {}, 0
        for oid in oids:
            end = answer.index(b"\n", position)
            size = int(answer[position:end].split()[2])
            blobs[oid] = answer[end + 1 : end + 1 + size]
            position = end + size + 2
        return blobs

    def tree(self, oids: dict[str, str]) -> str:
        """A tree of these blobs alone."""
        env = {"GIT_INDEX_FILE": str(self._root / "git" / "of-a-tree")}
        records = "".join(f"100644 {oid}\t{path}\0" for path, oid in oids.items())
        git = self._git
        git.update_index("-z", "--index-info", istream=os.fsencode(records), env=env)
        tree: str = git.write_tree(env=env)
        return tree


def _answer(
    candidate: Candidate, oid: str, before: bytes, written: bytes
) -> CheckoutBytes:
    return CheckoutBytes(
        oid,
        candidate.conversions,
        plain=_normal(before) == _normal(written),
        script=written.startswith(b"#!") and not before.startswith(b"#!"),
        binary=b"\0" in written[:_SNIFFED] and b"\0" not in before[:_SNIFFED],
        program=candidate.program,
    )


def _normal(content: bytes) -> bytes:
    """The content without what line ends and `$Id$` change."""
    return _IDENT.sub(b"$Id$", content.replace(b"\r\n", b"\n"))


def _is_file(change: Change) -> bool:
    return change.new_mode in (0o100644, 0o100755)
