"""What raw lines of the sensor mean: traces, deeds, flags, heaps and bursts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.engine.sensor.interpreter import Interpreter
from swarm.model import quiet
from swarm.model.activity import (
    DESTRUCTIVE,
    OUTSIDE,
    Action,
    Batch,
)
from swarm.model.wanted_tools import NOT_FOUND

NAMES = (
    "create",
    "write",
    "close",
    "unlink",
    "rename",
    "chmod",
    "exec",
    "exit",
    "mkdir",
)


def line(op: str, path: str | None = None, **more: Any) -> dict[str, Any]:
    made = {"at": 100.0, "op": op, "pid": 7, "parent": 1, "comm": "sh", **more}
    return made if path is None else {**made, "path": path}


def read(*lines: dict[str, Any]) -> Batch:
    return Interpreter(lambda path: path == "README.md").read(lines)


def deed(batch: Batch) -> Action:
    assert len(batch.actions) == 1, batch.actions
    return batch.actions[0]


def test_a_file_is_one_trace_however_often_it_is_written() -> None:
    batch = read(
        line("create", "/workspace/a.py", inode=5, mode=0o100644),
        line("write", "/workspace/a.py", bytes=10, size=10),
        line("write", "/workspace/a.py", bytes=30, size=30, at=101.0),
        line("close", "/workspace/a.py", bytes=45, size=45, at=102.0),
    )

    trace = batch.paths["/workspace/a.py"]
    assert (trace.count, trace.bytes, trace.size) == (3, 45, 45)
    assert (trace.first, trace.last, trace.op) == (100.0, 102.0, "write")
    assert batch.actions == []


def test_a_young_file_s_end_is_told_by_its_inode_alone() -> None:
    batch = read(
        line("create", "/workspace/a", inode=5, mode=0o100644),
        line("close", inode=5, bytes=9, size=9),
    )

    assert batch.paths["/workspace/a"].size == 9
    assert batch.paths["/workspace/a"].op == "create"


def test_a_path_that_is_no_text_breaks_no_later_line() -> None:
    batch = read(
        line("create", inode=5) | {"path": 1, "at": None}, line("close", inode=5)
    )

    assert batch.lost == 1


def test_a_refusal_is_a_deed_and_alike_ones_are_counted() -> None:
    batch = read(*[line("open", "/etc/passwd", result=-30, flags=1)] * 5)

    assert (deed(batch).count, deed(batch).result) == (5, -30)
    assert deed(batch).note == "read-only file system"
    assert batch.paths["/etc/passwd"].denied == 5


def test_a_command_is_a_deed_with_its_words_and_its_end() -> None:
    batch = read(
        line("exec", "/usr/bin/git", argv=["git", "reset", "--hard"], cwd="/workspace"),
        line("exit", flags=3 << 8, at=101.5),
        line("exit", flags=9, pid=8),
    )

    assert deed(batch).argv == ("git", "reset", "--hard")
    assert deed(batch).level == DESTRUCTIVE
    assert batch.ends == [(7, 3, 101.5), (8, 137, 100.0)]


def test_a_path_that_runs_on_the_host_is_flagged_once() -> None:
    batch = read(*[line("write", "/workspace/package.json", bytes=n) for n in (1, 2)])

    assert deed(batch).level == "X1"
    assert batch.paths["/workspace/package.json"].level == "X1"


def test_what_a_deed_itself_says_is_flagged_too() -> None:
    batch = read(
        line("symlink", "/workspace/docs/latest", **{"from": "../../../etc"}),
        line("chmod", "/workspace/run", mode=0o755),
        line("mknod", "/workspace/pipe", mode=0o10644),
        line("create", "/workspace/tool", inode=1, mode=0o100755),
        line("create", "/opt/x", inode=2, mode=0o100644),
    )

    assert [(d.op, d.level) for d in batch.actions] == [
        ("symlink", "X0"),
        ("chmod", "X1"),
        ("mknod", "X0"),
        ("create", "X1"),
        ("create", OUTSIDE),
    ]


def test_a_rename_over_a_file_of_the_base_is_told() -> None:
    batch = read(
        line("create", "/workspace/.tmp", inode=3, mode=0o100644),
        line("rename", "/workspace/README.md", **{"from": "/workspace/.tmp"}),
        line("rename", "/workspace/new", **{"from": "/workspace/README.md"}),
    )

    told = [d for d in batch.actions if "replaced a file" in d.note]
    assert [(d.path, d.other) for d in told] == [
        ("/workspace/README.md", "/workspace/.tmp")
    ]
    assert batch.paths["/workspace/.tmp"].op == "renamed"


def test_many_files_in_a_moment_are_a_heap_but_flagged_ones_are_not() -> None:
    many = [line("create", f"/workspace/gen/{n}.c", inode=n) for n in range(60)]
    batch = read(
        line("exec", "/usr/bin/node", argv=["npm", "ci"], cwd="/workspace"),
        *many,
        line("create", "/workspace/gen/Makefile", inode=99),
        line("create", "/workspace/web/node_modules/a/package.json", inode=98),
    )

    heaps = {path: trace.group for path, trace in batch.paths.items()}
    assert batch.path_groups == ["/workspace/gen"]
    assert heaps["/workspace/gen/59.c"] == "/workspace/gen"
    assert heaps["/workspace/gen/Makefile"] == ""
    inside = "/workspace/web/node_modules"
    assert heaps[f"{inside}/a/package.json"] == inside
    assert [d.path for d in batch.actions] == [
        "/usr/bin/node",
        "/workspace/gen/Makefile",
    ]


def test_a_burst_of_deletions_is_told_once_with_its_place() -> None:
    batch = read(
        *[line("unlink", f"/workspace/src/{n % 7}/{n}") for n in range(200)],
        *[line("unlink", f"/workspace/node_modules/{n}") for n in range(200)],
    )

    assert (deed(batch).op, deed(batch).level) == ("burst", DESTRUCTIVE)
    assert deed(batch).note == "deletes many files in /workspace/src"


def test_a_refused_system_call_has_its_name() -> None:
    batch = read(line("denied", flags=272, result=-1), line("io_uring", flags=425))

    assert [d.op for d in batch.actions] == ["unshare", "io_uring_setup"]


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"mode": 2 << 16 | 443, "size": 0x0771_00CB}, "203.0.113.7:443"),
        (
            {"mode": 10 << 16 | 53, "bytes": 0xB80D_0120, "size": 1 << 56},
            "[2001:db8::1]:53",
        ),
        ({"mode": 2 << 16}, "0.0.0.0:0"),
        ({"mode": 1 << 16}, ""),
        ({}, ""),
    ],
)
def test_what_did_not_leave_says_where_it_should_have_gone(
    told: dict[str, Any], where: str
) -> None:
    """A name of this machine's has no address."""
    batch = read(line("send_refused", flags=44, result=-1, **told))

    assert (deed(batch).op, deed(batch).path) == ("sendto", where)
    assert (deed(batch).kind, deed(batch).result) == ("net" if where else "call", -1)


