"""The sensor's container gets the least capabilities that its engine can give."""

import pytest

from swarm.plan.sensor_container import SensorNames, sensor


@pytest.mark.parametrize(
    ("engine", "capabilities"),
    [
        ("20.10.24", ("SYS_ADMIN",)),
        ("23.0.0", ("BPF", "PERFMON")),
        ("29.1", ("BPF", "PERFMON")),
        ("unknown", ("SYS_ADMIN",)),
    ],
)
def test_capabilities_follow_the_engines_version(
    engine: str, capabilities: tuple[str, ...]
) -> None:
    spec = sensor(SensorNames("0"), "swarm/sensor:1", "/h/sensor", engine)

    assert spec.cap_add == capabilities


def test_it_sees_no_network_and_one_folder_of_the_host() -> None:
    spec = sensor(SensorNames("0"), "swarm/sensor:1", "/h/sensor", "29.1")

    assert spec.network == "none"
    assert [mount.source for mount in spec.mounts] == ["/h/sensor"]
