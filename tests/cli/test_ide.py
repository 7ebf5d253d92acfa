"""`swarm ide` against a stand-in for `code`, which writes down what it was given."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swarm.cli import exit_codes
from swarm.engine.readers import files_copy
from swarm.model import events
from swarm.plan import editor
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended, queued

Swarm = Callable[..., tuple[int, str, str]]

STAND_IN = """\
import json, os, pathlib, sys
words = sys.argv[1:]
if "--list-extensions" in words:
    print({extensions!r})
    sys.exit()
data = pathlib.Path(words[words.index("--user-data-dir") + 1])
settings = json.loads((data / "User" / "settings.json").read_text())
gnupg = [str(p) for p in pathlib.Path(os.environ["GNUPGHOME"]).iterdir()]
seen = dict(argv=words, env=dict(os.environ), settings=settings, gnupg=gnupg)
pathlib.Path({seen!r}).write_text(json.dumps(seen))
"""
SECRETS = {
    "SSH_AUTH_SOCK": "/run/burglar/ssh-agent",
    "SSH_AGENT_PID": "burglar-pid",
    "GPG_AGENT_INFO": "/run/burglar/gpg-agent",
    "GPG_TTY": "/dev/burglar",
    "GNUPGHOME": "/home/burglar/.gnupg",
    "GIT_ASKPASS": "/usr/bin/burglar-ask",
    "SSH_ASKPASS": "/usr/bin/burglar-ask",
    "GIT_CONFIG_GLOBAL": "/home/burglar/.gitconfig",
    "VSCODE_IPC_HOOK_CLI": "/run/burglar/vscode.sock",
    "VSCODE_GIT_IPC_HANDLE": "/run/burglar/git.sock",
    "VSCODE_GIT_ASKPASS_NODE": "/usr/bin/burglar-node",
    "REMOTE_CONTAINERS_IPC": "/run/burglar/containers.sock",
    "GITHUB_TOKEN": "burglar-token",
    "ANTHROPIC_API_KEY": "burglar-key",
}


class Code:
    """The stand-in, on a PATH of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = folder / "seen.json"

    def install(self, name: str = "code", extensions: str = editor.EXTENSION) -> None:
        text = STAND_IN.format(extensions=extensions, seen=str(self._seen))
        file = self.folder / name
        file.write_text(f"#!{sys.executable}\n{text}")
        file.chmod(0o755)

    @property
    def seen(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._seen.read_text())
        return found


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Code:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("VISUAL", raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Code(folder)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the copy; how it is made has tests of its own."""
    place = tmp_path / "copy"
    place.mkdir()

    def read_only(_paths: HomePaths, _task: object, tree: str) -> Path:
        assert tree == "1" * 40
        return place

    monkeypatch.setattr(files_copy, "read_only", read_only)
    return place


def live(journal: Journal) -> None:
    task = journal.queue(lambda _id: queued())
    live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
    journal.record(task.id, *live)


def test_an_editor_is_attached_to_the_box_and_told_of_in_two_sentences(
    swarm: Swarm, journal: Journal, code: Code
) -> None:
    code.install()
    live(journal)

    status, _, said = swarm("ide", "1")

    assert status == exit_codes.DONE
    argv = code.seen["argv"]
    assert argv[2] == "--new-window"
    assert argv[3] == "--folder-uri"
    assert argv[4].startswith("vscode-remote://attached-container+")
    assert argv[4].endswith("/workspace")
    assert said.splitlines() == list(editor.WORDS)


def test_nothing_that_opens_a_lock_reaches_the_editor(
    swarm: Swarm, journal: Journal, code: Code
) -> None:
    """Promise: no agent's socket, port or git credential is named in what it gets.

    Why: the editor's extension forwards what it finds into the box, by itself.
    """
    code.install()
    live(journal)
    swarm("ide", "1")

    seen = code.seen
    assert "burglar" not in json.dumps(seen)
    names = {name for name in seen["env"] if not name.startswith("LC_")}
    allowed = {*editor._VARIABLES, "GNUPGHOME"}
    assert names <= allowed
    assert seen["gnupg"] == []
    assert seen["settings"]["remote.autoForwardPorts"] is False
    assert seen["settings"]["dev.containers.copyGitConfig"] is False


@pytest.mark.parametrize(
    ("installed", "words", "reason"),
    [
        ("", ("ide", "1"), "`code`) is not on PATH"),
        ("code", ("ide", "1"), "has no extension ms-vscode-remote"),
        ("idea", ("ide", "1", "--editor", "idea"), "idea attaches by SSH"),
    ],
)
def test_where_none_can_be_attached_a_copy_is_opened_and_the_reason_told(
    swarm: Swarm,
    keeper: FakeKeeper,
    journal: Journal,
    code: Code,
    copied: Path,
    installed: str,
    words: tuple[str, ...],
    reason: str,
) -> None:
    keeper.decide = lambda _wish: {"tree": "1" * 40}
    if installed == "idea":
        file = code.folder / "idea"
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
    elif installed:
        code.install(installed, extensions="")
    live(journal)

    status, out, said = swarm(*words)

    assert (status, out) == (exit_codes.DONE, f"{copied}\n")
    assert reason in said
    assert "a read-only copy is opened" in said
    if installed == "code":
        assert code.seen["argv"][2:] == ["--new-window", str(copied)]


def test_an_ended_task_is_shown_as_its_copy(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, code: Code, copied: Path
) -> None:
    keeper.decide = lambda _wish: {"tree": "1" * 40}
    code.install()
    ended(journal)

    _, out, said = swarm("ide", "1")

    assert out == f"{copied}\n"
    assert "task 1 is stopped, and no box of it runs" in said
    assert "burglar" not in json.dumps(code.seen)
