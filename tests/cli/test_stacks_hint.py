"""What `swarm new` says of a checkout that asks for more than the image has."""

import json
import os
from pathlib import Path

import pytest

from swarm.cli import stacks_hint
from swarm.model.wishes import NewTasks

FEATURE = "ghcr.io/devcontainers/features/"


@pytest.mark.parametrize(
    ("stacks", "setting", "is_told"),
    [
        (None, "[]", True),
        ((), "[]", False),
        (("c",), "[]", False),
        (None, '["c"]', False),
    ],
)
def test_a_project_without_its_stack_is_told(
    stacks: tuple[str, ...] | None,
    setting: str,
    is_told: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Once, in a sentence that has the option; not to somebody who chose."""
    (tmp_path / "package.json").touch()
    config = tmp_path / "config.toml"
    config.write_text(f"[sandbox]\nstacks = {setting}\n")
    monkeypatch.setenv("SWARM_CONFIG", str(config))

    stacks_hint.note(tmp_path, NewTasks("", stacks=stacks))

    said = capsys.readouterr().err
    assert ("package.json" in said and "--stack node" in said) is is_told


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    (sentence,) = stacks_hint.sentences(tmp_path / "gone")

    assert "cannot be read" in sentence


def _devcontainer(folder: Path, body: str) -> None:
    (folder / ".devcontainer").mkdir()
    (folder / ".devcontainer" / "devcontainer.json").write_text(body)


def test_a_devcontainer_s_stacks_are_offered_and_the_rest_is_named(
    tmp_path: Path,
) -> None:
    """With its own file as the reason, beside what files of the project tell of."""
    (tmp_path / "pyproject.toml").touch()
    features: dict[str, object] = {f"{FEATURE}node:1": {}, f"{FEATURE}github-cli:1": {}}
    body = {"features": features, "runArgs": ["--privileged"], "mounts": ["a"]}
    _devcontainer(tmp_path, "// ours\n" + json.dumps(body))

    offer, left_out = stacks_hint.sentences(tmp_path)

    assert "--stack python,node --package gh`" in offer
    assert "(.devcontainer/devcontainer.json)" in offer
    assert "runArgs" in left_out
    assert "mounts" in left_out


def test_many_left_out_keys_are_counted(tmp_path: Path) -> None:
    _devcontainer(tmp_path, json.dumps({f"odd{n}": 1 for n in range(9)}))

    (sentence,) = stacks_hint.sentences(tmp_path)

    assert "and 4 more" in sentence


@pytest.mark.parametrize("body", ["{", '"text"', "[]", "{" * 4000, '{"image": 7}'])
def test_one_that_is_broken_hides_no_stack(body: str, tmp_path: Path) -> None:
    """What the project's other files tell of is offered, and the file is named."""
    (tmp_path / "go.mod").touch()
    _devcontainer(tmp_path, body)

    offer, problem = stacks_hint.sentences(tmp_path)

    assert "--stack go" in offer
    assert "devcontainer.json" in problem


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".devcontainer.json")

    (sentence,) = stacks_hint.sentences(tmp_path)

    assert "cannot be read: it is no regular file" in sentence


def test_its_words_cannot_reach_the_terminal(tmp_path: Path) -> None:
    _devcontainer(tmp_path, json.dumps({"odd\x1b]0;x\x07": 1}))

    assert "\x1b" not in " ".join(stacks_hint.sentences(tmp_path))


def test_a_project_that_names_its_stacks_itself_is_told_nothing(tmp_path: Path) -> None:
    """Its `swarm.toml` may bring them; that none is in the image would be untrue."""
    (tmp_path / "go.mod").touch()
    assert stacks_hint.sentences(tmp_path)

    (tmp_path / "swarm.toml").write_text('stacks = ["go"]')

    assert stacks_hint.sentences(tmp_path) == []
