"""A build is offered with a guess of its minutes and gigabytes."""

import pytest

from swarm.engine.host import build_estimate, images
from swarm.engine.host.build_estimate import Estimate
from tests.fakes import FakeImages


def test_what_is_here_takes_nothing() -> None:
    engine = FakeImages((images.tag("agents/claude"),))

    assert build_estimate.estimate(engine, "agents/claude") == Estimate(0, 0)


def test_what_is_missing_below_is_counted_too() -> None:
    all_missing = build_estimate.estimate(FakeImages(), "agents/gemini")
    base = FakeImages((images.tag("base"),))
    node = FakeImages((images.tag("base"), images.tag("layers/node24")))

    with_base = build_estimate.estimate(base, "agents/gemini")
    with_node = build_estimate.estimate(node, "agents/gemini")
    assert all_missing.seconds > with_base.seconds > with_node.seconds > 0
    assert all_missing.megabytes > with_base.megabytes > with_node.megabytes > 0
    both = build_estimate.estimate(node, "agents/claude+gemini")
    assert both.megabytes > with_node.megabytes


@pytest.mark.parametrize("name", ["base", "layers/node24", "gate", "agents/vibe"])
def test_each_image_of_ours_has_an_estimate(name: str) -> None:
    assert build_estimate.estimate(FakeImages(), name).seconds >= 0


def test_it_reads_as_a_person_says_it() -> None:
    assert str(Estimate(20, 105)) == "about 1 min, 0.1 GB"
    assert str(Estimate(170, 1390)) == "about 3 min, 1.4 GB"


def test_a_toolchain_counts_once_it_is_missing() -> None:
    """With what it stands on, and no more once it is there."""
    plain = build_estimate.estimate(FakeImages(), "agents/claude")
    with_stack = build_estimate.estimate(FakeImages(), "agents/claude@java,tree")
    there = FakeImages((images.tag("base"), images.tag("base@java,tree")))

    assert with_stack.megabytes == plain.megabytes + 550
    assert build_estimate.estimate(there, "base@java,tree") == Estimate(0, 0)
