"""One failed install and `swarm policy suggest`: with its rules the next one passes."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.cli.main import run
from swarm.model import events
from swarm.model.task import State, Task
from tests.engine.keeper_harness import KeeperHarness
from tests.promises.sandbox_probe import gateway
from tests.promises.web import Web

RELEASE = "/WiseLibs/better-sqlite3/releases/download/v11.3.0"
SCRIPT = """\
#!/bin/sh
# As npm does: metadata from the registry, then an install script's prebuilt file.
status=0
curl -fsS --retry 3 https://mirror.test:{port}/left-pad -o meta || status=1
curl -fsS --retry 3 http://forge.test:{port}{release}/x64.tar.gz -o file || status=1
curl -sS -X POST https://mirror.test:{port}/-/npm/v1/security/audits/quick -o audit
exit $status
"""
POLICY = """\
version = 1

[tls]
upstream_ca = ["{ca}"]

[network]
allow_nets = ["{address}/32"]
"""


@pytest.fixture
def web(harness: KeeperHarness, tmp_path: Path) -> Iterator[Web]:
    """A forge and a registry in one, at an address of this machine."""
    names = harness.parts.nets.gate.names
    harness.context.containers.make_network(names.gate, names.labels("gate"))
    (tmp_path / "ca").mkdir()
    web = Web(gateway(names.gate), tmp_path / "ca")
    yield web
    web.close()


@pytest.fixture
def lock(harness: KeeperHarness) -> Iterator[None]:
    """The keeper's lock: the command line must not start a second keeper."""
    with harness.paths.lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(str(os.getpid()))
        file.flush()
        yield


def install(harness: KeeperHarness, repo: Path) -> Task:
    number = harness.new_task(repo, "sh ./npm install")
    return harness.until_state(number, State.STOPPED)


def denied(harness: KeeperHarness, task: Task) -> list[events.NetDenied]:
    found = (record.event for record in harness.queries.events.denials(task.id))
    return [event for event in found if isinstance(event, events.NetDenied)]


@pytest.mark.usefixtures("lock")
def test_the_second_run_passes(
    harness: KeeperHarness,
    sample: Path,
    web: Web,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A registry by its service, a release page by a rule for that project alone."""
    home = harness.paths.home
    monkeypatch.setenv("SWARM_HOME", str(home))
    monkeypatch.setenv("npm_config_registry", f"https://mirror.test:{web.port}/")
    hosts = ", ".join(f'"{h}.test" = "{web.address}"' for h in ("mirror", "forge"))
    harness.configure("")
    config = home / "config.toml"
    settings = f'[gate]\nready = 0\npreset = "locked"\nhosts = {{ {hosts} }}\n'
    config.write_text(settings)
    ca = home / "web.pem"
    ca.write_text(web.authority.certificate)
    policy = POLICY.format(ca=ca, address=web.address)
    (home / "policy.toml").write_text(policy)
    (sample / "npm").write_text(SCRIPT.format(port=web.port, release=RELEASE))
    for words in (["add", "-A"], ["commit", "-qm", "install"]):
        subprocess.run(["git", "-C", str(sample), *words], check=True)
    harness.start_keeper()

    first = install(harness, sample)
    assert first.exit_code == 1
    assert not web.got("left-pad")
    harness.until(lambda: len(denied(harness, first)) >= 3, "denials")
    loud = [event for event in denied(harness, first) if not event.quiet]
    assert [(event.host, event.count) for event in loud] == [
        ("mirror.test", 1),
        ("forge.test", 1),
    ]

    words = ["policy", "suggest", "--task", str(first.id), "--write"]
    assert run(words) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert "npm wants npm's registry" in said
    assert "npm wants better-sqlite3's prebuilt file" in said

    second = install(harness, sample)
    assert (second.exit_code, web.got("left-pad"), web.got(RELEASE)) == (0, True, True)
    assert not web.got("security")
    harness.until(lambda: bool(denied(harness, second)), "the quiet denial")
    harness.until_taken_in(second.id)
    assert [event.quiet for event in denied(harness, second)] == [True]
    assert harness.queries.tasks.get(second.id).net.denied == 0
