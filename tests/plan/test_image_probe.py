"""The probe is a sandbox in all but its work."""

from swarm.plan import hardening, image_probe
from swarm.plan.image_probe import ImageTraits, ProbeRequest
from swarm.plan.specs import AGENT_HOME, WORKSPACE

REQUEST = ProbeRequest(
    "an/image:1", "70001:70001", "bash", "/h/probe", "{}", userns="host"
)


def test_a_probe_keeps_the_floor_and_holds_nothing_of_a_task() -> None:
    """Every file and folder behind its mounts is an empty one, and read-only."""
    spec = image_probe.probe(REQUEST, "probe", {"swarm.home": "0"}, "sh")

    hardening.refuse(spec)
    binds = [mount for mount in spec.mounts if mount.kind == "bind"]
    assert {mount.source for mount in binds} == {"/h/probe/empty", "/h/probe/file"}
    assert all(mount.read_only for mount in binds)
    assert spec.userns == "host", "as the sandbox itself"
    assert {WORKSPACE, AGENT_HOME, "/etc/passwd"} <= set(image_probe.targets())


def test_an_answer_is_read_by_our_words_alone() -> None:
    """The first bash in our order, else what the probe began with."""
    loud = b"\x1b[31m\xff shell /bin/bash \nshell /evil\nshell /bin/bash\nhome\n"

    assert image_probe.traits(loud, "sh") == ImageTraits(
        "/bin/bash", False, False, True
    )
    assert image_probe.traits(b"", "/bin/sh").shell == "/bin/sh"


def test_a_volume_of_the_image_is_placed_as_the_engine_places_it() -> None:
    volumes = [
        "/workspace",
        "/workspace/x/",
        "//workspace/y",
        "/a/../gitdir/z",
        "/data",
    ]
    homes = ["/home/agent", "/home/agent/.m2/", "/home/agents/x"]

    assert image_probe.hiding_volumes(volumes) == volumes[1:4]
    assert image_probe.home_volumes(homes) == ["/home/agent/.m2"]
