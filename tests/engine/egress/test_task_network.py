"""What a sandbox trusts, and what it asked while no keeper watched."""

from pathlib import Path

import pytest

from swarm.engine.egress.task_network import certificate_files
from swarm.engine.gate.client import GateInfo
from swarm.gate.certificates import authority
from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.keeper_process import keeper_process, kill


def test_a_sandbox_trusts_the_authorities_of_the_policy(tmp_path: Path) -> None:
    """A mirror's own, or that of a proxy which signs TLS anew; in every format."""
    texts = []
    for name in ("roots", "gate", "corp"):
        folder = tmp_path / name
        folder.mkdir()
        texts.append(authority(folder).strip())
    roots, gate, corp = texts
    info = GateInfo(run="1", nets=(), ca=gate, roots=roots)

    without, found = certificate_files(info, ()), certificate_files(info, (corp,))

    assert found["ca.pem"].decode().split("\n\n") == [f"{gate}\n{corp}\n"]
    assert found["bundle.pem"].decode() == f"{roots}\n{gate}\n{corp}\n"
    assert corp not in without["bundle.pem"].decode() + without["ca.pem"].decode()
    assert len(found["trust.jks"]) > len(without["trust.jks"])


ASKED = """
until [ -e go ]; do sleep 0.1; done
curl -s -m 20 -o /dev/null http://asked-unwatched.example/
"""


@pytest.mark.parametrize("gate", ["lives", "has ended"])
def test_what_a_task_asked_before_its_unwatched_end_is_recorded(
    harness: KeeperHarness, sample: Path, gate: str
) -> None:
    """No keeper read the gate's lines, and the task's net is gone with its end."""
    with keeper_process(harness) as keeper:
        task = harness.new_task(sample, ASKED)
        harness.until_state(task, State.LIVE)
        kill(keeper)
    box = harness.context.names(task).sandbox
    (harness.paths.worktree(task) / "go").touch()
    harness.until(lambda: _status(harness, box) == "exited", "the end of the box")
    name = harness.parts.nets.gate.names.gate
    if gate == "has ended":
        harness.context.containers.kill(name)
        harness.until(lambda: _status(harness, name) == "exited", "the gate's end")

    with keeper_process(harness):
        harness.until_state(task, State.STOPPED)
        harness.until(lambda: bool(harness.queries.events.denials(task)), "the denial")

    denied = [r.event for r in harness.queries.events.denials(task)]
    assert [(e.host, e.count) for e in denied if isinstance(e, events.NetDenied)] == [
        ("asked-unwatched.example", 1)
    ]
    gaps = [r.event for r in harness.queries.events.after(task=task)]
    assert not [event for event in gaps if isinstance(event, events.NetGap)]


def _status(harness: KeeperHarness, name: str) -> str:
    facts = harness.context.containers.inspect(name)
    return facts.status if facts else ""
