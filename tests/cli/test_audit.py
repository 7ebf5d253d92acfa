"""`swarm audit` and the sensor's part of `swarm events`, on a file made by hand."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.cli import exit_codes
from swarm.engine.sensor import hash_chain
from swarm.model import events, quiet
from swarm.model.activity import Action, Batch, LogPosition, PathActivity
from swarm.plan.naming import HomePaths
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from tests.cli.conftest import queued

Cli = Callable[..., tuple[int, str, str]]

ID = "0123456789ab"
EVIL = "/workspace/\x1b]52;c;x\x07\u202e\nfake row"


@pytest.fixture
def task(paths: HomePaths) -> int:
    """A task with a deed of each kind, and two raw lines."""
    journal, writer = Journal(paths.database), AuditWriter(paths.database)
    made = journal.queue(lambda _id: queued())
    journal.record(made.id, events.NetDenied("n", 1, "evil.test", "not-in-allowlist"))
    deeds = [
        Action(
            1e9,
            "exec",
            "exec",
            "/usr/bin/rm",
            "/workspace",
            ("rm", "-rf", "/"),
            level="!!",
            note="deletes / and all in it",
        ),
        Action(1e9 + 1, "file", "open", "/etc/passwd", result=-30, note="read-only"),
        Action(1e9 + 2, "call", "unshare", result=-1, note="refused"),
        Action(1e9 + 2, "net", "sendto", "203.0.113.7:53", result=-1, note="refused"),
        Action(1e9 + 3, "file", "create", EVIL, level="X1", note="=cmd()"),
        Action(1e9 + 4, "file", "create", "/workspace/\udce9", level="X4", note="odd"),
    ]
    traces = {
        "a": PathActivity("/workspace/a.py", "write", 1e9, 1e9 + 5, count=3, size=9)
    }
    paths.sensor.mkdir()
    file = paths.sensor / f"{ID}.0"
    file.write_bytes(b"one\ntwo\n")
    values = hash_chain.extend(hash_chain.begin(ID, 0, b""), [b"one", b"two"])
    hash_chain.append(file, 0, values)
    writer.take(Batch(traces, deeds), LogPosition(ID, 0, made.id, 8, 2, values[-1]))
    return made.id


def test_the_timeline_joins_all_that_happened(swarm: Cli, task: int) -> None:
    status, out, _ = swarm("audit", "show", str(task))

    assert status == exit_codes.DONE
    known = "evil.test", "rm -rf /", "open /etc/passwd", "unshare()", "a.py ×3"
    for words in (*known, "→ 203.0.113.7:53"):
        assert words in out


def test_no_name_reaches_the_screen_as_it_is(swarm: Cli, task: int) -> None:
    for argv in (["audit", "show"], ["events"], ["events", "--json"]):
        _, out, _ = swarm(*argv)
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\nfake row" not in out


@pytest.mark.parametrize(
    ("argv", "wanted", "unwanted"),
    [
        (["--kind", "exec"], "rm -rf", "evil.test"),
        (["--kind", "file"], "a.py", "rm -rf"),
        (["--kind", "net"], "evil.test", "a.py"),
        (["--kind", "net"], "→ 203.0.113.7:53", "unshare"),
        (["--denied"], "/etc/passwd", "a.py"),
        (["--flagged"], "rm -rf", "/etc/passwd"),
        (["--text", "ETC/pass"], "/etc/passwd", "rm -rf"),
        (["--since", "1d"], "evil.test", "rm -rf"),
    ],
)
def test_only_what_is_asked_for(
    swarm: Cli, task: int, argv: list[str], wanted: str, unwanted: str
) -> None:
    for verb in (["audit", "show"], ["events"]):
        _, out, _ = swarm(*verb, *argv)
        assert wanted in out
        assert unwanted not in out


def test_a_time_that_is_none_is_refused(swarm: Cli) -> None:
    status, _, err = swarm("events", "--since", "yesterday")

    assert status == exit_codes.USAGE
    assert "no span such as 10m" in err


def test_export_in_both_forms(swarm: Cli, task: int, tmp_path: Path) -> None:
    _, out, _ = swarm("audit", "export", str(task))
    found = [json.loads(line) for line in out.splitlines()]
    file = tmp_path / "out.csv"
    swarm("audit", "export", "--format", "csv", "--out", str(file))
    rows = list(csv.DictReader(io.StringIO(file.read_text())))

    assert {one["kind"] for one in found} >= {"Action", "PathActivity", "NetDenied"}
    assert EVIL in [one["body"].get("path") for one in found]
    notes = [row["note"] for row in rows]
    assert "'=cmd()" in notes, "no spreadsheet runs it"
    status, _, err = swarm("audit", "export", "--out", str(file))
    assert (status, "exists already" in err) == (exit_codes.FAILED, True)


def test_verify_names_the_line(swarm: Cli, task: int, paths: HomePaths) -> None:
    status, out, _ = swarm("audit", "verify")
    assert (status, "2 lines, as they were recorded" in out) == (exit_codes.DONE, True)

    (paths.sensor / f"{ID}.0").write_bytes(b"one\n2wo\n")
    status, out, _ = swarm("audit", "verify", str(task))

    assert status == exit_codes.FAILED
    assert "line 2 is not what was recorded" in out


def test_what_is_quiet_is_counted_at_its_command_and_shown_raw(
    swarm: Cli, task: int, paths: HomePaths
) -> None:
    """In `events` and in `audit show`; JSON and exports have all of it."""
    commit = Action(1e9, "exec", "exec", "/usr/bin/git", "/", ("git", "commit"), pid=7)
    refused = Action(1e9, "file", "utime", "/objects-ro/a", result=-30)
    refused = replace(refused, quiet=quiet.HOUSEKEEPING)
    index = PathActivity("/gitdir/index", "rename", 1e9, 1e9 + 6, count=3)
    index.group = quiet.HOUSEKEEPING
    batch = Batch({"i": index}, [commit, refused], credits={7: (14, 1204)})
    writer = AuditWriter(paths.database)
    writer.take(batch, LogPosition(ID, 0, task, 9, 3, b""))
    writer.close()

    for words in (["events"], ["audit", "show"]):
        out = swarm(*words)[1]
        raw = swarm(*words, "--raw")[1]
        assert "$ git commit  14 housekeeping writes · 1,204 generated\n" in out
        assert "/gitdir/index" not in out
        assert "objects-ro" not in out
        assert "rename /gitdir/index ×3" in raw
        assert "utime /objects-ro/a  counted as git's housekeeping" in raw
    for words in (["events", "--json"], ["audit", "export"]):
        assert "/gitdir/index" in swarm(*words)[1]
    assert "/gitdir/index" in swarm("events", "--text", "gitdir")[1]
