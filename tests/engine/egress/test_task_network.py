"""A sandbox trusts the gate, and what the gate trusts where it does not look inside."""

from pathlib import Path

from swarm.engine.egress.task_network import certificate_files
from swarm.engine.gate.client import GateInfo
from swarm.gate.certificates import authority


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
