"""A proposal says why."""

from swarm.model.detected import Detected, Reason


def test_the_reasons_of_a_key() -> None:
    found = Detected(
        reasons=(Reason("stacks", "go", "go.mod"), Reason("test", "t", "f"))
    )

    assert found.because("stacks") == ("go: go.mod",)
    assert found.because("ports") == ()
