"""The words of `swarm new` are read the same by it and by its preview."""

from argparse import Namespace
from pathlib import Path

import pytest

from swarm.cli.new_words import flat, names, note_stacks, stacks_hint, way
from swarm.model.wishes import NewTasks


@pytest.mark.parametrize(
    ("typed", "agents"),
    [
        ([], ()),
        (["claude"], ("claude",)),
        (["a,b", "c"], ("a", "b", "c")),
        (["a, b", "a", ""], ("a", "b")),
    ],
)
def test_agents_are_named_once_or_in_one_word(
    typed: list[str], agents: tuple[str, ...]
) -> None:
    assert names(Namespace(agent=typed)) == agents


def test_a_wait_is_for_an_agent_that_ends() -> None:
    """One on its own screen stays there until somebody stops it."""
    assert way(Namespace(wait=True, headless=False)) == "headless"
    assert way(Namespace(wait=False, headless=True)) == "headless"
    assert way(Namespace(wait=False, headless=False)) == ""


def test_an_option_that_is_not_given_is_the_config_s() -> None:
    """An empty one is none at all."""
    assert flat(None) is None
    assert flat([()]) == ()
    assert flat([("a", "b"), ("a",)]) == ("a", "b")


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

    note_stacks(tmp_path, NewTasks("", stacks=stacks))

    said = capsys.readouterr().err
    assert ("package.json" in said and "--stack node" in said) is is_told


def test_a_folder_that_is_not_there_tells_of_nothing(tmp_path: Path) -> None:
    assert stacks_hint(tmp_path / "gone") == ""
