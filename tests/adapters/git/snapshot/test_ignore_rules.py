"""Our matcher agrees with git's own on harmless rules, and no rule keeps it busy."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.adapters.git.snapshot import ignore
from swarm.adapters.git.snapshot.ignore import ignored
from swarm.adapters.git.snapshot.ignore_rules import RuleFile, Work
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import ToolError
from tests.adapters.git.git_helpers import new_repository, task_with_worktree

EXAMPLES = int(os.environ.get("SWARM_EXAMPLES", "150"))
"""Examples of each run; one run of 1,200 found no difference."""

PIECES = st.sampled_from(
    [
        *(b"a", b"b", b"foo", b"A", b"1", b" ", b".", b"-", b"\xff", b"]", b"["),
        *(b"*", b"**", b"***", b"?", b"/", b"/", b"**/", b"/**", b"*/", b"\\", b"\\*"),
        *(b"[ab]", b"[!a]", b"[^b]", b"[a-c]", b"[]a]", b"[!]a]", b"[a-]", b"[c-a]"),
        *(b"[[:digit:]]", b"[[:alpha:]b]", b"[[:x:]]", b"[[:alpha]"),
        *(
            b"[\\]a]",
            b"[\\",
            b"[a\\-c]",
            b"[[:upper:]",
            b"[--1]",
            b"\\\\",
            b"[*]",
            b"[?]",
            b"\r",
            b"\\ ",
        ),
    ]
)
PATTERNS = st.builds(
    lambda bang, slash, pieces, end: bang + slash + b"".join(pieces) + end,
    st.sampled_from([b"", b"", b"", b"!", b"#", b"\\!", b"\\#"]),
    st.sampled_from([b"", b"", b"/"]),
    st.lists(PIECES, max_size=6),
    st.sampled_from([b"", b"", b"", b"/", b" ", b"  ", b"\r"]),
)
RULES = st.builds(
    lambda bom, lines, end: bom + b"\n".join(lines) + end,
    st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"]),
    st.lists(PATTERNS, max_size=5),
    st.sampled_from([b"\n", b"", b"\n\n"]),
)
SEGMENTS = st.one_of(
    st.sampled_from(
        [b"a", b"b", b"ab", b"foo", b"fooa", b"A", b"1", b"c", b"]", b"a b"]
    ),
    st.sampled_from(
        [b"*", b"[", b"\\", b"-", b"!a", b"#a", b"\xff", b" ", b"...", b"a "]
    ),
    st.binary(min_size=1, max_size=4).filter(
        lambda name: not {0, 47} & set(name) and name not in (b".", b"..")
    ),
)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map(b"/".join)
CASES = st.tuples(
    st.dictionaries(
        st.sampled_from([b"", b"", b"a/", b"foo/", b"a/b/"]), RULES, max_size=3
    ),
    RULES,
    st.lists(PATHS, min_size=1, max_size=20, unique=True),
)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> TaskGit:
    return task_with_worktree(new_repository(tmp_path_factory.mktemp("x") / "repo"))


def answer_of_git(
    task: TaskGit, shadow: Path, rules: dict[str, bytes], paths: list[bytes]
) -> set[str]:
    """The ignored paths, as git itself says."""
    for path, content in rules.items():
        (shadow / path).parent.mkdir(parents=True, exist_ok=True)
        (shadow / path).write_bytes(content)
    git = f"--git-dir={task.review_git}"
    words = ("check-ignore", "--no-index", "--stdin", "-z", "-v", "-n")
    done = subprocess.run(
        ["git", git, f"--work-tree={shadow}", *words],
        input=b"".join(b"./" + path + b"\0" for path in paths),
        cwd=shadow,
        capture_output=True,
        check=False,
    )
    fields = done.stdout.split(b"\0")
    assert len(fields) == 4 * len(paths) + 1, done.stderr
    return {
        os.fsdecode(path.removeprefix(b"./"))
        for source, pattern, path in zip(
            fields[0::4], fields[2::4], fields[3::4], strict=False
        )
        if source and not pattern.startswith(b"!")
    }


@settings(max_examples=EXAMPLES)
@given(CASES)
def test_git_ignores_the_same_paths(
    task: TaskGit,
    tmp_path_factory: pytest.TempPathFactory,
    case: tuple[dict[bytes, bytes], bytes, list[bytes]],
) -> None:
    """Nested files, the user's own, negations, classes, escapes, spaces, BOMs."""
    files, personal, paths = case
    rules = {os.fsdecode(top + b".gitignore"): text for top, text in files.items()}
    (task.review_git / "info" / "exclude").write_bytes(personal)
    # A file in the place of a rule file's directory is no case that a walk can meet.
    tops = {top.rstrip(b"/") for top in files} | {b"a"}
    paths = [path for path in paths if path not in tops]

    reasons = ignored(task, [os.fsdecode(path) for path in paths], rules, {})

    shadow = tmp_path_factory.mktemp("shadow")
    assert set(reasons) == answer_of_git(task, shadow, rules, paths)


DEEP = b"/".join([b"a"] * 900)
BLOW_UPS = [
    (b"**/" * 60 + b"b", DEEP),
    (b"**/a/" * 60 + b"b", DEEP),
    (b"**/a*/" * 60 + b"b*c", DEEP),
    (b"*a" * 100 + b"*b", b"a" * 250),
    (b"[ab]*" * 100 + b"c", b"a" * 250),
    (b"?*" * 100 + b"c", b"a" * 250),
    (b"a**/" * 40 + b"**a**/" * 40 + b"b", DEEP),
    (b"*" * 100_000 + b"b", b"a" * 250),
    (b"x/" * 500_000, DEEP),
]


@pytest.mark.parametrize(("pattern", "path"), BLOW_UPS)
def test_the_work_of_a_pattern_is_bounded_by_its_length(
    pattern: bytes, path: bytes
) -> None:
    """Counted in steps: git would not come back from some of these in a life."""
    work = Work()
    before = work.steps
    for ending in (b"", b"c", b"b"):
        RuleFile(pattern + b"\n").match(path + ending, is_directory=False, work=work)

    assert before - work.steps < 3 * 4 * len(path) * (2 + len(pattern) / 32) + 1000


@pytest.mark.parametrize(
    "share", [100, pytest.param(1, marks=pytest.mark.long)], ids=["a part", "all"]
)
def test_rules_that_take_too_long_are_refused_with_a_sentence(
    task: TaskGit, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    """Each of them is harmless; there are too many for so many paths."""
    monkeypatch.setattr(ignore, "Work", lambda: Work(Work().steps // share))
    text = b"".join(b"*a" * 20 + b"*b%d*\n" % n for n in range(3000))
    paths = ["a" * 200 + f"b{n}" for n in range(3000)]

    with pytest.raises(ToolError, match="ignore rules take too long to apply"):
        ignored(task, paths, {".gitignore": text}, {})


def test_the_same_rule_many_times_is_one(task: TaskGit) -> None:
    text = (b"**/" * 30 + b"*a*a*a*b\n") * 30_000

    assert ignored(task, ["a" * 200], {".gitignore": text}, {}) == {}
