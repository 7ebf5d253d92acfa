"""Runs the user's clean filters on changed files, by the user's own git."""

import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from swarm.adapters.git.merge import drivers
from swarm.adapters.git.merge.attributes import Rules
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.merge.owner import OwnersGit
from swarm.adapters.git.process import Bounds, GitDir
from swarm.adapters.git.repo import RAW, GitFailed, Repo
from swarm.adapters.git.settings import Settings
from swarm.adapters.git.snapshot.objects import blob_id
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import ToolError
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.safe_text import safe_line

_MEMORY = 768 << 20
"""Bytes that git may hold of a filter's output, and that a filter may allocate."""
_FAILED = re.compile(r"fatal: .*: clean filter '(.*)' failed")
_SETTINGS = ("core.splitIndex=false", "core.sparseCheckout=false", "index.sparse=false")
"""Nothing but the index that we name is written, and every path counts."""
_NO_TERMINAL = "nothing has landed; filters have no terminal here"


@dataclass(frozen=True, slots=True)
class File:
    """A changed file of the reviewed tree."""

    mode: str
    oid: str
    old: str
    """The blob that the base has at the path; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Result:
    """What git stored of the files."""

    ids: dict[str, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    """Filters that failed and need not succeed: git took the bytes as they are."""
    refused: tuple[LandingItem, ...] = ()


@dataclass(frozen=True, slots=True)
class CleanFilters:
    """The filters that attributes choose for the changed files."""

    paths: dict[str, tuple[str, ...]]
    """By the driver's name."""
    settings: Settings

    @classmethod
    def of(cls, task: TaskGit, rules: Mapping[str, Rules]) -> "CleanFilters":
        """The filters of these rules, as the user has set them up."""
        paths: dict[str, list[str]] = {}
        for path, rule in rules.items():
            if rule.filter:
                paths.setdefault(rule.filter, []).append(path)
        found = {name: tuple(paths[name]) for name in sorted(paths)}
        return cls(found, task.repo.settings)

    def command(self, name: str) -> str:
        """The command that git runs to clean; empty if the user has set none."""
        return self._setting(name, "process") or self._setting(name, "clean")

    def is_required(self, name: str) -> bool:
        """True if git takes nothing where the filter fails."""
        value = self._setting(name, "required").lower()
        keys = {key for key, _ in self.settings.entries}
        is_set = f"filter.{name}.required" in keys
        return is_set and value not in ("false", "no", "off", "0")

    def runs(self, rule: Rules) -> bool:
        """True if git would clean by a program, or fail since there is none."""
        name = rule.filter
        return bool(name) and bool(self.command(name) or self.is_required(name))

    def may_convert(self, rule: Rules) -> bool:
        """True if anything could change bytes on their way into the repository."""
        return self.runs(rule) or bool(rule.encoding) or rule.ident or rule.line_ends

    def refused(self, task: TaskGit, tree: str) -> tuple[LandingItem, ...]:
        """The filters whose program the tree could bring along."""
        keys = (
            f"filter.{n}.{kind}" for n in self.paths for kind in ("clean", "process")
        )
        return tuple(
            drivers.refusal(key, command)
            for key in keys
            if (command := self.settings.last(key))
            and drivers.lies_in_tree(task, command, tree)
        )

    def items(
        self, ran_on: Iterable[str], failed: frozenset[str]
    ) -> Iterator[LandingItem]:
        """What the filters did, those included that the user has not set up."""
        ran_on = frozenset(ran_on)
        for name, paths in self.paths.items():
            shown = safe_line(name, 60)
            if not self.command(name):
                yield _item(
                    name,
                    Verdict.NAMED,
                    f"the attributes name the filter {shown}, and your git has no "
                    "program for it: the bytes land as they are",
                    paths,
                    hint="set it up (as `git lfs install` does), then merge",
                )
            elif name in failed:
                yield _item(
                    name,
                    Verdict.NAMED,
                    f"the clean filter {self.shown(name)} failed, and your settings do "
                    "not require it: git takes the bytes as they are",
                    paths,
                )
            else:
                done = tuple(path for path in paths if path in ran_on)
                yield _item(
                    name,
                    Verdict.DONE,
                    f"your clean filter {self.shown(name)} stores the bytes",
                    done,
                )

    def shown(self, name: str) -> str:
        """The filter's name and its command, for a sentence."""
        return f"{safe_line(name, 60)} (`{safe_line(self.command(name), 120)}`)"

    def _setting(self, name: str, kind: str) -> str:
        return self.settings.last(f"filter.{name}.{kind}")


def write_files(owners: OwnersGit, chosen: Mapping[str, File], there: set[str]) -> None:
    """Write the files' bytes into the work tree, as they were reviewed.

    `there` are paths that lie there already. Git writes them, into a directory of
    swarm's, with nobody's attributes in force.
    """
    records = "".join(
        f"{file.mode} {file.oid}\t{path}\0"
        for path, file in chosen.items()
        if path not in there
    )
    if not records:
        return
    task = owners.task
    index = task.review_git / f"index-{secrets.token_hex(6)}"
    git = Repo(GitDir(task.review_git, work_tree=owners.tree)).git
    env = {"GIT_INDEX_FILE": str(index)}
    try:
        git.update_index("-z", "--index-info", istream=os.fsencode(records), env=env)
        git.within(Bounds(seconds=600)).checkout_index("--all", "--quiet", env=env)
    finally:
        index.unlink(missing_ok=True)
    owners.give(owners.tree)


