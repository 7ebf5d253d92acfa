"""An action or a path on one line, as a human reads it."""

import pytest

from swarm.model import activity_text
from swarm.model.activity import GROUP, LOSS, Action, PathActivity
from swarm.model.audit_query import Entry


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (Action(0, "exec", "exec", "/bin/rm", argv=("rm", "a b")), "$ rm 'a b'"),
        (Action(0, "exec", "exec", "/bin/sh"), "$ /bin/sh"),
        (
            Action(0, "exec", "exec", "/bin/sh", argv=("/bin/sh", "/usr/bin/npm", "i")),
            "$ /usr/bin/npm i",
        ),
        (
            Action(0, "exec", "exec", "/workspace/x", argv=("/bin/sh", "/bin/npm")),
            "$ /bin/npm  runs x",
        ),
        (
            Action(0, "exec", "exec", "/usr/bin/rm", argv=("/bin/rm", "/workspace/a")),
            "$ /bin/rm /workspace/a",
        ),
        (
            Action(0, "exec", "exec", "/usr/bin/rm", argv=("/bin/sh", "/workspace/a")),
            "$ /bin/sh /workspace/a",
        ),
        (
            Action(0, "exec", "exec", "/", argv=("git", "status")),
            "$ git status  runs /",
        ),
        (Action(0, "file", LOSS, "/workspace/tests"), "lost tests"),
        (Action(0, "call", "bpf", count=3), "bpf() ×3"),
        (Action(0, "net", "sendto", "1.2.3.4:53"), "sendto() → 1.2.3.4:53"),
        (Action(0, "file", "open", "/workspace/x"), "open x"),
        (
            Action(0, "file", "rename", "/workspace/b", other="/workspace/a"),
            "rename b ← a",
        ),
        (
            Action(0, "file", "symlink", "/workspace/l", other="/etc"),
            "symlink l → /etc",
        ),
    ],
)
def test_an_action_is_one_line(action: Action, text: str) -> None:
    assert activity_text.action_text(action) == text
    assert activity_text.entry_text(Entry(0, 1, action=action)) == text


@pytest.mark.parametrize(
    ("op", "path", "count", "text"),
    [
        ("write", "/workspace/a", 1, "write a"),
        ("write", "/workspace/a", 7, "write a ×7"),
        (GROUP, "/workspace/node_modules", 1, "files in node_modules"),
        ("found", "/workspace/a", 1, "found changed a"),
    ],
)
def test_a_path_is_its_last_verb(op: str, path: str, count: int, text: str) -> None:
    activity = PathActivity(path, op, 0.0, 1.0, count)

    assert activity_text.path_text(activity) == text


def test_no_byte_of_an_agents_moves_the_line() -> None:
    action = Action(0, "file", "open", "/workspace/a\n\x1b[2J")

    assert activity_text.action_text(action) == "open a⏎\\x1b[2J"


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Action(0, "file", "open", note="refused"), "refused"),
        (
            Action(0, "file", "write", level="X1", note="a build runs it"),
            "X1 a build runs it",
        ),
        (Action(0, "exec", "exec", code=2), "exit 2"),
        (Action(0, "exec", "exec", housekeeping=1), "1 housekeeping write"),
        (
            Action(0, "exec", "exec", code=1, housekeeping=14, generated=1204),
            "exit 1 · 14 housekeeping writes · 1,204 generated",
        ),
        (Action(0, "exec", "exec", code=0), ""),
        (Action(0, "exec", "exec"), ""),
        (Action(0, "file", "open"), ""),
    ],
)
def test_a_reason_is_a_flag_a_refusal_or_an_exit_status(
    action: Action, reason: str
) -> None:
    assert activity_text.reason_text(action) == reason
