"""An allowed name leads to a public address, and nothing leads to a bare one."""

from pathlib import Path
from typing import Any

import pytest

from swarm.plan.naming import KIND_LABEL
from tests.promises.sandbox_probe import FORBIDDEN_ADDRESSES, SandboxProbe, gateway


@pytest.mark.parametrize("name", FORBIDDEN_ADDRESSES)
def test_an_allowed_name_may_not_lead_inside(sandbox: SandboxProbe, name: str) -> None:
    """Promise: a name that resolves to anything but a public address is refused.

    Why: rebinding turns an allowed domain into the host's own services, the local
    network, or the cloud's metadata.
    """
    sandbox.allow(sandbox.good(), sandbox.good(host=name))

    done = sandbox.run(f"say(tunnel('{name}:' + str(PORT))[1])")

    assert " 403 swarm-denied " in done.out, done.out


@pytest.mark.parametrize("host", ["WEB", "169.254.169.254", "10.0.0.1", "127.0.0.53"])
def test_a_bare_address_is_never_a_destination(
    sandbox: SandboxProbe, host: str
) -> None:
    """Promise: CONNECT to an address that no rule names is refused.

    Why: an address has no name to hold a certificate or a rule against.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run(f"say(tunnel('{host}'.replace('WEB', WEB) + f':{{PORT}}')[1])")

    assert " 403 " in done.out, done.out


@pytest.mark.against("bridged")
def test_services_of_the_host_are_out_of_reach(sandbox: SandboxProbe) -> None:
    """Promise: what listens on the bridge's gateway never hears of the sandbox.

    Why: an `internal` Docker network still leads there; a dev server, a database or
    the Docker API on 0.0.0.0 is then the agent's.
    """
    sandbox.run("""
        try:
            raw(b"GET /from-the-sandbox HTTP/1.0\\r\\n\\r\\n", (WEB, PORT))
        except OSError as error:
            say(error)
    """)

    assert not sandbox.web.got("/from-the-sandbox")


def test_bytes_to_a_bare_address_end_at_the_gate(sandbox: SandboxProbe) -> None:
    """Promise: a raw connection is answered by the gate, with a denial.

    Why: what ignores the proxy variables must not find another way.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run(
        "say(raw(b'GET /straight HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n', (WEB, PORT)))"
    )

    assert "HTTP/1.1 403" in done.out
    assert "raw-address" in done.out
    assert not sandbox.web.got("/straight")


@pytest.mark.against("bridged")
def test_the_gates_own_container_cannot_be_reached(sandbox: SandboxProbe) -> None:
    """Promise: from a sandbox there is no route to the gate's container.

    Why: its control, its neighbours and its keys are nobody's business. Leash's control
    port listens on 0.0.0.0 and asks nobody who they are.
    """
    names = sandbox.harness.parts.nets.gate.names
    address = sandbox.inspect(names.gate)["NetworkSettings"]["Networks"][names.gate][
        "IPAddress"
    ]

    done = sandbox.run(f"""
        wire = socket.socket()
        wire.settimeout(3)
        say("answer", wire.connect_ex(("{address}", 9)) == 111)
    """)

    assert "answer True" not in done.out, "the gate's kernel refused: it was reached"


@pytest.mark.against("bridged")
def test_there_is_no_interface_but_loopback(sandbox: SandboxProbe) -> None:
    """Promise: the sandbox's namespace has `lo` and nothing else.

    Why: what is not there needs no filter.
    """
    done = sandbox.run("say(sorted(name for _, name in socket.if_nameindex()))")

    assert done.out.strip() == "['lo']"


@pytest.mark.against("bridged")
def test_inspect_shows_no_network_at_a_glance(sandbox: SandboxProbe) -> None:
    """Promise: `docker inspect` shows `none` on the net, and no added capability.

    Why: a promise that one command proves is a promise.
    """
    box = sandbox.inspect()
    mode = box["HostConfig"]["NetworkMode"]
    assert mode.startswith("container:")
    net = sandbox.inspect(mode.removeprefix("container:"))
    assert net["HostConfig"]["NetworkMode"] == "none"
    assert list(net["NetworkSettings"]["Networks"]) == ["none"]
    for raw in (box, net):
        assert not raw["HostConfig"]["CapAdd"]
        assert raw["HostConfig"]["CapDrop"] == ["ALL"]


