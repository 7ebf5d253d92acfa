"""A write that is read as an ordinary one is stored as any reading would store it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.engine.sensor.interpreter import Interpreter
from swarm.engine.sensor.ordinary_writes import OrdinaryWrites
from swarm.model.activity import Batch

FOLDERS = (
    "/workspace",
    "/workspace/src",
    "/workspace/src/deep",
    "/workspace/node_modules/a",
    "/workspace/build",
    "/workspace/d/__pycache__",
    "/workspace/.github/workflows",
    "/workspace/.git/hooks",
    "/workspace/.Git",
    "/workspace/Makefile",
    "/gitdir/objects/ab",
    "/home/agent/.cache",
    "/tmp",
    "/etc",
)
NAMES = (
    "a.py",
    "b.rs",
    "run",
    "README.md",
    "Makefile",
    "makefile.",
    "x.mk",
    "vite.config.ts",
    "requirements-dev.txt",
    "git~1",
    ".git",
    ".coverage",
    "__pycache__",
    "É.py",
    "",
)
PATHS = st.one_of(
    st.sampled_from(["/workspace/src/a.py", "/workspace/src/run", "/workspace/b"]),
    st.builds("{}/{}".format, st.sampled_from(FOLDERS), st.sampled_from(NAMES)),
)
COMMANDS = st.sampled_from([
    {"path": "/usr/bin/git", "argv": ["git", "checkout", "main"]},
    {"path": "/usr/bin/git", "argv": ["git", "commit"]},
    {"path": "/usr/bin/python3", "argv": ["python3", "/workspace/src/run"]},
    {"path": "/workspace/src/run", "argv": ["run"]},
])  # fmt: skip
MODES = st.sampled_from([{}, {"mode": 0o100644}, {"mode": 0o100755}])


def _line(op: str, **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    facts = {key: st.just(value) for key, value in more.items()}
    numbers = st.integers(0, 3)
    return st.fixed_dictionaries(
        {
            "op": st.just(op),
            "pid": st.integers(7, 9),
            "parent": st.integers(6, 9),
            "comm": st.sampled_from(["sh", "git", "é"]),
            "path": PATHS,
            **facts,
        },
        optional={"bytes": numbers, "size": numbers, "inode": st.integers(1, 3)},
    )


def _with(
    line: st.SearchStrategy[dict[str, Any]], more: st.SearchStrategy[Mapping[str, Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda one, other: {**one, **other}, line, more)


WRITES = st.one_of(*(_with(_line(op), MODES) for op in ("create", "write", "close")))
OTHERS = st.one_of(
    *(_line(op) for op in ("unlink", "rmdir", "mkdir", "truncate", "write", "exit")),
    _with(_line("chmod"), MODES),
    _with(_line("exec"), COMMANDS),
    _line("create", result=-13),
    *(
        _with(_line(op), st.builds(lambda path: {"from": path}, PATHS))
        for op in ("rename", "link", "symlink")
    ),
    st.builds(
        lambda pid, inode: {"op": "close", "pid": pid, "inode": inode, "size": 5},
        st.integers(7, 9),
        st.integers(1, 3),
    ),
    st.just({"op": "lost", "events": 2}),
    st.just({"op": "write", "path": 5}),
)
LINES = st.lists(st.one_of(WRITES, WRITES, OTHERS), min_size=1, max_size=60)


class _Nothing(OrdinaryWrites):
    """Takes no write for an ordinary one."""

    def has(self, *_words: object) -> bool:
        return False


def _interpreter(ordinary: OrdinaryWrites) -> Interpreter:
    interpreter = Interpreter(lambda path: path in ("README.md", "src/a.py", "src/"))
    interpreter._ordinary = ordinary
    return interpreter


def _batches(lines: list[dict[str, Any]], ordinary: OrdinaryWrites) -> list[Batch]:
    """What two batches of these lines come to."""
    interpreter = _interpreter(ordinary)
    timed = [{"at": 100.0 + n / 50, **line} for n, line in enumerate(lines)]
    half = len(timed) // 2
    return [interpreter.read(timed[:half]), interpreter.read(timed[half:])]


@given(LINES)
@settings(max_examples=400)
def test_no_rule_is_passed_by(lines: list[dict[str, Any]]) -> None:
    assert _batches(lines, OrdinaryWrites()) == _batches(lines, _Nothing())


@given(st.sampled_from(FOLDERS), st.integers(18, 30), st.sampled_from([0.001, 0.4]))
def test_a_folder_that_fills_becomes_a_group_all_the_same(
    folder: str, files: int, pause: float
) -> None:
    lines = [
        {"at": n * pause, "op": op, "pid": 7, "path": f"{folder}/f{n}", "inode": n}
        for n in range(files)
        for op in ("create", "close")
    ]

    assert _batches(lines, OrdinaryWrites()) == _batches(lines, _Nothing())


def _of(op: str, path: str, **more: Any) -> dict[str, Any]:
    return {"op": op, "pid": 7, "parent": 1, "comm": "sh", "path": path, **more}


FULL = [_of("create", f"/workspace/full/f{n}") for n in range(25)]
GIT = {"argv": ["git", "checkout", "."], "cwd": "/workspace"}


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            [
                *FULL,
                _of("exec", "/workspace/full/f0", argv=["./f0"]),
                _of("exec", "/usr/bin/sh", argv=["sh"]),
                *[_of("write", f"/workspace/full/f{n}") for n in range(25)],
            ],
            id="a file that was run",
        ),
        pytest.param(
            [
                *FULL,
                _of("link", "/workspace/full/x", **{"from": "/workspace/src/a.py"}),
                *[_of("write", "/workspace/full/x") for _ in range(30)],
            ],
            id="another name of work",
        ),
        pytest.param(
            [
                _of("write", "/workspace/src/a.py", size=4),
                _of("exec", "/usr/bin/git", **GIT),
                _of("write", "/workspace/src/a.py", size=3),
            ],
            id="an edit that git puts back",
        ),
        pytest.param(
            [
                _of("create", "/workspace/src/run", mode=0o100755),
                _of("create", "/workspace/src/run", mode=0o100644),
                _of("rename", "/workspace/src/x", **{"from": "/workspace/src/run"}),
            ],
            id="a file that may no longer be run",
        ),
        pytest.param(
            [
                _of("write", "/workspace/src/b"),
                _of("rename", "/workspace/src/x", **{"from": "/workspace/src/b"}),
                _of("write", "/workspace/src/b"),
                _of("exit", "/", flags=0),
            ],
            id="a file that was moved away",
        ),
        pytest.param(
            [
                *[_of("unlink", f"/workspace/{name}") for name in ("README.md",) * 3],
                _of("unlink", "/workspace/src/a.py"),
                _of("rmdir", "/workspace/src"),
                _of("write", "/workspace/src/a.py"),
            ],
            id="a deleted file that comes back",
        ),
    ],
)
@pytest.mark.parametrize("batches", [1, 2, 3])
def test_what_happened_before_has_its_say(
    lines: list[dict[str, Any]], batches: int
) -> None:
    read, every = [], -(-len(lines) // batches)
    timed = [{"at": 100.0 + n / 100, **line} for n, line in enumerate(lines)]
    for ordinary in (OrdinaryWrites(), _Nothing()):
        interpreter = _interpreter(ordinary)
        parts = range(0, len(timed), every)
        read.append([interpreter.read(timed[n : n + every]) for n in parts])

    assert read[0] == read[1]


@pytest.mark.parametrize(
    ("path", "more", "is_ordinary"),
    [
        ("/workspace/src/a.py", {}, True),
        ("/workspace/src/a.py", {"mode": 0o100644}, True),
        ("/workspace/src/a.py", {"mode": 0o100755}, False),
        ("/workspace/src/a.py", {"result": -13}, False),
        ("/workspace/src/a.py", {"from": "/workspace/b"}, False),
        ("/workspace/Makefile", {}, False),
        ("/workspace/.vscode/a.py", {}, False),
        ("/workspace/node_modules/a.py", {}, False),
        ("/workspaces/a.py", {}, False),
        ("/tmp/a.py", {}, False),
    ],
)
def test_a_write_is_ordinary_by_its_folder_name_and_mode(
    path: str, more: dict[str, Any], is_ordinary: bool
) -> None:
    folder, _, name = path.rpartition("/")

    assert OrdinaryWrites().has({"op": "write", **more}, folder, name) is is_ordinary
