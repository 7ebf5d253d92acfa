"""What screens count instead of showing: one table, by who did it and what was done.

A path alone never decides. A rule names the program, by its file in the image, which no
agent can write, and the change. Nothing that could be run is quiet, nothing that git or
a tool obeys as its settings, and nothing that is flagged. What is quiet is stored like
everything else, and counted; a review goes by the bytes and knows nothing of this.
"""

import errno
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from swarm.model import programs
from swarm.model.activity import area

HOUSEKEEPING = "git's housekeeping"
CACHES = "caches"
TEMPORARY = "temporary files"
FOLDERS = "folders"
PROBES = "probes"
NAMES = (HOUSEKEEPING, CACHES, TEMPORARY, FOLDERS, PROBES)
"""Each is stored where a generated folder's path would be, and begins with no `/`."""

Who = Literal["git", "tool", "anyone"]

GIT = re.compile(
    r"(/usr(/local)?)?/bin/git|/usr(/local)?/(lib|libexec)/git-core/git(-[\w-]+)?"
)
"""Git in an image."""
TOOL = re.compile(
    r"python[\d.]*|pip[\d.]*|uvx?|pytest|mypy|dmypy|ruff|poetry|pdm|hatch|pypy[\d.]*"
    r"|node|nodejs|npm|npx|pnpm|yarn|bun|deno|tsc|esbuild|git|git-[\w-]+"
    r"|cargo|rustc|rustup|go|compile|asm|link|cgo|javac?|mvn|gradle"
    r"|ruby[\d.]*|gem|bundle|php[\d.]*|composer|perl|dotnet"
    r"|make|cmake|ninja|meson|g?cc(-\d+)?|[gc]\+\+(-\d+)?|clang[\w+-]*|cc1|cc1plus|as"
    r"|ar|ranlib|ld(\.\w+)?|collect2|tar|unzip|cp|rsync|install"
)
"""Programs that fill caches and generated folders, by the names of their files."""


DEPTH = 32
"""Folders above a program of an image, at most. A sensor cuts the top off a path that
is deeper than forty, so that one in the worktree looks like one elsewhere."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a file, done or refused."""

    op: str
    path: str
    other: str = ""
    """The source of a rename or a link."""
    mode: int = 0
    """Of a file; 0 for a folder's."""
    result: int = 0
    """0, or the error's number, negative."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Changes that are quiet."""

    name: str
    who: Who
    ops: frozenset[str]
    where: re.Pattern[str]
    """Fits the whole path, and a rename's or a link's source, too."""
    errors: frozenset[int] = frozenset()
    """The refusals that it is about; empty for changes that were made."""


_WRITES = frozenset(
    {"create", "write", "close", "truncate", "mkdir", "rename", "unlink", "rmdir"}
)
_FILES = _WRITES | {"link", "chmod", "mmap"}
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_GIT_DIRECTORY = r"(/gitdir|/workspace/(.+/)?\.git)(/(modules|worktrees)/[^/]+)*/"
_OBEYED = re.compile(
    r"(^/gitdir|/\.git)/(.+/)?(hooks/.+|config(\.worktree)?|info/(attributes|grafts"
    r"|sparse-checkout)|objects/info/(http-)?alternates)$"
)
_TOOLS_OBEY = re.compile(
    r"/home/agent/(\.cargo/(config|credentials)(\.toml)?|\.cargo/env|\.rustup/settings\.toml"
    r"|\.m2/[^/]+\.xml|\.gradle/(init\.gradle(\.kts)?|init\.d(/.*)?|gradle\.properties)"
    r"|\.bundle/(config|plugin(/.*)?)|\.gem/credentials|\.nuget/(.+/)?nuget(\.\w+)?\.config"
    r"|\.yarn/(releases|plugins)(/.*)?|\.yarn/.*\.ya?ml)",
    re.IGNORECASE,
)
"""Settings that lie among the caches of a home."""
_HEADS = (
    r"HEAD|ORIG_HEAD|FETCH_HEAD|MERGE_HEAD|MERGE_MSG|MERGE_MODE|MERGE_RR|AUTO_MERGE"
    r"|CHERRY_PICK_HEAD|REVERT_HEAD|REBASE_HEAD|COMMIT_EDITMSG|TAG_EDITMSG|SQUASH_MSG"
)

