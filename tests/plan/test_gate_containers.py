"""Of the gate's containers one alone has a network, and one alone a capability."""

from dataclasses import replace

from swarm.plan.gate_containers import GateNames, gate, net, netsetup

NAMES = GateNames("0123abcd")
GATE = gate(NAMES, "swarm/gate:1", {"db": "10.0.0.1"})
NET = net(NAMES, "7", "swarm/gate:1")
SETUP = netsetup(NAMES, "7", "swarm/gate:1", "nonce")


def test_only_the_gate_has_a_network() -> None:
    assert GATE.network == NAMES.gate
    assert NET.network == "none"
    assert SETUP.network == f"container:{NET.name}"


def test_only_the_setup_of_a_net_has_capabilities() -> None:
    assert (GATE.cap_add, NET.cap_add) == ((), ())
    assert "NET_ADMIN" in SETUP.cap_add


def test_a_net_has_ipv6_on_its_loopback_alone_if_at_all() -> None:
    key = "net.ipv6.conf.lo.disable_ipv6"

    assert NET.sysctls[key] == "0"
    assert key not in net(NAMES, "7", "swarm/gate:1", has_ipv6=False).sysctls
    assert (GATE.sysctls, SETUP.sysctls) == ({}, {})


def test_the_key_of_the_authority_is_mounted_in_the_gate_alone() -> None:
    holders = [
        spec.name
        for spec in (GATE, NET, SETUP)
        if any(mount.source == NAMES.keys for mount in spec.mounts)
    ]

    assert holders == [GATE.name]


def test_a_net_is_found_by_its_containers_name() -> None:
    assert NAMES.name_of(NET.name) == "7"
    assert NAMES.name_of(GATE.name) == ""
    assert replace(NAMES, tag="other").name_of(NET.name) == ""


def test_the_gate_knows_this_machine_by_name() -> None:
    """On Linux no resolver does; a name of the config's own comes first."""
    own = {"host.docker.internal": "10.0.0.2"}

    assert GATE.hosts["host.docker.internal"] == "host-gateway"
    assert gate(NAMES, "swarm/gate:1", own).hosts == own


def test_a_gate_with_other_hosts_bears_another_label() -> None:
    """The client replaces a gate whose label differs from the config's."""
    labels = gate(NAMES, "swarm/gate:1", {"db": "10.0.0.2"}).labels

    assert labels["swarm.gate.hosts"] != GATE.labels["swarm.gate.hosts"]


def test_the_gate_has_a_name_for_this_machine() -> None:
    """A proxy or service of the user's may run beside the container engine."""
    assert GATE.hosts["host.docker.internal"] == "host-gateway"


def test_the_user_may_say_what_that_name_means() -> None:
    """As for every name."""
    other = gate(NAMES, "image", {"host.docker.internal": "10.0.0.1"})

    assert other.hosts["host.docker.internal"] == "10.0.0.1"
