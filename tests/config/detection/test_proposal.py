"""A value is proposed once, for the first reason."""

from swarm.config.detection.proposal import Proposal
from swarm.model.detected import Reason


def test_the_first_reason_counts() -> None:
    proposal = Proposal()
    proposal.add("stacks", "go", "go.mod")
    proposal.add("stacks", "go", "go.work")

    assert proposal.of("stacks") == ("go",)
    assert proposal.reasons() == (Reason("stacks", "go", "go.mod"),)
    assert proposal.of("test") == ()


def test_another_value_stands_in_one_s_place() -> None:
    proposal = Proposal()
    proposal.add("stacks", "go", "go.mod")

    assert proposal.replace("stacks", "go", "c", "x.c")
    assert not proposal.replace("stacks", "go", "c", "y.c")
    assert not proposal.replace("ports", "1", "2", "f")
    assert proposal.reasons() == (Reason("stacks", "c", "x.c"),)


def test_a_list_is_of_some_length() -> None:
    proposal = Proposal()
    for number in range(100):
        proposal.add("ports", str(number), "f")

    assert len(proposal.of("ports")) == 20
