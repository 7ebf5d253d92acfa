"""A task reads the caches that its user lent; a set-up begins with its own copy."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.config import load
from swarm.engine.tasks import own_caches
from swarm.model import events
from swarm.plan import own_caches as planned
from swarm.plan.host_facts import HostFacts
from swarm.plan.naming import HomePaths
from swarm.plan.own_caches import LentFolder
from swarm.plan.specs import Plan
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.test_setup import agree
from tests.plan.builders import SPEC

CONFIG = '[sandbox]\ncaches = ["maven", "pip", "cargo"]\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    for folder in (".m2/repository/org", ".cache/pip/wheels"):
        (home / folder).mkdir(parents=True)
    (home / ".m2/repository/org/a.jar").write_text("jar\n")
    (home / ".m2/settings.xml").write_text("<password>\n")
    (home / ".cache/pip/wheels/b").write_text("wheel\n")
    monkeypatch.setenv("HOME", str(home))
    for name in ("PIP_CACHE_DIR", "XDG_CACHE_HOME", "CARGO_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home


def test_what_is_lent_is_told_with_its_size(home: Path, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    config = load.load(tmp_path / "config.toml")
    host = HostFacts(HomePaths(tmp_path / "swarm"), "base", "{}", 0, 0)

    folders, notes = own_caches.lent(config, host)

    assert [each.name for each in folders] == ["maven", "pip/wheels"]
    assert notes[0].startswith("your cache of maven is lent read-only: ")
    assert notes[2] == "your cache of cargo is not lent: it is not there"
    assert own_caches.lent(config, replace(host, selinux=True))[0] == ()


def test_several_agents_of_a_wish_have_each_cache_measured_once(
    home: Path, tmp_path: Path
) -> None:
    """What came in between would be told of one agent's task and not of another's."""
    (tmp_path / "config.toml").write_text(CONFIG)
    config = load.load(tmp_path / "config.toml")
    host = HostFacts(HomePaths(tmp_path / "swarm"), "base", "{}", 0, 0)
    measure = own_caches.measured_once()
    first = own_caches.lent(config, host, measure)
    (home / ".m2/repository/org/b.jar").write_text("jar\n" * 1000)

    assert own_caches.lent(config, host, measure) == first
    assert own_caches.lent(config, host) != first


def test_one_that_is_gone_is_not_mounted(tmp_path: Path) -> None:
    """The engine would make an empty one of root's there; or follow a new link."""
    there, gone, link = (tmp_path / name for name in ("there", "gone", "link"))
    there.mkdir()
    link.symlink_to("/etc")
    folders = [LentFolder("npm", each.name, str(each)) for each in (there, gone, link)]
    plan = Plan(replace(SPEC, mounts=planned.mounts(folders)), "/w")
    (tmp_path / "home").mkdir()
    with fake_context(HomePaths(tmp_path / "home")) as context:
        task = context.journal.queue(lambda _id: queued())

        left = own_caches.still_there(context, task, plan)

        assert [mount.source for mount in left.sandbox.mounts] == [str(there)]
        told = context.read().events.last(events.Trouble, task.id)
        assert told is not None
        assert f"{gone}, {link}" in told.reason
        assert own_caches.still_there(context, task, left) is left


def test_a_box_reads_them_and_a_home_has_a_copy(
    harness: KeeperHarness, sample: Path, home: Path
) -> None:
    harness.configure(CONFIG)
    agree(
        harness, sample, "cat ~/.cache/pip/wheels/b > seen; echo more > ~/.cache/pip/x"
    )
    harness.start_keeper()
    look = (
        "cat /own-caches/maven/org/a.jar ~/.cache/pip/x >> seen; "
        "echo $MAVEN_ARGS | grep -o tail= >> seen; echo new > ~/.cache/pip/wheels/new; "
        "find / -xdev -name settings.xml 2>/dev/null >> seen; ls /own-caches >> seen; "
        "ls ~/.m2 >> seen"
    )

    task = harness.until_taken_in(harness.new_task(sample, look))

    seen = (harness.paths.worktree(task.id) / "seen").read_text().split()
    assert seen == ["wheel", "jar", "more", "tail=", "maven", "pip"]
    assert sorted(each.name for each in (home / ".cache/pip").rglob("*")) == [
        *("b", "wheels"),
    ]
