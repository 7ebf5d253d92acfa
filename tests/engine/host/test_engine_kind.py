"""An engine on which no sandbox works is refused by its kind, and with a way out."""

import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swarm.config import load
from swarm.config.schema import Config
from swarm.engine.host import engine_kind
from swarm.engine.host.engine_kind import Here
from swarm.engine.host.kernel import Kernel
from swarm.errors import ToolError
from swarm.ports import ContainerEngineFacts, Enforcement

PLAIN = ContainerEngineFacts(
    "28.0",
    False,
    "2",
    "overlay2",
    ("runc",),
    True,
    "unix:///var/run/docker.sock",
    host_name="box",
    api=(1, 48),
)
REMAPPED = replace(PLAIN, remapped=True, first_ids=(300000, 300000))
NO_SWAP_LIMIT = replace(PLAIN, enforces=Enforcement(swap=False))


def here(tmp_path: Path, swap: int = 0, uid: int = 1000) -> Here:
    (tmp_path / "meminfo").write_text(f"SwapTotal: {swap} kB\n")
    return Here("box", uid, uid, Kernel(tmp_path), container="")


def settings(**sandbox: Any) -> Config:
    config = load.load(load.DEFAULTS)
    changed = config.sandbox.model_copy(update=sandbox)
    return config.model_copy(update={"sandbox": changed})


def grades(facts: ContainerEngineFacts, at: Here, config: Config) -> dict[str, str]:
    return {check.name: check.grade for check in engine_kind.examine(facts, config, at)}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"seccomp": False}, "seccomp"),
        ({"system": "windows"}, "windows"),
        ({"api": (1, 24)}, "1.24"),
        ({"enforces": Enforcement(memory=False)}, "memory"),
        ({"enforces": Enforcement(pids=False)}, "processes"),
        ({"enforces": Enforcement(cpus=False)}, "processor"),
        (
            {
                "rootless": True,
                "cgroup": "1",
                "enforces": Enforcement(False, False, False, False),
            },
            "rootless",
        ),
    ],
)
def test_what_no_sandbox_can_do_without_is_refused_with_a_way_out(
    tmp_path: Path, changes: dict[str, Any], word: str
) -> None:
    facts = replace(PLAIN, **changes)

    with pytest.raises(ToolError) as refused:
        engine_kind.require(facts, settings(), here(tmp_path))

    assert word in f"{refused.value.message} {refused.value.hint}"
    assert refused.value.hint
    assert "fail" in grades(facts, here(tmp_path), settings()).values()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"api": (0, 0)},
        {"cgroup": "1"},
        {"rootless": True},
        {"selinux": True},
        {"product": "Podman"},
        {"bounded_logs": False},
        {"host_name": "docker-desktop"},
    ],
)
def test_what_works_is_not_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    engine_kind.require(replace(PLAIN, **changes), settings(), here(tmp_path))


@pytest.mark.parametrize(
    ("swap", "accepts", "grade"),
    [(0, False, "warn"), (1 << 20, False, "fail"), (1 << 20, True, "warn")],
)
def test_swap_without_a_limit_needs_a_word_of_the_user_if_there_is_any(
    tmp_path: Path, swap: int, accepts: bool, grade: str
) -> None:
    """The memory's limit holds all the same."""
    config, at = settings(unlimited_swap=accepts), here(tmp_path, swap)

    assert grades(NO_SWAP_LIMIT, at, config)["swap"] == grade
    assert engine_kind.swap_stays_unlimited(NO_SWAP_LIMIT, config, at) is (
        grade == "warn"
    )


@pytest.mark.parametrize(
    "changes", [{"host_name": "docker-desktop"}, {"kernel": "of-another-machine"}]
)
def test_another_machine_s_swap_is_not_known_from_here(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    elsewhere = replace(NO_SWAP_LIMIT, **changes)  # type: ignore[arg-type]

    assert grades(elsewhere, here(tmp_path), settings())["swap"] == "fail"


def test_podman_gives_no_sandbox_another_runtime_than_its_own(tmp_path: Path) -> None:
    """Its Docker API leaves the word out; the settings must not promise more."""
    podman, config = replace(PLAIN, product="Podman"), settings(runtime="runsc")

    with pytest.raises(ToolError, match="would leave runsc out") as refused:
        engine_kind.require(podman, config, here(tmp_path))

    assert "containers.conf" in refused.value.hint
    engine_kind.require(podman, settings(), here(tmp_path))
    engine_kind.require(PLAIN, config, here(tmp_path))


def test_an_engine_that_limits_swap_is_held_to_it_whatever_the_setting(
    tmp_path: Path,
) -> None:
    config = settings(unlimited_swap=True)

    assert not engine_kind.swap_stays_unlimited(PLAIN, config, here(tmp_path))


@pytest.mark.parametrize(
    ("facts", "uid", "grade"),
    [
        (REMAPPED, 0, "ok"),
        (REMAPPED, 1000, "warn"),
        (replace(REMAPPED, first_ids=None), 0, "warn"),
    ],
)
def test_a_remap_is_kept_where_a_worktree_can_be_given_away(
    tmp_path: Path, facts: ContainerEngineFacts, uid: int, grade: str
) -> None:
    at = here(tmp_path, uid=uid)

    assert grades(facts, at, settings())["remapped users"] == grade
    assert engine_kind.opts_out_of_remap(facts, uid) is (grade == "warn")


@pytest.mark.parametrize(
    ("changes", "plain"),
    [
        ({}, True),
        ({"product": "Podman"}, False),
        ({"rootless": True}, False),
        ({"remapped": True}, False),
        ({"selinux": True}, False),
        ({"host_name": "docker-desktop"}, False),
        ({"endpoint": "tcp://127.0.0.1:2375"}, False),
        ({"kernel": platform.release()}, True),
        ({"kernel": "6.1.0-of-a-virtual-machine"}, False),
        ({"root": "/var/snap/docker/common/var-lib-docker"}, False),
    ],
)
def test_all_but_the_usual_engine_are_tried(
    tmp_path: Path, changes: dict[str, Any], plain: bool
) -> None:
    assert engine_kind.is_plain(replace(PLAIN, **changes), here(tmp_path)) is plain


@pytest.mark.parametrize(
    ("runtime", "is_refused"),
    [
        ("runsc", True),
        ("kata-runtime", True),
        ("io.containerd.kata.v2", True),
        ("runc", False),
        ("io.containerd.runc.v2", False),
        ("crun", False),
        ("", False),
    ],
)
def test_a_default_runtime_with_a_kernel_for_each_container_is_refused(
    tmp_path: Path, runtime: str, is_refused: bool
) -> None:
    """Gate, nets and sensor would get it too, whatever sandboxes are set to."""
    for own in ("", "runc"):
        found = grades(
            replace(PLAIN, default_runtime=runtime),
            here(tmp_path),
            settings(runtime=own),
        )

        assert (found.get("default runtime") == "fail") is is_refused


@pytest.mark.parametrize(
    ("container", "sees", "is_plain"),
    [
        ("", False, True),
        ("", True, True),
        ("/.dockerenv", True, True),
        ("/.dockerenv", False, False),
        ("/run/.containerenv", False, False),
    ],
)
def test_an_engine_outside_of_our_container_is_tried(
    tmp_path: Path, container: str, sees: bool, is_plain: bool
) -> None:
    """With the host's name and kernel, it has other files at the same paths."""
    at = replace(here(tmp_path), container=container, release="")
    facts = replace(PLAIN, sees_our_files=sees)

    assert engine_kind.is_plain(facts, at) is is_plain
