"""A network where only the user's parent proxy leads out, on the real engine.

The host is one that the gate can neither resolve nor reach: its name means something to
the proxy alone, and it listens on this machine's loopback.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.model import events
from tests.engine.keeper_harness import KeeperHarness
from tests.parent_proxy import RunningProxy, in_a_thread
from tests.promises.web import Web

HOST, PASSWORD = "packages.example", "Zk3-pr0xy-secret"
EVERYWHERE = "0.0.0.0"
POLICY = """\
version = 1

[[allow]]
host = "{host}"
ports = [{port}]

[tls]
upstream_ca = ["{ca}"]
"""
FETCH = """
curl -sS -m 30 http://{host}:{port}/plain > plain.txt 2>&1
curl -sS -m 30 https://{host}:{port}/read > read.txt 2>&1
env -u http_proxy curl -sS -m 30 http://{host}:{port}/transparent > straight.txt 2>&1
curl -sS -m 30 -o denied.txt -w '%{{http_code}}' http://other.example/ > code.txt 2>&1
true
"""


@pytest.fixture
def web(harness: KeeperHarness, tmp_path: Path) -> Iterator[Web]:
    """A host that no container can reach, and that the user's policy allows."""
    folder, ca = tmp_path / "web", tmp_path / "ca.pem"
    folder.mkdir()
    made = Web("127.0.0.1", folder)
    ca.write_text(made.authority.certificate)
    text = POLICY.format(host=HOST, port=made.port, ca=ca)
    (harness.paths.home / "policy.toml").write_text(text)
    yield made
    made.close()


def _fetched(harness: KeeperHarness, task: int) -> dict[str, str]:
    folder = harness.paths.worktree(task)
    return {
        name: (folder / f"{name}.txt").read_text()
        for name in ("plain", "read", "straight", "code")
    }


def test_a_task_gets_out_by_the_parent_alone(
    harness: KeeperHarness, sample: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By every path, with a password that is in no container and in no journal."""
    proxy = RunningProxy(credentials=f"me:{PASSWORD}")
    with in_a_thread(proxy, EVERYWHERE):
        url = f"http://me:{PASSWORD}@127.0.0.1:{proxy.port}"
        monkeypatch.setenv("HTTPS_PROXY", url)
        harness.start_keeper()
        command = FETCH.format(host=HOST, port=web.port)
        task = harness.until_taken_in(harness.new_task(sample, command)).id
        seen = _everything_seen(harness)

    got = _fetched(harness, task)
    assert "GET /plain" in got["plain"], got
    assert "GET /read" in got["read"], got
    assert "GET /transparent" in got["straight"], got
    assert got["code"] == "403"
    assert f"CONNECT {HOST}:{web.port} HTTP/1.1" in proxy.asked
    assert not any("other.example" in line for line in proxy.asked)
    assert "by parent proxy" in harness.journal_text()
    assert PASSWORD not in harness.journal_text()
    assert PASSWORD not in seen
    assert PASSWORD not in json.dumps(got)


def test_a_parent_that_wants_a_password_is_told_and_then_used(
    harness: KeeperHarness, sample: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent and the human read the line to write; written, it counts at once."""
    monkeypatch.setenv("PROXY_PASSWORD", PASSWORD)
    proxy = RunningProxy(credentials=f"me:{PASSWORD}")
    wait = (
        f"while ! curl -s -m 30 http://{HOST}:{web.port}/again | tee got.txt "
        "| grep '^GET /again'; do sleep 0.5; done"
    )
    with in_a_thread(proxy, EVERYWHERE):
        setting = f'upstream = "http://me@127.0.0.1:{proxy.port}"'
        config = harness.paths.home / "config.toml"
        config.write_text(f"[gate]\nready = 0\n{setting}\n")
        harness.start_keeper()
        task = harness.new_task(sample, wait)
        harness.until(lambda: bool(_failures(harness, task)), "told")
        config.write_text(
            f'[gate]\nready = 0\n{setting}\nupstream_password = "env:PROXY_PASSWORD"\n'
        )
        harness.until_taken_in(task)

    reason = _failures(harness, task)[0].reason
    assert f"parent proxy http://127.0.0.1:{proxy.port} ([gate] upstream)" in reason
    assert "password" in reason
    assert "GET /again" in (harness.paths.worktree(task) / "got.txt").read_text()
    assert PASSWORD not in harness.journal_text()


def test_another_proxy_counts_once_the_keeper_has_restarted(
    harness: KeeperHarness, sample: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables are those of the shell that started it; the agent goes on."""
    first, second = RunningProxy(), RunningProxy()
    wait = (
        f"while true; do curl -s -m 30 http://{HOST}:{web.port}/again > got.txt; "
        "grep -q '^GET /again' got.txt && test -e over && break; sleep 0.2; done"
    )
    with in_a_thread(second, EVERYWHERE):
        with in_a_thread(first, EVERYWHERE):
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{first.port}")
            harness.start_keeper()
            task = harness.new_task(sample, wait)
            harness.until(lambda: bool(first.asked), "the first proxy")
            harness.stop_keepers()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{second.port}")
        harness.start_keeper()
        harness.until(lambda: bool(second.asked), "the second proxy")
        (harness.paths.worktree(task) / "over").touch()
        harness.until_taken_in(task)

    assert {line.split()[1] for line in second.asked} == {
        f"http://{HOST}:{web.port}/again"
    }


def _failures(harness: KeeperHarness, task: int) -> list[events.NetFailed]:
    recorded = harness.queries.events.after(task=task)
    return [r.event for r in recorded if isinstance(r.event, events.NetFailed)]


def _everything_seen(harness: KeeperHarness) -> str:
    """What the engine tells of every container of this home, and what they printed."""
    containers = harness.context.containers.all(harness.context.home_labels)
    words = []
    for facts in containers:
        for verb in ("inspect", "logs", "top"):
            done = subprocess.run(
                ["docker", verb, facts.name], capture_output=True, text=True
            )
            words.append(done.stdout + done.stderr)
    return "\n".join(words)
