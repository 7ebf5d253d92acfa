"""inotify on real directories: complete where it can be, honest where it cannot."""

import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters import inotify
from swarm.adapters.inotify import Tree

Events = list[dict[str, Any]]


class Eye:
    """A tree that is watched in a thread, until a test asks what was seen."""

    def __init__(self, root: Path) -> None:
        self.tree = Tree(root)
        self.events: Events = []
        self._grew = threading.Condition()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        for batch in self.tree.events():
            with self._grew:
                self.events += batch
                self._grew.notify_all()

    def wait_for(self, op: str, path: str) -> None:
        """Block until that was seen."""
        with self._grew:
            assert self._grew.wait_for(lambda: path in paths(self.events, op), 30)

    def closed(self) -> Events:
        self.tree.close()
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.events


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "tree"
    made.mkdir()
    return made


def shell(root: Path, script: str) -> None:
    subprocess.run(["bash", "-c", script], cwd=root, check=True)


def paths(events: Events, *ops: str) -> list[str]:
    return [event["path"] for event in events if event["op"] in ops]


def test_what_is_done_is_told(root: Path) -> None:
    (root / "old").write_text("old")
    eye = Eye(root)

    shell(
        root, "echo hi > a; mv a b; chmod +x b; rm old; mkdir d; ln -s /etc l; rmdir d"
    )
    events = eye.closed()

    done = [(event["op"], event["path"]) for event in events]
    for expected in (
        ("create", "a"),
        ("write", "a"),
        ("rename", "b"),
        ("chmod", "b"),
        ("unlink", "old"),
        ("mkdir", "d"),
        ("symlink", "l"),
        ("rmdir", "d"),
    ):
        assert expected in done
    assert next(event for event in events if event["op"] == "rename")["from"] == "a"
    assert next(event for event in events if event["op"] == "symlink")["from"] == "/etc"


def test_a_tree_that_grows_faster_than_it_is_watched_is_found_whole(root: Path) -> None:
    eye = Eye(root)

    shell(
        root,
        "for i in {1..40}; do mkdir -p a/$i/b/c; for j in {1..25}; do "
        "echo x > a/$i/b/c/$j; done; done",
    )
    events = eye.closed()

    told = {p for p in paths(events, "create", "found", "write") if p.count("/") == 4}
    assert len(told) == 1000


def test_a_directory_that_moves_keeps_its_watch_under_its_new_name(root: Path) -> None:
    """Each step waits for the one before, for what came and went unseen is unknown."""
    eye = Eye(root)

    shell(root, "mkdir -p a/b")
    eye.wait_for("mkdir", "a/b")
    shell(root, "mv a z; echo x > z/b/late")
    eye.wait_for("write", "z/b/late")
    shell(root, "mv z/b ../out")
    eye.wait_for("rmdir", "z/b")
    shell(root, "echo y > ../out/n")
    events = eye.closed()

    assert "z/b/late" in paths(events, "create")
    assert not any(path.endswith("n") for path in paths(events, "create", "write"))


def test_a_directory_that_moves_before_it_is_watched_is_found(root: Path) -> None:
    """Nobody reads the queue before all is done: no path in it is there any more."""
    tree = Tree(root)
    shell(root, "mkdir -p a/b; mv a z; echo x > z/b/late")
    tree.close()

    events = [event for batch in tree.events() for event in batch]

    assert "z/b/late" in paths(events, "create", "found")


def test_a_directory_below_one_that_moves_is_watched_too(root: Path) -> None:
    """Only the upper one had a watch when both moved."""
    (root / "a").mkdir()
    tree = Tree(root)
    shell(root, "mkdir -p a/b/c; mv a z; echo x > z/b/c/late")
    tree.close()

    events = [event for batch in tree.events() for event in batch]

    assert "z/b/c/late" in paths(events, "create", "found")


def test_no_symlink_leads_a_watch_outside(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "before").symlink_to(outside)
    eye = Eye(root)

    shell(root, f"ln -s {outside} after; mkdir d; rmdir d; ln -s {outside} d")
    (outside / "canary").write_text("x")
    events = eye.closed()

    assert "canary" not in str(events)


def test_no_name_breaks_it(root: Path) -> None:
    eye = Eye(root)
    names = [b"new\nline", b"\xe9\xff", b"[red]x[red]", "\u202eevil".encode()]

    for name in names:
        with open(os.path.join(os.fsencode(root), name), "wb") as file:  # noqa: PTH118,PTH123
            file.write(b"x")
    events = eye.closed()

    assert {os.fsencode(path) for path in paths(events, "create")} == set(names)


def test_git_s_own_file_is_nobody_s(root: Path) -> None:
    (root / ".git").mkdir()
    eye = Eye(root)

    shell(root, "echo x > .git/index; mkdir sub; mkdir sub/.git; echo y > sub/.git/x")

    assert not any(".git/" in path for path in paths(eye.closed(), "create", "write"))


def test_an_overflow_is_told_and_what_is_new_is_found(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue is filled before anybody reads it, however long before."""
    monkeypatch.setattr("swarm.adapters.inotify.RESCAN_SLACK", 0.01)
    tree = Tree(root)
    count = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text()) + 4000
    for number in range(count):
        (root / str(number)).touch()
    tree.close()

    events = [event for batch in tree.events() for event in batch]

    assert [event["op"] for event in events].count("overflow") >= 1
    told = set(paths(events, "create", "write", "found"))
    assert told >= {str(number) for number in range(count)}


def test_a_system_without_inotify_is_an_error_that_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as macOS; tests/test_without_linux.py imports it there."""
    monkeypatch.setattr(inotify, "HAS_INOTIFY", False)

    with pytest.raises(OSError, match="this system has no inotify"):
        Tree(root)
