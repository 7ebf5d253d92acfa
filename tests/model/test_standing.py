"""Agents that can run come first, and nobody else changes places."""

from swarm.model.standing import Standing, in_order

GOOD = Standing("x", key="env:K")


def test_a_missing_key_or_image_is_a_problem_each() -> None:
    standing = Standing("a", key_problem="no key", image_problem="no image")

    assert standing.problems == ("no image", "no key")
    assert (standing.can_run, GOOD.can_run) == (False, True)


def test_those_that_can_run_come_first_and_keep_their_order() -> None:
    bad = Standing("y", key_problem="none")
    names = ("a", "b", "c", "d")

    assert in_order({"a": bad, "b": GOOD, "c": bad, "d": GOOD}, names) == (
        "b", "d", "a", "c",
    )  # fmt: skip
    assert in_order({}, names) == names


def test_those_that_never_run_here_come_last() -> None:
    """One that misses a key is a step away; a form shows the first few alone."""
    never, no_key = Standing("n", problem="data only"), Standing("k", key_problem="no")

    order = in_order({"a": never, "b": no_key, "c": GOOD}, ("a", "b", "c"))

    assert order == ("c", "b", "a")
