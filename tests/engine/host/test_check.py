"""A check is fixed where that is safe, and says what came of it."""

from swarm.engine.host.check import Check
from swarm.errors import ToolError
from swarm.ports import Progress


def nothing(_: Progress) -> None:
    """Fixes it at once."""


def fails(_: Progress) -> None:
    raise ToolError("no room", hint="make some")


def test_a_fix_makes_it_fine() -> None:
    """What was found stays readable."""
    check = Check("image", "warn", "not built", "build it", nothing)

    assert check.fixed(print) == Check("image", "ok", "fixed: not built")


def test_a_fix_that_fails_is_a_failure() -> None:
    """In the words of what went wrong, with its own way out."""
    check = Check("image", "warn", "not built", "build it", fails)
    found = check.fixed(print)

    assert (found.grade, found.finding, found.remedy) == (
        "fail",
        "no room",
        "make some",
    )


def test_what_is_fine_or_has_no_fix_stays() -> None:
    """A fix is not run for nothing."""
    fine = Check("image", "ok", "built", "", fails)
    without = Check("image", "fail", "broken", "build it")

    assert fine.fixed(print) is fine
    assert without.fixed(print) is without