def test_an_address_that_is_none_is_counted_as_lost() -> None:
    batch = read(line("send_refused", flags=44, result=-1, mode=2 << 16, size=1 << 40))

    assert (batch.actions, batch.lost) == ([], 1)


def test_too_many_deeds_are_counted_and_flagged_ones_kept() -> None:
    flood = [line("open", f"/etc/{n}", result=-30) for n in range(5000)]
    batch = read(*flood, line("write", "/workspace/Makefile", bytes=1))

    assert batch.actions[-1].note.startswith("and 3000 more")
    assert any(d.path == "/workspace/Makefile" for d in batch.actions)


def test_what_makes_no_sense_is_counted() -> None:
    batch = read({"op": "write"}, {"no": 1}, line("create", "/workspace/a", at="x"))

    assert batch.lost >= 2


GIT = line("exec", "/usr/bin/git", argv=["git", "commit"], cwd="/workspace")
SHELL = line("exec", "/usr/bin/bash", argv=["bash"], cwd="/workspace")
OBJECT = "/gitdir/objects/ab/tmp_obj_x1"


def groups(batch: Batch) -> dict[str, str]:
    return {path: activity.group for path, activity in batch.paths.items()}


def test_housekeeping_is_counted_at_the_command_that_did_it() -> None:
    """Nothing is shown but the work."""
    batch = read(
        GIT,
        line("create", OBJECT, inode=1, mode=0o100444),
        line("unlink", OBJECT),
        line("create", "/gitdir/index.lock", inode=2),
        line("utime", "/objects-ro/ab/cd", result=-30),
        line("write", "/workspace/a.py", bytes=1),
    )

    assert groups(batch) == {
        OBJECT: quiet.HOUSEKEEPING,
        "/gitdir/index.lock": quiet.HOUSEKEEPING,
        "/objects-ro/ab/cd": quiet.HOUSEKEEPING,
        "/workspace/a.py": "",
    }
    assert batch.credits == {7: (4, 0)}
    assert [(d.op, d.quiet) for d in batch.actions] == [
        ("exec", ""),
        ("utime", quiet.HOUSEKEEPING),
    ]