RULES: tuple[Rule, ...] = (
    Rule(
        HOUSEKEEPING,
        "git",
        _FILES,
        re.compile(
            _GIT_DIRECTORY + r"(objects(/[0-9a-f]{2}(/([0-9a-f]{38}|[0-9a-f]{62}|"
            r"tmp_obj_\w+))?|/pack(/(tmp_\w+|\.?(tmp-\d+-)?pack-[0-9a-f]{40,64}"
            r"\.(pack|idx|rev|keep|bitmap|mtimes|promisor)|multi-pack-index(\.lock)?)"
            r")?|/info(/(packs|packs_\w+|commit-graph(s/[\w.-]+)?(\.lock)?))?"
            r"|/(maintenance\.lock|tmp_objdir-\w+(-\w+)?(/.+)?))?"
            rf"|({_HEADS}|index|packed-refs|shallow|gc\.pid|gc\.log)(\.lock|\.new)?"
            r"|next-index-\d+(\.lock)?|index\.stash\.\d+(\.lock)?|sharedindex[._]\w+"
            r"|config\.lock|info/refs(\.lock|_\w+)?|(logs|refs|rr-cache|rebase-merge|rebase-apply|sequencer)"
            r"(/.+)?)"
        ),
    ),
    Rule(
        HOUSEKEEPING,
        "git",
        frozenset({"utime", "open", "create", "mkdir"}),
        re.compile(r"/objects-ro(/.*)?"),
        _REFUSED,
    ),
    Rule(
        CACHES,
        "tool",
        _FILES,
        re.compile(
            r"/.*/__pycache__(/[^/]+\.py[co](\.\d+)?)?"
            r"|/.*/(\.pytest_cache|pytest-cache-files-\w+|\.mypy_cache|\.ruff_cache"
            r"|\.hypothesis|\.pytype|\.ipynb_checkpoints)(/.*)?"
            r"|/.*/\.coverage(\.[\w.-]+)?"
        ),
    ),
    Rule(
        CACHES,
        "tool",
        _FILES,
        re.compile(
            r"/home/agent/(\.cache|\.npm|\.node-gyp|\.config/configstore"
            r"|\.cargo|\.rustup|\.m2|\.gradle|\.bundle|\.gem|\.nuget|\.yarn|\.pnpm-store"
            r"|go|\.local/(share|state)/(uv|pnpm|virtualenv|gem|pypoetry))(/.*)?"
        ),
    ),
    Rule(
        CACHES,
        "tool",
        _FILES,
        re.compile(
            r"/(tmp)/(node-compile-cache|v8-compile-cache-\w+|npm-\w+|pip-[\w-]+|uv-\w+"
            r"|go-build\w+|rustc\w+|pytest-of-\w+)(/.*)?"
        ),
    ),
    Rule(
        PROBES,
        "tool",
        frozenset({"create", "mkdir", "open", "unlink"}),
        re.compile(r"/(usr|opt|tools|lib)/(.*/)?__pycache__(/[^/]+)?"),
        _REFUSED,
    ),
    Rule(
        PROBES,
        "anyone",
        frozenset({"mkdir"}),
        re.compile(r"/.*"),
        frozenset({errno.EEXIST}),
    ),
)
"""The rules for changes of files; the first that fits names the count."""

PART_HEADS = (".", "__pycache__", "pytest-cache-files-")
"""Of a path in the worktree that a rule for made changes fits, one part begins so."""

