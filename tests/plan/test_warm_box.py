"""Boxes that copy are under the floor, and reach what they copy alone."""

import subprocess
from pathlib import Path

import pytest

from swarm.plan import hardening, warm_box
from swarm.plan.specs import Mount, SandboxSpec
from tests.plan.test_setup_box import SANDBOX

MOUNTS = (Mount("bind", "/a", "/from", True), Mount("bind", "/b", "/to"))


@pytest.mark.parametrize(
    "box",
    [
        warm_box.copy_all(SANDBOX, "gate", MOUNTS),
        warm_box.copy_paths(SANDBOX, "gate", MOUNTS, ["a"]),
        warm_box.trial(SANDBOX, "gate", "volume"),
    ],
)
def test_a_box_that_copies(box: SandboxSpec) -> None:
    hardening.refuse(box)
    assert (box.network, box.user, box.image) == ("none", SANDBOX.user, "gate")
    assert "A" not in box.environment
    assert {mount.target for mount in box.mounts} <= {"/from", "/to"}


def run(script: str, source: Path, target: Path, *paths: str) -> None:
    text = script.replace("/from", str(source)).replace("/to", str(target))
    subprocess.run(["sh", "-c", text, "sh", *paths], check=True)


def test_paths_are_copied_with_links_as_links(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "a" / "b").mkdir(parents=True)
    target.mkdir()
    (source / "a" / "b" / "file").write_text("it")
    (source / "a" / "link").symlink_to("/etc")
    (source / "-rf it's").write_text("odd")
    (source / "left").write_text("left")

    run(warm_box._COPY_PATHS, source, target, "a/b", "a/link", "-rf it's")

    assert (target / "a" / "b" / "file").read_text() == "it"
    assert (target / "a" / "link").is_symlink()
    assert (target / "-rf it's").read_text() == "odd"
    assert not (target / "left").exists()


def test_all_is_copied_and_nothing_is_fine(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    run(warm_box._COPY_ALL, source, target)
    (source / ".hidden").write_text("it")

    run(warm_box._COPY_ALL, source, target)

    assert (target / ".hidden").read_text() == "it"


@pytest.mark.parametrize(
    ("path", "is_mountable"),
    [
        ("/home/you/.local/state/swarm", True),
        ("/home/a b", True),
        ("relative", False),
        ("/a:b", False),
        ("/a,b", False),
        ("/a\\b", False),
    ],
)
def test_a_path_in_the_options_of_a_mount(path: str, is_mountable: bool) -> None:
    assert warm_box.is_mountable(path) is is_mountable