def test_who_only_passes_for_a_child_of_git_s_does_no_housekeeping() -> None:
    """A hook makes such a process by `CLONE_PARENT`, and writes refs and objects."""
    ref = "/gitdir/refs/heads/main"
    batch = read(
        GIT,
        line("create", OBJECT, inode=1, pid=8, parent=7),
        line("write", ref, bytes=41, pid=9, parent=8),
    )

    assert groups(batch) == {OBJECT: "", ref: ""}


def test_a_shell_s_housekeeping_is_no_housekeeping() -> None:
    """Nor is a hook's, which git started, or that of anybody after lines were lost."""
    hook = line("exec", "/usr/bin/sh", argv=["sh", "x"], cwd="/", pid=8, parent=7)
    made = [
        line("create", f"/gitdir/objects/ab/tmp_obj_{n}", inode=n, pid=pid)
        for n, pid in enumerate((7, 8, 8, 7))
    ]
    batch = read(GIT, made[0], hook, made[1], made[2], {"op": "lost"}, made[3])

    assert list(groups(batch).values()) == [quiet.HOUSEKEEPING, "", "", ""]
    assert read(SHELL, made[0]).paths[made[0]["path"]].group == ""


@pytest.mark.parametrize(
    "path",
    ["/gitdir/hooks/pre-commit", "/gitdir/config", "/gitdir/info/attributes"],
)
@pytest.mark.parametrize("who", [GIT, SHELL], ids=["git", "shell"])
def test_what_git_obeys_is_shown_whoever_writes_it(
    who: dict[str, Any], path: str
) -> None:
    many = [line("create", f"/gitdir/hooks/{n}", inode=n + 9) for n in range(60)]
    batch = read(who, *many, line("create", path, inode=1, mode=0o100755))

    assert batch.paths[path].group == ""
    assert batch.paths[path].note == "git in the sandbox obeys it"


def test_a_script_in_a_cache_is_shown_when_it_runs() -> None:
    """And from then on; as is one that a shell put among a tool's files."""
    python = line("exec", "/usr/bin/python3", argv=["python3", "x.py"], cwd="/")
    cached = "/home/agent/.cache/evil.sh"
    interpreter = Interpreter(lambda _path: False)
    first = interpreter.read(
        [
            python,
            line("create", cached, inode=1, mode=0o100644),
            {**SHELL, "pid": 9},
            line("create", "/workspace/node_modules/.bin/git", inode=2, pid=9),
        ]
    )
    assert groups(first) == {
        cached: quiet.CACHES,
        "/workspace/node_modules/.bin/git": "",
    }

    run = line("exec", "/usr/bin/sh", argv=["sh", ".cache/evil.sh"], pid=10)
    then = interpreter.read(
        [{**run, "cwd": "/home/agent"}, line("write", cached, bytes=3)]
    )

    assert then.ran == [cached]
    assert then.paths[cached].group == ""


def test_a_word_of_a_command_is_not_what_ran() -> None:
    """`chmod` and `rm` name a file; only an interpreter runs it."""
    made = line("create", "/workspace/x", inode=1, mode=0o100755)
    words = [
        line("exec", f"/usr/bin/{argv[0]}", argv=argv, cwd="/workspace", pid=9)
        for argv in (["chmod", "+x", "x"], ["rm", "x"], ["bash", "-c", "x"])
    ]
    batch = read(made, *words, line("unlink", "/workspace/x"))

    assert batch.ran == []
    assert batch.paths["/workspace/x"].level == ""
    run = line("exec", "/usr/bin/bash", argv=["bash", "-e", "x"], cwd="/workspace")
    assert read(made, run).ran == ["/workspace/x"]