def test_no_running_container_holds_a_capability(real_sandbox: SandboxProbe) -> None:
    """Promise: what sets nets up is gone, and the sensor has given up what it needed.

    Why: a capability that nobody holds cannot be taken over.
    """
    sensor = f"/swarm-{real_sandbox.harness.paths.tag}-sensor"
    real_sandbox.harness.until(
        lambda: _privileged(real_sandbox) <= {sensor}, "the nets' set-up to end"
    )
    found = {one["Name"]: one for one in _running(real_sandbox)}

    assert "NET_ADMIN" not in found[sensor]["HostConfig"]["CapAdd"]
    held = {name: capabilities(one["State"]["Pid"]) for name, one in found.items()}
    assert set(held.values()) == {0}, held


def _running(sandbox: SandboxProbe) -> list[dict[str, Any]]:
    """All of ours; not the weakened one that other probes are tried on."""
    kit = sandbox.harness.context
    known = kit.containers.all(kit.home_labels)
    ours = [one for one in known if one.labels[KIND_LABEL] != "weakened"]
    return [sandbox.inspect(one.name) for one in ours if one.status == "running"]


def _privileged(sandbox: SandboxProbe) -> set[str]:
    return {one["Name"] for one in _running(sandbox) if one["HostConfig"]["CapAdd"]}


def capabilities(pid: int) -> int:
    """What the kernel says a process may do now, or could get."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = dict(line.split(":\t", 1) for line in status.splitlines())
    return int(found["CapEff"], 16) | int(found["CapPrm"], 16)


@pytest.mark.against("bridged")
@pytest.mark.parametrize(
    "where", ["('8.8.8.8', 443)", "('8.8.8.8', 123)", "(WEB, 53535)"]
)
def test_a_datagram_is_refused_at_once(sandbox: SandboxProbe, where: str) -> None:
    """Promise: UDP to anywhere but the gate's names fails with EPERM, not in silence.

    Why: QUIC and tunnels over UDP; and a clear refusal saves the agent a minute.
    """
    done = sandbox.run(f"""
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            wire.sendto(b"x", {where})
            say("sent")
        except OSError as error:
            say("errno", error.errno)
    """)

    assert "errno 1\n" in done.out, done.out


@pytest.mark.parametrize("kind", ["SOCK_RAW, socket.IPPROTO_ICMP", "SOCK_RAW, 255"])
def test_there_are_no_raw_sockets(real_sandbox: SandboxProbe, kind: str) -> None:
    """Promise: neither ICMP nor raw IP can be sent.

    Why: ping tunnels; seen to fail with the capability in test_seccomp.
    """
    done = real_sandbox.run(f"""
        try:
            socket.socket(socket.AF_INET, socket.{kind})
            say("opened")
        except OSError as error:
            say("errno", error.errno)
    """)

    assert "errno 1" in done.out


@pytest.mark.against("bridged")
def test_another_resolver_is_the_gates_own_in_disguise(sandbox: SandboxProbe) -> None:
    """Promise: a question to any resolver is answered by the gate, with a fake address.

    Why: nothing is resolved upstream before it is allowed, so names carry no data out.
    """
    done = sandbox.run("""
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        wire.settimeout(4)
        query = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0)
        query += b"\\1a\\4test\\0\\0\\1\\0\\1"
        try:
            wire.sendto(query, ("8.8.8.8", 53))
            say("answer", socket.inet_ntoa(wire.recv(512)[-4:]))
        except OSError as error:
            say(error)
    """)

    assert "answer 198.1" in done.out, done.out


@pytest.mark.against("bridged")
def test_a_gateway_that_the_host_has_is_none_here(sandbox: SandboxProbe) -> None:
    """Promise: the sandbox knows no route but to itself.

    Why: whoever has a default route has a network, whatever stands before it.
    """
    network = sandbox.harness.parts.nets.gate.names.gate
    done = sandbox.shell("cat /proc/net/route /proc/net/arp")

    assert done.out.count("\n") <= 2, (gateway(network), done.out)
