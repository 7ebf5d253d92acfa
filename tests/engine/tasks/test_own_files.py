"""A new task's home has its user's dotfiles, and a shell in it their `shell.d`."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.config import load
from swarm.config.own_files import OwnFiles
from swarm.engine.tasks import own_files
from swarm.model import events
from swarm.model.task import State
from tests.adapters.tmux.terminal import attached
from tests.engine.keeper_harness import KeeperHarness


def test_what_was_left_out_is_told_harmlessly() -> None:
    own = OwnFiles(left_out=("~/.a\x1b:1",), absent=("there is no ~/.b\n",))

    told = own_files.notes(own)

    assert [each.isprintable() for each in told] == [True, True]
    assert "left out as secrets: ~/.a" in told[1]
    assert not own_files.notes(OwnFiles())


def test_an_agents_own_settings_are_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "config.toml"
    monkeypatch.setenv("SWARM_CONFIG", str(file))
    file.write_text('[sandbox]\ndotfiles = [".theirs", ".vimrc"]\n')
    (tmp_path / ".theirs").mkdir()
    for name in (".theirs/skills", ".vimrc"):
        (tmp_path / name).write_text("x")
    vibe = registry.find("vibe")
    agent = replace(vibe, places=replace(vibe.places, skills="~/.theirs/skills"))

    own = own_files.for_task(load.load(file), agent)

    assert [*own.dotfiles] == [".vimrc"]
    assert "~/.theirs/skills is the agent's own" in own_files.notes(own)[0]


def test_a_task_has_them_from_its_start(
    harness: KeeperHarness,
    sample: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Read-only, without secrets, in the agent's program and in a shell beside it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    harness.configure('[sandbox]\ndotfiles = ["~/.inputrc", ".absent"]\n')
    shell = harness.paths.home / "shell.d"
    shell.mkdir()
    (shell / "mine.sh").write_text("greet() { echo hi-$1; }\nexport A_TOKEN=abc\n")
    (tmp_path / ".inputrc").write_text("set bell-style none\n")
    harness.start_keeper()
    task = harness.new_task(
        sample,
        "cat ~/.inputrc > seen; echo x >> ~/.inputrc; ls ~/.absent; "
        "cat ~/.inputrc >> seen; bash -ic 'greet bash; echo $A_TOKEN' >> seen; "
        "sleep 600",
    )
    harness.until_state(task, State.LIVE)
    seen = harness.paths.worktree(task) / "seen"
    harness.until(lambda: "LEFT-OUT" in _text(seen), "the program has looked")

    assert _text(seen).split("\n")[:-1] == [
        *(["set bell-style none"] * 2),
        *("hi-bash", "LEFT-OUT-BY-SWARM"),
    ]
    pane = harness.wish_done("shell", task=task)["pane"]
    with attached(harness.context.panes.attach_argv(pane)) as terminal:
        terminal.press(b"greet $((40+2))\r")
        terminal.until_shown(b"hi-42")
    told = [
        r.event.reason
        for r in harness.queries.events.after(task=task)
        if isinstance(r.event, events.Trouble) and r.event.where == "dotfiles"
    ]
    assert told[0] == "there is no ~/.absent"
    assert told[1].startswith("left out as secrets: shell.d/mine.sh:2;")
    assert (tmp_path / ".inputrc").read_text() == "set bell-style none\n"


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""
