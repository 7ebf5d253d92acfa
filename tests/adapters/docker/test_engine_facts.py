"""What engines say of themselves, in the shapes that they say it in."""

from typing import Any

import pytest

from swarm.adapters.docker.engine_facts import engine_facts
from swarm.ports import ContainerEngineFacts

INFO: dict[str, Any] = {
    "ServerVersion": "28.0.1",
    "Driver": "overlay2",
    "CgroupVersion": "2",
    "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin"],
    "Runtimes": {"runc": {}},
    "Plugins": {"Log": ["json-file", "local"]},
    "DockerRootDir": "/var/lib/docker",
    "Architecture": "x86_64",
    "OSType": "linux",
    "Name": "box",
}


def facts(**changes: Any) -> ContainerEngineFacts:
    return engine_facts({**INFO, **changes}, {"ApiVersion": "1.48"}, "unix:///s")


def test_an_ordinary_engine_enforces_all_and_hides_nothing() -> None:
    plain = facts()

    assert (plain.seccomp, plain.remapped, plain.selinux) == (True, False, False)
    assert (plain.architecture, plain.api, plain.product) == (
        "amd64",
        (1, 48),
        "Docker",
    )
    assert plain.enforces.memory
    assert plain.enforces.swap


@pytest.mark.parametrize(
    ("options", "seccomp", "remapped", "selinux", "rootless"),
    [
        (["name=seccomp,profile=default", "name=userns"], True, True, False, False),
        (["name=selinux", "name=seccomp"], True, False, True, False),
        (["name=rootless", "name=cgroupns", "name=seccomp"], True, False, False, True),
        (["seccomp", "selinux"], True, False, True, False),
        (["name=no-new-privileges"], False, False, False, False),
        (["name=my-selinux-plugin", "name=userns-like"], False, False, False, False),
        ([], False, False, False, False),
        (None, False, False, False, False),
    ],
)
def test_a_security_option_counts_by_its_name(
    options: list[str] | None,
    seccomp: bool,
    remapped: bool,
    selinux: bool,
    rootless: bool,
) -> None:
    """Not as a part of another one's; engines before 1.13 leave `name=` out."""
    known = facts(SecurityOptions=options)

    assert (known.seccomp, known.remapped, known.selinux, known.rootless) == (
        seccomp,
        remapped,
        selinux,
        rootless,
    )


@pytest.mark.parametrize(
    ("root", "first"),
    [
        ("/var/lib/docker/100000.100000", (100000, 100000)),
        ("/var/lib/docker/231072.165536/", (231072, 165536)),
        ("/var/lib/docker", None),
        ("", None),
    ],
)
def test_the_first_ids_of_a_remap_are_read_from_the_engine_s_folder(
    root: str, first: tuple[int, int] | None
) -> None:
    options = {"SecurityOptions": ["name=userns"]}

    assert facts(DockerRootDir=root, **options).first_ids == first
    assert facts(DockerRootDir=root).first_ids is None


@pytest.mark.parametrize("version", ["", None, "1"])
def test_an_engine_that_names_no_cgroup_has_the_first(version: str | None) -> None:
    assert facts(CgroupVersion=version).cgroup == "1"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("MemoryLimit", "memory"),
        ("SwapLimit", "swap"),
        ("PidsLimit", "pids"),
        ("CpuCfsQuota", "cpus"),
        ("CPUCfsQuota", "cpus"),
    ],
)
def test_a_limit_that_is_missing_is_known(key: str, name: str) -> None:
    assert not getattr(facts(**{key: False}).enforces, name)


def test_an_engine_that_says_nothing_raises_nothing() -> None:
    """The floor reads each container back, so that nothing needs to be assumed."""
    bare = engine_facts({}, {}, "unix:///s")

    assert (bare.version, bare.storage, bare.seccomp) == ("unknown", "unknown", False)
    assert bare.api == (0, 0)