def test_a_temporary_file_is_counted_when_it_is_gone() -> None:
    """One that was run is shown, and one that is there is."""
    batch = read(
        line("create", "/tmp/gone", inode=1),
        line("unlink", "/tmp/gone"),
        line("create", "/tmp/here", inode=2),
        line("create", "/tmp/again", inode=3),
        line("unlink", "/tmp/again"),
        line("create", "/tmp/again", inode=4),
        line("create", "/tmp/run", inode=5, mode=0o100755),
        line("exec", "/tmp/run", argv=["ls"], cwd="/tmp"),
        line("unlink", "/tmp/run"),
    )

    assert groups(batch) == {
        "/tmp/gone": quiet.TEMPORARY,
        "/tmp/here": "",
        "/tmp/again": "",
        "/tmp/run": "",
    }


PYTHON = line("exec", "/usr/bin/python3", argv=["python3", "x.py"], cwd="/")
CACHE = "/workspace/.pytest_cache"


@pytest.mark.parametrize(
    "change",
    [
        line("rename", f"{CACHE}/l/README.md", **{"from": f"{CACHE}/new"}),
        line("unlink", f"{CACHE}/l/README.md"),
        line("mkdir", f"{CACHE}/l/docs"),
        line("truncate", f"{CACHE}/one"),
        line("unlink", "/tmp/l/README.md"),
        line("unlink", "/proc/self/cwd/README.md"),
        line("rename", f"{CACHE}/g/config", **{"from": f"{CACHE}/new"}),
        line("unlink", f"{CACHE}/p/cwd/README.md"),
        line("rename", "/workspace/node_modules/l/README.md", **{"from": f"{CACHE}/n"}),
    ],
)
def test_what_a_symlink_leads_out_of_a_cache_is_shown(change: dict[str, Any]) -> None:
    """Of a call by name a line has the words of the program."""
    links = [
        line("symlink", f"{CACHE}/l", **{"from": "/workspace"}),
        line("symlink", "/tmp/l", **{"from": "/workspace"}),
        line("symlink", f"{CACHE}/g", **{"from": "/gitdir"}),
        line("symlink", f"{CACHE}/p", **{"from": "/proc/self"}),
        line("symlink", f"{CACHE}/one", **{"from": "../README.md"}),
        line("symlink", "/workspace/node_modules/l", **{"from": ".."}),
    ]
    batch = read(PYTHON, *links, change)

    assert batch.paths[change["path"]].group == ""


def test_a_file_that_is_moved_out_by_a_symlink_is_no_temporary_one() -> None:
    batch = read(
        SHELL,
        line("symlink", "/tmp/l", **{"from": "/workspace"}),
        line("rename", "/tmp/new", **{"from": "/tmp/l/README.md"}),
    )

    assert batch.paths["/tmp/l/README.md"].group == ""


def test_a_symlink_from_one_cache_to_another_shows_nothing() -> None:
    batch = read(
        PYTHON,
        line("symlink", f"{CACHE}/l", **{"from": "/home/agent/.cache"}),
        line("unlink", f"{CACHE}/l/x"),
        line("create", f"{CACHE}/y", inode=1, mode=0o100644),
    )

    assert groups(batch)[f"{CACHE}/l/x"] == quiet.CACHES
    assert groups(batch)[f"{CACHE}/y"] == quiet.CACHES


@pytest.mark.parametrize("source", ["/workspace/README.md", "/gitdir/config"])
@pytest.mark.parametrize("folder", [CACHE, "/workspace/node_modules"])
def test_what_has_a_second_name_in_a_cache_is_shown(source: str, folder: str) -> None:
    """A hard link: what is written there is in the other, too."""
    batch = read(
        PYTHON,
        line("link", f"{folder}/one", **{"from": source}),
        line("rename", f"{folder}/two", **{"from": f"{folder}/one"}),
        line("write", f"{folder}/two", bytes=3, size=3),
        line("write", f"{folder}/three", bytes=3, size=3),
    )

    assert groups(batch)[f"{folder}/two"] == ""
    assert groups(batch)[f"{folder}/three"] != ""