def run(
    owners: OwnersGit,
    files: Mapping[str, File],
    filters: CleanFilters,
    options: LandingOptions,
) -> Result:
    """Have git take the files in, as its `add` does; one process for all of them.

    A filter that fails, does not end, prints more than memory holds or gives nothing
    for a file that is not empty is refused, by name. One that the user's settings do
    not require is asked again without being required, as git does.
    """
    if not files:
        return Result()
    _enter_base(owners, files)
    used = {name for name in filters.paths if filters.command(name)}
    tolerated = frozenset(name for name in used if not filters.is_required(name))
    failed: frozenset[str] = frozenset()
    while True:
        try:
            _add(owners, files, used - failed, filters.settings, options)
        except GitFailed as error:
            newly = _forgivable(error, tolerated - failed)
            if not newly:
                return Result(refused=(_failure(filters, error),))
            failed |= newly
        except ToolError as error:
            return Result(refused=(_failure(filters, error),))
        else:
            break
    ids = _ids(owners, files)
    empty = _emptied(owners.task, ids, files, filters)
    return Result(ids, failed, empty)


def _enter_base(owners: OwnersGit, files: Mapping[str, File]) -> None:
    """The index as of the base: git keeps the CRLF of files that came in with it."""
    old = {path: file for path, file in files.items() if file.old}
    owners.lend(file.old for file in old.values())
    records = "".join(f"{f.mode} {f.old}\t{path}\0" for path, f in old.items())
    git = owners.git(c=_SETTINGS)
    git.update_index("-z", "--index-info", istream=os.fsencode(records))


def _add(
    owners: OwnersGit,
    files: Mapping[str, File],
    required: Iterable[str],
    settings: Settings,
    options: LandingOptions,
) -> None:
    # A filter that fails unheard would leave the bytes as they are.
    forced = (f"filter.{name}.required=true" for name in required if "=" not in name)
    bounds = Bounds(seconds=options.filter_seconds, output=1 << 20, memory=_MEMORY)
    git = owners.git.within(bounds)(c=(*_SETTINGS, *forced))
    stdin = os.fsencode("".join(f"{path}\0" for path in files))
    words = ("--add", "--replace", "-z", "--stdin")
    git.update_index(*words, istream=stdin, env=drivers.away(settings))


def _forgivable(error: GitFailed, tolerated: frozenset[str]) -> frozenset[str]:
    """The filters that may have failed, if the user's settings let them."""
    named = _FAILED.search(error.stderr)
    if named:
        return tolerated & {named[1]}
    return tolerated


def _failure(filters: CleanFilters, error: ToolError) -> LandingItem:
    """The refusal in git's words; it names all filters if git's words name none."""
    words = error.stderr if isinstance(error, GitFailed) else error.message
    words = drivers.as_set(words)
    named = _FAILED.search(words)
    names = [named[1]] if named and named[1] in filters.paths else list(filters.paths)
    names = [name for name in names if filters.command(name)] or names
    paths = tuple(path for name in names for path in filters.paths[name])
    programs = ", ".join(filters.shown(name) for name in names)
    sentence = f"your git cannot store the files: {words}"
    if programs:
        sentence = f"the clean filter {programs} did not do its work: {words}"
    return LandingItem(
        Subject.FILTER,
        Verdict.REFUSED,
        names[0] if names else "git",
        sentence,
        paths,
        hint=f"{_NO_TERMINAL}; try it by `git add` on one of the files",
    )


def _ids(owners: OwnersGit, files: Mapping[str, File]) -> dict[str, str]:
    listing = os.fsdecode(owners.git(c=_SETTINGS).ls_files("-s", "-z", **RAW))
    ids = {}
    for record in listing.split("\0")[:-1]:
        head, _, path = record.partition("\t")
        if path in files:
            ids[path] = head.split(" ")[1]
    return ids


def _emptied(
    task: TaskGit,
    ids: Mapping[str, str],
    files: Mapping[str, File],
    filters: CleanFilters,
) -> tuple[LandingItem, ...]:
    """A refusal for each filter that gave nothing for files that are not empty."""
    nothing = blob_id(b"", task.repo.object_format)
    lost = {
        path
        for path, oid in ids.items()
        if oid == nothing and files[path].oid != nothing
    }
    return tuple(
        LandingItem(
            Subject.FILTER,
            Verdict.REFUSED,
            name,
            f"the clean filter {filters.shown(name)} gave nothing for files that are "
            "not empty",
            tuple(path for path in paths if path in lost),
            hint=f"{_NO_TERMINAL}; try it by `git add` on one of the files",
        )
        for name, paths in filters.paths.items()
        if lost.intersection(paths)
    )


def _item(
    name: str,
    verdict: Verdict,
    sentence: str,
    paths: tuple[str, ...],
    hint: str = "",
) -> LandingItem:
    return LandingItem(Subject.FILTER, verdict, name, sentence, paths, hint)
