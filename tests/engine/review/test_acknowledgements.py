"""A merge leaves nothing out that a human did not acknowledge by its key."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.engine.review import acknowledgements
from swarm.errors import Refused
from swarm.model import events
from swarm.model.landing import LandingItem, LandingList, Subject, Verdict

HOOK = LandingItem(Subject.HOOK, Verdict.NAMED, "pre-commit", "pre-commit is not run")
EDITS = LandingItem(
    Subject.SUBMODULE, Verdict.NAMED, "content", "files are not merged", ("sub/a",)
)
IN_THE_WAY = LandingItem(
    Subject.IN_THE_WAY,
    Verdict.REFUSED,
    ".env",
    "a file of yours is where the merge would write",
    (".env",),
    hint="move it away",
)
LISTED = LandingList("main", "squash", "1" * 40, "1" * 40, (HOOK, EDITS))


def test_what_is_left_out_must_be_acknowledged_by_key() -> None:
    """The refusal names the keys, and the words of a command line."""
    with pytest.raises(Refused, match=r"pre-commit is not run; .*sub/a") as refusal:
        acknowledgements.require(LISTED, (), ())
    hint = refusal.value.hint
    assert "--acknowledge hook:pre-commit submodule:content" in hint

    with pytest.raises(Refused, match=r"^this is not acknowledged: files"):
        acknowledgements.require(LISTED, (), (HOOK.key,))

    acknowledgements.require(LISTED, (), (HOOK.key, EDITS.key))
    acknowledgements.require(LISTED, (), "all")


def test_what_was_acknowledged_earlier_is_not_asked_again() -> None:
    """It stays on the list."""
    listed = replace(LISTED, acknowledged=(HOOK.key,))

    acknowledgements.require(listed, (), (EDITS.key,))
    assert HOOK in listed.named


def test_nothing_acknowledges_a_refusal() -> None:
    """The sentence names the path, the hint the way out."""
    listed = replace(LISTED, items=(IN_THE_WAY, HOOK))

    with pytest.raises(Refused, match=r"would write: \.env$") as refusal:
        acknowledgements.require(listed, "all", "all")

    assert refusal.value.hint == "move it away"


def test_flagged_files_are_acknowledged_by_path() -> None:
    """As they were, and apart from the list's keys."""
    listed = replace(LISTED, items=(), flagged=("Makefile", "a.yml"))

    with pytest.raises(Refused, match=r"1 changed files .*: a\.yml") as refusal:
        acknowledgements.require(listed, ("Makefile",), "all")
    assert "--accept-risk" in refusal.value.hint

    acknowledgements.require(listed, "all", ())


def test_only_facts_of_the_repository_are_remembered() -> None:
    """Edits in a submodule are other ones in the next task."""
    (event,) = acknowledgements.new_standing(Path("/r"), LISTED)

    assert event == events.LandingAcknowledged("/r", "squash", ("hook:pre-commit",))
    known = replace(LISTED, acknowledged=event.keys)
    assert acknowledgements.new_standing(Path("/r"), known) == ()


def test_a_key_is_one_word_of_a_shell() -> None:
    """It can be pasted as it is shown."""
    item = replace(HOOK, name="a b;c")

    assert acknowledgements.option((item,)) == "--acknowledge 'hook:a b;c'"