def test_git_s_settings_are_known_behind_a_symlink() -> None:
    batch = read(
        SHELL,
        line("symlink", "/workspace/g", **{"from": "/gitdir"}),
        line("rename", "/workspace/g/hooks/pre-commit", **{"from": "/workspace/x"}),
    )

    activity = batch.paths["/workspace/g/hooks/pre-commit"]
    assert activity.note == "git in the sandbox obeys it"


@pytest.mark.parametrize(
    ("program", "argv"),
    [
        ("/usr/bin/rm", ["rm", NOT_FOUND, "-rf", "src"]),
        ("/workspace/evil", ["ls", NOT_FOUND, "-la"]),
        ("/workspace/bash", ["bash", NOT_FOUND, "ls"]),
        ("/usr/bin/python3", ["bash", NOT_FOUND, "ls"]),
    ],
)
def test_only_bash_runs_our_script_for_a_command_not_found(
    program: str, argv: list[str]
) -> None:
    """To any other program its name is a word."""
    action = deed(read(line("exec", program, argv=argv, cwd="/workspace")))

    assert action.argv == tuple(argv)
    assert action.note != "command not found"
    assert bool(action.level) is ("-rf" in argv)


GONE = line("unlink", "/workspace/.tmp.sh")


@pytest.mark.parametrize(
    ("then", "level", "note"),
    [
        ([GONE], "", "withdrawn: became executable"),
        (
            [line("rename", "/tmp/x", **{"from": "/workspace/.tmp.sh"})],
            "",
            "withdrawn: became executable",
        ),
        (
            [
                line("exec", "/workspace/.tmp.sh", argv=["a"], cwd="/workspace", pid=9),
                GONE,
            ],
            "X1",
            "became executable",
        ),
        (
            [GONE, line("create", "/workspace/.tmp.sh", inode=2, mode=0o100755)],
            "X1",
            "became executable",
        ),
        (
            [line("chmod", "/workspace/.tmp.sh", mode=0o644)],
            "",
            "withdrawn: became executable",
        ),
    ],
    ids=["removed", "moved out", "run and removed", "made again", "made none"],
)
def test_a_flag_is_withdrawn_with_its_path(
    then: list[dict[str, Any]], level: str, note: str
) -> None:
    """But not of what was run, and not of what is there again."""
    batch = read(line("create", "/workspace/.tmp.sh", inode=1, mode=0o100755), *then)

    activity = batch.paths["/workspace/.tmp.sh"]
    assert (activity.level, activity.note) == (level, note)


def test_what_was_run_among_built_programs_keeps_its_flag() -> None:
    path = "/workspace/dist/tool"
    batch = read(
        line("create", path, inode=1, mode=0o100755),
        line("exec", path, argv=["tool"], cwd="/workspace", pid=9),
        line("unlink", path),
    )

    assert batch.paths[path].level == "X1"
    assert batch.ran == []


def test_a_flag_on_the_name_stays_when_another_is_withdrawn() -> None:
    """Git tries the mode of its settings so, in a repository within the worktree."""
    path = "/workspace/sub/.git/config"
    batch = read(
        GIT,
        line("rename", path, **{"from": f"{path}.lock"}),
        line("chmod", path, mode=0o744),
        line("chmod", path, mode=0o644),
        line("rename", path, **{"from": f"{path}.lock"}),
    )

    assert batch.paths[path].level == "X0"
    assert not any("replaced" in d.note for d in batch.actions)


def test_a_flag_goes_with_a_renamed_file() -> None:
    """Over a place outside the worktree, too."""
    batch = read(
        line("create", "/workspace/a", inode=1, mode=0o100755),
        line("rename", "/tmp/b", **{"from": "/workspace/a"}),
        line("rename", "/workspace/c", **{"from": "/tmp/b"}),
    )

    assert batch.paths["/workspace/a"].level == ""
    assert batch.paths["/workspace/c"].level == "X1"


