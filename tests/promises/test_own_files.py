"""What a user gives to each box's home stays theirs, whatever is done in a box.

The weak place: a box that has the user's own files in its home, and no copies.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.config.own_files import OwnFiles
from swarm.plan import own_files, sandbox_environment
from swarm.plan.specs import Mount
from tests.engine.keeper_harness import new_sample_repository, open_keeper_harness

PLACE = "/users-home"
BURGLAR = """
exec < /dev/null
for file in ~/.inputrc ~/.config/tool/rc /etc/swarm/dotfiles/.inputrc \
    /etc/swarm/shell.d/mine.sh /etc/swarm/shell.rc /proc/1/root/etc/swarm/shell.rc
do
  chmod u+w,a+w $file; chmod a+w $(dirname $file)
  echo bad >> $file; echo bad > $(readlink -f $file); truncate -s 0 $(readlink -f $file)
  cp /dev/null $file; dd if=/dev/zero of=$(readlink -f $file) count=1
  mv $(readlink -f $file) /tmp/away; rm -f $(readlink -f $file)
  ln -f $(readlink -f $file) /workspace/hard && echo bad >> /workspace/hard
  python3 -c 'import os, sys; os.truncate(sys.argv[1], 0)' $file
done
umount /etc/swarm; mount -o remount,rw /etc/swarm
unshare -rm mount -o remount,rw /etc/swarm
rm -rf ~/.inputrc ~/.config /etc/swarm/dotfiles; mkdir -p ~/.config/tool
echo bad > ~/.inputrc; echo bad > ~/.config/tool/rc; echo bad > ~/.bashrc
true
"""
LOOK = "cat ~/.inputrc ~/.config/tool/rc > seen; bash -ic mine >> seen"
GOOD = ["good", "good", "good"]


@pytest.mark.parametrize("is_weak", [False, True], ids=["as it is", "weakened"])
def test_a_task_changes_neither_the_users_files_nor_another_tasks(
    tmp_path: Path, is_weak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: dotfiles and `shell.d` are the same for each task, and for their user.

    Why: an agent that writes into `~/.bashrc.d` or `shell.d` would else run in the
    user's own shell, or in every later task's.
    """
    home = tmp_path / "home"
    (home / ".config/tool").mkdir(parents=True)
    files = [home / ".inputrc", home / ".config/tool/rc"]
    sample = new_sample_repository(tmp_path / "sample")
    monkeypatch.setenv("HOME", str(home))
    if is_weak:
        _give_the_files_themselves(home, monkeypatch)
    with open_keeper_harness() as harness:
        harness.configure('[sandbox]\ndotfiles = [".inputrc", ".config/tool"]\n')
        (harness.paths.home / "shell.d").mkdir()
        script = harness.paths.home / "shell.d" / "mine.sh"
        script.write_text("mine() { echo good; }\n")
        for file in files:
            file.write_text("good\n")
            file.chmod(0o666)
        for folder in (home, home / ".config", home / ".config/tool"):
            folder.chmod(0o777)
        harness.start_keeper()
        first = harness.until_taken_in(harness.new_task(sample, BURGLAR))
        second = harness.until_taken_in(harness.new_task(sample, LOOK))
        seen = (harness.paths.worktree(second.id) / "seen").read_text().split()
        kept = [file.read_text() for file in files if file.exists()]
        assert first.id != second.id
        assert script.read_text() == "mine() { echo good; }\n"

    assert (seen == GOOD and kept == ["good\n", "good\n"]) is not is_weak


def _give_the_files_themselves(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = sandbox_environment.mounts

    def with_home(folder: str) -> tuple[Mount, ...]:
        return (*mounts(folder), replace(mounts(folder)[0], source=str(home),
                                         target=PLACE, read_only=False))  # fmt: skip

    def links(own: OwnFiles) -> dict[str, str]:
        return {path: f"{PLACE}/{path}" for path in own.dotfiles}

    monkeypatch.setattr(sandbox_environment, "mounts", with_home)
    monkeypatch.setattr(own_files, "links", links)
