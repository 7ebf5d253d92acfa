"""The home's opener is root over one folder, and over nothing else."""

from dataclasses import replace

from swarm.plan import sandbox_home
from swarm.plan.specs import AGENT_HOME
from tests.plan.builders import SPEC


def test_the_opener_has_one_power_and_one_folder() -> None:
    """No network, no other mount, no other capability."""
    remapped = replace(SPEC, userns="host")
    spec = sandbox_home.opener(remapped, "a-volume", "swarm/gate:1")

    assert spec.argv == ("chmod", "1777", AGENT_HOME)
    assert (spec.network, spec.cap_drop, spec.cap_add) == (
        "none",
        ("ALL",),
        ("FOWNER",),
    )
    assert [(m.source, m.target) for m in spec.mounts] == [("a-volume", AGENT_HOME)]
    assert (spec.read_only, spec.userns) == (True, "host")


def test_the_emptier_has_one_folder_and_no_network() -> None:
    spec = sandbox_home.emptier("tag", "/a/folder", "swarm/gate:1", "{}")

    assert (spec.network, spec.cap_drop) == ("none", ("ALL",))
    assert spec.cap_add == ("DAC_OVERRIDE", "FOWNER")
    assert [(m.source, m.target) for m in spec.mounts] == [("/a/folder", AGENT_HOME)]
    assert spec.read_only
