"""The words of `swarm new` are read the same by it and by its preview."""

from argparse import Namespace

import pytest

from swarm.cli.new_words import flat, names, way


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
