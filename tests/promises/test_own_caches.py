"""What a user lends of their package caches stays theirs, and no key comes along.

The weak places: folders that are lent writable, and the whole folder of a tool.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters import cache_logins, package_caches
from swarm.plan import own_caches
from swarm.plan.own_caches import LentFolder
from swarm.plan.specs import Mount
from tests.engine.keeper_harness import new_sample_repository, open_keeper_harness

KEY = "c4nary-0f-a-t0ken"
BURGLAR = """
exec < /dev/null
for place in /own-caches/*/* ~/.npm/_cacache /proc/1/root/own-caches/*/*; do
  chmod -R a+rwX $place
  for file in $(find $place -type f); do
    echo bad > $file; truncate -s 0 $file; python3 -c "open('$file', 'w')"
    mv $file $file.bad; ln $file /workspace/hard && echo bad > /workspace/hard
  done
  echo bad > $place/planted; mkdir $place/folder; ln -s /etc/passwd $place/link
  rm -rf $place/*
done
umount /own-caches/maven; mount -o remount,rw /own-caches/maven
unshare -rm mount -o remount,bind,rw /own-caches/maven
cat /own-caches/*/.* /own-caches/*/* /own-caches/*/*/* /own-caches/*/../* > leaked
true
"""
LOOK = (
    "cat /own-caches/maven/org/a.jar ~/.npm/_cacache/tmp/b > seen; ls -R ~/.npm >> seen"
)


def _tree(place: Path) -> dict[str, str]:
    return {
        str(each.relative_to(place)): each.read_text() if each.is_file() else ""
        for each in sorted(place.rglob("*"))
    }


@pytest.mark.parametrize("weak", ["", "writable", "whole folders"])
def test_a_task_changes_no_cache_and_reads_no_key(
    tmp_path: Path, weak: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a lent cache is the same after any task, and holds packages alone.

    Why: who writes into `~/.m2/repository` runs in the user's next build; beside it are
    the passwords of their registries.
    """
    home = tmp_path / "home"
    texts = {
        ".m2/repository/org/a.jar": "good\n",
        ".m2/settings.xml": f"<password>{KEY}</password>\n",
        ".npm/_cacache/tmp/b": "good\n",
        ".npm/_logs/log": KEY,
    }
    for name, text in texts.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("npm_config_cache", raising=False)
    if weak:
        for each in (home, *home.rglob("*")):
            each.chmod(0o777)
    _weaken(weak, monkeypatch)
    before = _tree(home)
    sample = new_sample_repository(tmp_path / "sample")
    with open_keeper_harness() as harness:
        harness.configure('[sandbox]\ncaches = ["maven", "npm"]\n')
        harness.start_keeper()
        first = harness.until_taken_in(harness.new_task(sample, BURGLAR))
        after = _tree(home)
        second = harness.until_taken_in(harness.new_task(sample, LOOK))
        seen = (harness.paths.worktree(second.id) / "seen").read_text()
        leaked = (harness.paths.worktree(first.id) / "leaked").read_text()

    is_kept = after == before and seen.startswith("good\ngood\n") and "bad" not in seen
    if weak != "whole folders":
        assert is_kept is not bool(weak)
    assert (KEY in leaked) is (weak == "whole folders")


@pytest.mark.parametrize("is_weak", [False, True], ids=["as it is", "weakened"])
def test_a_cache_brings_no_login_that_its_tool_sent(
    tmp_path: Path, is_weak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a box reads no login in a cache that is lent.

    Why: npm and pip keep a request's `Authorization` where the answer varies by it, as
    answers of private registries do. The weak place: a cache that is not searched.
    """
    home = tmp_path / "home"
    note = home / ".npm/_cacache/index-v5/ca/15/8"
    note.parent.mkdir(parents=True)
    note.write_text(f'{{"reqHeaders":{{"authorization":"Bearer {KEY}"}}}}')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("npm_config_cache", raising=False)
    if is_weak:
        monkeypatch.setattr(cache_logins, "holds_login", lambda _path: False)
        for each in (home, *home.rglob("*")):
            each.chmod(0o777)
    sample = new_sample_repository(tmp_path / "sample")
    with open_keeper_harness() as harness:
        harness.configure('[sandbox]\ncaches = ["npm"]\n')
        harness.start_keeper()
        burglar = "grep -rh reqHeaders /own-caches ~/.npm > leaked; true"
        task = harness.until_taken_in(harness.new_task(sample, burglar))
        leaked = (harness.paths.worktree(task.id) / "leaked").read_text()

    assert (KEY in leaked) is is_weak


def _weaken(weak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = own_caches.mounts

    def writable(folders: Iterable[LentFolder]) -> tuple[Mount, ...]:
        return tuple(replace(each, read_only=False) for each in mounts(folders))

    def whole(folders: Iterable[LentFolder]) -> tuple[Mount, ...]:
        return tuple(
            replace(each, source=str(Path(each.source).parent))
            for each in mounts(folders)
        )

    if weak == "writable":
        monkeypatch.setattr(own_caches, "mounts", writable)
    elif weak:
        monkeypatch.setattr(own_caches, "mounts", whole)
        monkeypatch.setattr(package_caches, "still_stands", lambda _folder: True)