REFUSED_CALLS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"node|nodejs|bun|deno|uv|cargo"), re.compile(r"io_uring_\w+")),
)
"""Programs of the image, and the calls that they try at each start and do without."""

_GIT_HELPER = re.compile(
    r"maintenance|gc|repack|pack-objects|pack-refs|prune|prune-packed|rerere|worktree"
    r"|commit-graph|multi-pack-index|index-pack|unpack-objects|rev-list|rev-parse"
    r"|fetch-pack|send-pack|upload-pack|remote-https?|submodule--helper|merge-base"
    r"|write-tree|commit-tree|for-each-ref|cat-file|hash-object|read-tree|status"
    r"|update-index|diff-index|diff-files|stash|var|config"
)
"""Verbs that git runs of itself."""
_GIT_STEPS = {
    "stash": ("reset", "clean", "checkout"),
    "cherry-pick": ("commit",),
    "revert": ("commit",),
    "rebase": ("commit",),
    "merge": ("commit",),
    "pull": ("fetch", "merge"),
}
"""Commands of a person's, and what git runs for them that a person could run, too."""
_GIT_WITH_VALUE = frozenset({
    "-C",
    "-c",
    "--attr-source",
    "--config-env",
    "--git-dir",
    "--namespace",
    "--super-prefix",
    "--work-tree",
})  # fmt: skip
"""Git's own options whose value stands in the next word."""
_HARMLESS = re.compile(
    r"uname|arch|nproc|getconf|lsb_release|dirname|basename|tput|stty|dircolors|locale"
)
"""Programs that change nothing, and that shells and tools run at each start."""
_HELPERS = {"venv": {"ensurepip", "virtualenv"}, "ensurepip": {"runpy"}}
"""Python modules, and what they run of Python's own."""
_LITERALS = r"\[(['\"][^'\"\\\n]*['\"](, )?)*\]"
_RUN_PIP = re.compile(
    rf"\s*import runpy\s+import sys\s+sys\.path = {_LITERALS} \+ sys\.path"
    rf"\s+sys\.argv\[1:\] = {_LITERALS}"
    r"\s+runpy\.run_module\(\"pip\", run_name=\"__main__\", alter_sys=True\)\s*"
)
"""The program that `ensurepip` runs."""


def is_rule(group: str) -> bool:
    """True if the group of a path is a rule's name: no folder of the sandbox."""
    return bool(group) and not group.startswith("/")


def of_change(change: Change, program: str) -> str:
    """The name of the rule that makes a change quiet; empty if none does.

    `program` is the file that the process runs, as the kernel has it; empty if it is
    not known.
    """
    if change.mode & 0o111:
        return ""
    for rule in RULES:
        if (
            change.op in rule.ops
            and bool(change.result) == bool(rule.errors)
            and (not change.result or -change.result in rule.errors)
            and _did(rule.who, program)
            and rule.where.fullmatch(change.path)
            and (not change.other or rule.where.fullmatch(change.other))
        ):
            return "" if _is_obeyed_by_a_tool(change) else rule.name
    return ""


def of_call(name: str, program: str) -> str:
    """The name of the rule that makes a refused system call quiet; empty if none."""
    if not is_of_image(program):
        return ""
    file = program.rpartition("/")[2]
    for file_name, call in REFUSED_CALLS:
        if file_name.fullmatch(file) and call.fullmatch(name):
            return PROBES
    return ""


@dataclass(frozen=True, slots=True)
class Command:
    """A program that a process runs."""

    program: str
    """Its file, as the kernel has it."""
    argv: Sequence[str] = ()


def of_command(command: Command, parent: Command | None) -> str:
    """The name of the rule that makes a command quiet; empty if none does."""
    if not is_of_image(command.program):
        return ""
    file = command.program.rpartition("/")[2]
    if file == "docker-init" and parent is None:
        return PROBES
    is_listing = file == "ldconfig" and tuple(command.argv[1:]) == ("-p",)
    if _HARMLESS.fullmatch(file) or is_listing:
        return PROBES
    if parent is None or not is_of_image(parent.program):
        return ""
    if GIT.fullmatch(command.program) and GIT.fullmatch(parent.program):
        return HOUSEKEEPING if _is_git_helper(command.argv, parent.argv) else ""
    if TOOL.fullmatch(file) and _is_own_helper(command, parent.argv):
        return PROBES
    return ""


