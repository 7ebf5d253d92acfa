"""One task goes its whole way on each engine that works, and none begins on another.

pytest -m long -s tests/engines
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.errors import ToolError
from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.engines import second_engines
from tests.fakes import ChangedEngine

REAL = "/var/run/docker.sock"
WORK = """
set -e
grep -q '^CapBnd:.0000000000000000$' /proc/self/status
grep -q '^Seccomp:.2$' /proc/self/status
grep -q '^NoNewPrivs:.1$' /proc/self/status
curl -s -m 20 -o /dev/null -w '%{http_code}' http://not-allowed.example/ > gate.txt
python3 -m http.server 80 >/dev/null 2>&1 &
curl -s -o /dev/null --retry 100 --retry-connrefused --retry-delay 1 http://127.0.0.1/
mkdir deep; echo '#!/bin/sh' > deep/run.sh; chmod +x deep/run.sh
git add -A; git commit -qm work
echo later > note.txt
"""
"""The floor holds, the gate answers (403), a port below 1024 serves, files are made."""


@dataclass(frozen=True)
class Kind:
    """An engine of some kind, and whether it is the real one or a stub's words."""

    name: str
    engine: Callable[[], AbstractContextManager[str]]
    settings: str = ""
    refused: str = ""
    """Part of the sentence with which `new` refuses it; empty if it must work."""


@contextmanager
def changed(**answers: object) -> Iterator[str]:
    """A stub: the real engine's deeds, and other answers."""
    with tempfile.TemporaryDirectory() as folder:
        engine = ChangedEngine(Path(folder) / "s", REAL)
        engine.info = {k: v for k, v in answers.items() if k[0].isupper()}
        engine.host_config = dict(answers.get("host_config", {}))  # type: ignore[call-overload]
        engine.version = dict(answers.get("version", {}))  # type: ignore[call-overload]
        yield engine.url
        engine.close()


@contextmanager
def elsewhere(url: str) -> Iterator[str]:
    """An engine of another machine, which is never asked."""
    yield url


SELINUX = ["name=seccomp,profile=default", "name=selinux"]
NO_SWAP_LIMIT = {"SwapLimit": False, "host_config": {"MemorySwap": -1}}
ROOTLESS_1 = {
    "SecurityOptions": ["name=seccomp", "name=rootless"],
    **dict.fromkeys(("MemoryLimit", "SwapLimit", "PidsLimit", "CpuCfsQuota"), False),
}

KINDS = [
    Kind("rootful", second_engines.rootful),
    Kind("userns-remap", second_engines.remapped),
    Kind("Podman", second_engines.podman),
    # With cgroup 2 and its controllers a trial is made, which finds what else is wrong.
    Kind("rootless", second_engines.rootless, refused="cannot limit|weaker|worktree"),
    Kind("stub: SELinux", lambda: changed(SecurityOptions=SELINUX)),
    Kind("stub: a virtual machine", lambda: changed(Name="docker-desktop")),
    Kind("stub: no cgroup named", lambda: changed(CgroupVersion="")),
    Kind("stub: live restore", lambda: changed(LiveRestoreEnabled=True)),
    Kind(
        "stub: no swap accounting, accepted",
        lambda: changed(**NO_SWAP_LIMIT),
        settings="[sandbox]\nunlimited_swap = true\n",
    ),
    Kind(
        "stub: no swap accounting, with swap",
        lambda: changed(**NO_SWAP_LIMIT, Name="another"),
        refused="cannot limit swap",
    ),
    Kind(
        "stub: rootless, cgroup 1",
        lambda: changed(**ROOTLESS_1),
        refused="cannot limit",
    ),
    Kind(
        "stub: cgroup 2 without pids",
        lambda: changed(CgroupVersion="2", PidsLimit=False),
        refused="processes",
    ),
    Kind(
        "stub: no seccomp", lambda: changed(SecurityOptions=[]), refused="seccomp|none"
    ),
    Kind(
        "stub: old API", lambda: changed(version={"ApiVersion": "1.24"}), refused="1.24"
    ),
    Kind("stub: Windows", lambda: changed(OSType="windows"), refused="windows"),
    Kind("ssh", lambda: elsewhere("ssh://me@build.example"), refused="another machine"),
    Kind("tcp", lambda: elsewhere("tcp://10.1.2.3:2375"), refused="another machine"),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found = request.param
    assert isinstance(found, Kind)
    return found


@pytest.mark.long
def test_a_task_goes_its_way_or_is_refused_before_anything_is_made(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written, gate reached, snapshot, commits taken in, merged; or one sentence."""
    with ExitStack() as stack:
        url = stack.enter_context(kind.engine())
        monkeypatch.setenv("DOCKER_HOST", url)
        if url.startswith(("ssh", "tcp")):
            _require_refusal_of_doctor(kind)
            return
        harness = stack.enter_context(open_keeper_harness())
        harness.configure(kind.settings)
        harness.start_keeper()
        sample = new_sample_repository(tmp_path / "sample")
        if kind.refused:
            wish = harness.wish("new", repo=str(sample), prompt="p", command="true")
            print(f"{kind.name}: refused: {wish.message} → {wish.hint}")
            assert (wish.outcome, bool(wish.hint)) == ("refused", True)
            assert any(word in wish.message for word in kind.refused.split("|"))
            assert not (harness.paths.home / "worktrees").exists()
        else:
            _work(harness, sample)
            print(f"{kind.name}: works ({second_engines.described(url)})")


def _require_refusal_of_doctor(kind: Kind) -> None:
    """Nothing is sent there, so that nothing can hang."""
    with pytest.raises(ToolError, match=kind.refused) as refused:
        DockerContainers().facts()
    print(f"{kind.name}: refused: {refused.value.message} → {refused.value.hint}")


def _work(harness: KeeperHarness, sample: Path) -> None:
    task = harness.until_taken_in(harness.new_task(sample, WORK))
    assert (task.state, task.exit_code) == (State.STOPPED, 0), harness.journal_text()
    assert task.review.commits == 1
    denied = harness.queries.events.after(task=task.id)
    assert any(isinstance(known.event, events.NetDenied) for known in denied)
    harness.wish_done("merge", task=task.id, accepted="all")
    assert (sample / "gate.txt").read_text() == "403"
    assert (sample / "note.txt").read_text() == "later\n"
    assert (sample / "deep/run.sh").stat().st_mode & 0o111
    assert (sample / "note.txt").stat().st_uid == sample.stat().st_uid
    harness.wish_done("rm", task=task.id)
    assert harness.task_containers() == []
    status = ["git", "-C", str(sample), "status", "--porcelain"]
    assert subprocess.run(status, capture_output=True, check=True).stdout == b""
