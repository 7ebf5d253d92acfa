"""`swarm policy suggest`: what was wanted, as TOML to read, and written if asked."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.cli import exit_codes
from swarm.config import policy_writer
from swarm.model import events, wishes
from swarm.model.activity import Action, Batch, LogPosition
from swarm.plan.naming import HomePaths
from swarm.policy.policy_parser import parse
from swarm.policy.rules import Rule
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]
RELEASES = "/WiseLibs/better-sqlite3/releases/download"
FILE = f"{RELEASES}/v11.3.0/better-sqlite3-v11.3.0-node-v115-linux-x64.tar.gz"
REPO = "/of/the/task"


def denied(host: str, seq: int, path: str, **more: object) -> events.NetDenied:
    facts = {"method": "GET", "path": path, "phase": "request", **more}
    return events.NetDenied("n", seq, host, "not-in-allowlist", 443, **facts)  # type: ignore[arg-type]  # facts of any kind


@pytest.fixture
def task(journal: Journal, paths: HomePaths) -> int:
    """A task in which an install failed on a forge and on a tool-chain."""
    number = ended(journal, repo=REPO)
    journal.record(
        number,
        denied("forge.example", 1, FILE, count=4),
        denied("nodejs.org", 2, "/dist/v22.1.0/headers.tar.gz"),
        denied("telemetry.example", 3, "/", quiet=True),
    )
    writer = AuditWriter(paths.database)
    command = Action(1.0, "exec", "exec", argv=("npm", "install"), pid=7)
    writer.take(Batch(actions=[command]), LogPosition("c", 0, number, 1, 1, b"x"))
    writer.close()
    return number


def test_the_tool_and_the_package_are_named(swarm: Swarm, task: int) -> None:
    status, out, err = swarm("policy", "suggest", "--task", str(task))

    assert status == exit_codes.DONE
    assert "# npm wants better-sqlite3's prebuilt file" in out
    assert "# denied 4 times" in out
    assert "npm wants Node.js or its headers" in out
    assert "telemetry" not in out
    assert "suggest again" in err


def test_what_is_printed_is_a_policy(swarm: Swarm, task: int) -> None:
    """Pasted behind `version = 1` it means the same as `--json`."""
    out = swarm("policy", "suggest", "--task", str(task))[1]
    service, rule = json.loads(
        swarm("policy", "suggest", "--task", str(task), "--json")[1]
    )

    layer = parse(f"version = 1\n{out}", "pasted")
    assert tomllib.loads(out)["services"] == [service["service"]] == ["node"]
    assert [(one.host, one.methods, one.paths) for one in layer.rules] == [
        (rule["host"], ("GET", "HEAD"), (f"{RELEASES}/**",))
    ]


def test_written_they_are_wishes_for_the_task_s_project(
    swarm: Swarm, keeper: FakeKeeper, task: int
) -> None:
    keeper.decide = lambda _wish: {"rule": "it", "file": "/p.toml"}

    status, _, err = swarm("policy", "suggest", "--task", str(task), "--write")

    (service, grant) = keeper.seen
    assert status == exit_codes.DONE
    assert "it in /p.toml; it counts from now on" in err
    assert service[0] == wishes.AddService.verb
    assert (service[1]["service"], service[1]["scope"], service[1]["repo"]) == (
        "node",
        "project",
        REPO,
    )
    assert (grant[0], grant[1]["methods"], grant[1]["paths"]) == (
        "grant",
        ["GET", "HEAD"],
        [f"{RELEASES}/**"],
    )
    assert grant[1]["reason"].startswith("npm wants better-sqlite3's")


def test_a_written_reason_is_one_that_the_parser_takes(
    swarm: Swarm, task: int, tmp_path: Path
) -> None:
    (_, rule) = json.loads(swarm("policy", "suggest", "--task", str(task), "--json")[1])
    file = tmp_path / "written.toml"

    policy_writer.add(file, Rule("allow", "a.b", reason=rule["wanted"][0]), "user")

    assert parse(file.read_text(), "f").rules[0].reason == rule["wanted"][0]


def test_a_service_is_a_wish(swarm: Swarm, keeper: FakeKeeper, task: int) -> None:
    keeper.decide = lambda _wish: {"rule": "service github", "file": ""}

    words = ("github", "--of", "o/r", "--task", str(task))
    status, _, err = swarm("policy", "service", *words)

    ((verb, asked),) = keeper.seen
    assert (status, verb) == (exit_codes.DONE, "add_service")
    assert (asked["service"], asked["repos"], asked["task"]) == (
        "github",
        ["o/r"],
        task,
    )
    assert "service github; it counts from now on" in err