def runs_as_told(command: Command) -> bool:
    """False if the program's file is another than the command's words make believe."""
    if not command.argv or is_of_image(command.program):
        return True
    word = command.argv[0]
    if word.startswith("/"):
        return command.program == word
    return "/" in word and command.program.endswith(word.removeprefix("."))


@lru_cache(256)
def is_of_image(program: str) -> bool:
    """True if a program's file is in the image, which is read-only for its agent."""
    is_path = program.startswith("/") and len(program) > 1
    return is_path and program.count("/") < DEPTH and area(program) == "elsewhere"


def is_obeyed_by_git(path: str) -> bool:
    """True of what git in a sandbox obeys in a git directory: hooks and settings.

    Nothing of it comes to the user's machine.
    """
    found = _OBEYED.search(path)
    return bool(found) and not path.endswith(".sample")


def is_tool(name: str) -> bool:
    """True if a program of this name fills caches and generated folders."""
    return bool(TOOL.fullmatch(name))


def git_verb(argv: Sequence[str]) -> str:
    """The verb of a git command; empty if it has none."""
    words = list(argv[1:])
    if argv and (name := argv[0].rpartition("/")[2]).startswith("git-"):
        return name[4:]
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in _GIT_WITH_VALUE else 1 :]
    return words[0] if words else ""


def _is_obeyed_by_a_tool(change: Change) -> bool:
    return any(_TOOLS_OBEY.fullmatch(path) for path in (change.path, change.other))


def _did(who: Who, program: str) -> bool:
    match who:
        case "git":
            return bool(GIT.fullmatch(program))
        case "tool":
            return is_of_image(program) and is_tool(program.rpartition("/")[2])
        case "anyone":
            return True


def _is_git_helper(argv: Sequence[str], parent: Sequence[str]) -> bool:
    """True of what git runs of itself, and not for an alias that a person wrote."""
    verb = git_verb(argv)
    if verb == "reflog" or (verb == "stash" and "drop" in argv):
        return git_verb(parent) in ("gc", "maintenance") and "--all" in argv
    if verb in _GIT_STEPS.get(git_verb(parent), ()):
        return True
    if verb == "reset" and "--abort" in parent and "--merge" in argv:
        return git_verb(parent) in _GIT_STEPS
    return bool(_GIT_HELPER.fullmatch(verb))


def _is_own_helper(command: Command, parent: Sequence[str]) -> bool:
    """True if a tool's launcher runs the tool, or a module of Python's its helper."""
    argv = command.argv
    child, above = programs.program(argv), programs.program(parent)
    if above == "ensurepip" and "-c" in argv and _RUN_PIP.fullmatch(argv[-1]):
        return True
    if not _runs_what_the_image_has(command):
        return False
    if child in _HELPERS.get(above, ()):
        return True
    rest = _words_behind(argv, child)
    return bool(child) and child == above and rest == _words_behind(parent, above)


def _runs_what_the_image_has(command: Command) -> bool:
    """False for an interpreter whose words bring code of another's.

    Such as a script in the worktree that bears a tool's name.
    """
    words = command.argv[1:]
    if not programs.is_interpreter(command.program) or tuple(words[:1]) == ("-m",):
        return True
    return bool(words) and is_of_image(posixpath.normpath(words[0]))


def _words_behind(argv: Sequence[str], name: str) -> tuple[str, ...]:
    """The words behind the first that names the program."""
    for index, word in enumerate(argv):
        if programs.program([word]) == name:
            return tuple(argv[index + 1 :])
    return ("", *argv)