def test_a_folder_s_mode_is_no_program() -> None:
    """Until another thing stands where it was."""
    batch = read(
        line("mkdir", "/workspace/a", mode=0o700),
        line("chmod", "/workspace/a", mode=0o755),
        line("mkdir", "/workspace/b", mode=0o700),
        line("rmdir", "/workspace/b"),
        line("create", "/workspace/b", inode=1, mode=0o100644),
        line("chmod", "/workspace/b", mode=0o755),
        line("mkdir", "/workspace/c/d", mode=0o700),
        line("rename", "/workspace/c", **{"from": "/workspace/e"}),
        line("chmod", "/workspace/c/d", mode=0o755),
    )

    assert [d.path for d in batch.actions if d.level] == [
        "/workspace/b",
        "/workspace/c/d",
    ]


def test_what_is_quiet_takes_no_room_from_what_is_shown() -> None:
    helpers = [
        line("exec", "/usr/bin/uname", argv=["uname"], cwd="/", pid=n)
        for n in range(3000)
    ]
    batch = read(*helpers, SHELL)

    assert batch.actions[-2].argv == ("bash",)
    assert batch.actions[-1].note == "and 1000 more, in the raw lines"


PLACES = (
    OBJECT,
    "/gitdir/hooks/pre-commit",
    "/gitdir/index.lock",
    "/workspace/a.py",
    "/workspace/__pycache__/a.pyc",
    "/workspace/node_modules/.bin/git",
    "/tmp/x",
    "/home/agent/.cache/evil.sh",
)
WHO = (
    ("/usr/bin/git", ["git", "commit"]),
    ("/usr/bin/python3", ["python3", "a.py"]),
    ("/usr/bin/bash", ["bash"]),
    ("/workspace/node_modules/.bin/git", ["git", "status"]),
    ("/usr/bin/uname", ["uname"]),
)


@given(
    st.lists(
        st.one_of(
            st.builds(
                lambda who, pid: line(
                    "exec", who[0], argv=who[1], cwd="/workspace", pid=pid
                ),
                st.sampled_from(WHO),
                st.integers(7, 9),
            ),
            st.builds(
                lambda op, path, pid, mode, result: line(
                    op, path, pid=pid, mode=mode, result=result
                ),
                st.sampled_from(["create", "write", "unlink", "mkdir", "chmod"]),
                st.sampled_from(PLACES),
                st.integers(7, 9),
                st.sampled_from([0, 0o644, 0o755]),
                st.sampled_from([0, 0, 0, -30]),
            ),
        ),
        max_size=40,
    ),
    st.integers(1, 10),
)
def test_every_line_is_shown_or_counted(lines: list[dict[str, Any]], size: int) -> None:
    """However the lines are cut into batches; and what could be run is shown."""
    interpreter, shown, counted = Interpreter(lambda _path: False), 0, 0
    for start in range(0, len(lines), size):
        batch = interpreter.read(lines[start : start + size])
        for activity in batch.paths.values():
            is_counted = bool(activity.group)
            counted += activity.count * is_counted
            shown += activity.count * (not is_counted)
            assert not (activity.level and is_counted)
        commands = [d for d in batch.actions if d.kind == "exec"]
        counted += sum(d.count for d in commands if d.quiet)
        shown += sum(d.count for d in commands if not d.quiet)

    assert shown + counted == len(lines)


values = st.one_of(st.integers(-200, 1 << 40), st.text(max_size=20), st.none())
fields = st.sampled_from(
    ["at", "path", "from", "pid", "result", "mode", "flags", "bytes", "inode", "argv"]
)


@given(
    st.lists(
        st.builds(
            lambda op, more: {**line(op, "/workspace/x"), **more},
            st.sampled_from(NAMES),
            st.dictionaries(fields, values, max_size=4),
        ),
        max_size=30,
    )
)
def test_no_line_breaks_it(lines: list[dict[str, Any]]) -> None:
    read(*lines)


def test_a_refused_send_in_the_log_of_an_older_sensor_is_read() -> None:
    """Its lines are kept as they were written, under the name of that time."""
    facts: dict[str, Any] = {
        "flags": 44,
        "result": -1,
        "mode": 2 << 16 | 53,
        "size": 1,
    }

    old, new = (read(line(op, **facts)) for op in ("reach", "send_refused"))

    assert old.actions == new.actions
    assert old.actions[0].path == "1.0.0.0:53"
