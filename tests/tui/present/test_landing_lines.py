"""A landing list as a human reads it; no byte of a path acts on the terminal."""

from dataclasses import replace

from swarm.model.landing import Conversion, LandingItem, LandingList, Subject, Verdict
from swarm.tui.present import landing_lines
from tests.scenes import IN_THE_WAY, LANDING

EMPTY = LandingList("main", "squash", "1" * 40, "1" * 40)


def text(listed: LandingList) -> str:
    return "\n".join(line.plain for line in landing_lines.groups(listed))


def test_the_summary_has_the_worst_first() -> None:
    """A refusal hides what would have been done."""
    line = landing_lines.summary(LANDING).plain
    assert "acknowledge: hook:pre-commit, hook:commit-msg" in line
    assert "other bytes of 2 files" in line
    assert "✓ filter, line-ends, signing, identity" in line

    refused = replace(LANDING, items=(*LANDING.items, IN_THE_WAY))
    line = landing_lines.summary(refused).plain
    assert line.index("✕ refused: files of yours") < line.index("acknowledge:")
    assert "✓" not in line


def test_what_was_acknowledged_is_not_in_the_summary() -> None:
    """But on the list."""
    known = replace(LANDING, acknowledged=("hook:pre-commit", "hook:commit-msg"))

    assert "acknowledge:" not in landing_lines.summary(known).plain
    assert text(known).count("(acknowledged)") == 2


def test_many_paths_and_files_are_counted() -> None:
    """A list of a thousand lines would be read by nobody."""
    paths = tuple(f"f{number}" for number in range(20))
    item = LandingItem(Subject.FILTER, Verdict.DONE, "lfs", "lfs stores", paths)
    conversions = tuple(Conversion(path, "1" * 40, "2" * 40) for path in paths)

    shown = text(replace(EMPTY, items=(item,), conversions=conversions))

    assert "lfs stores: f0, f1, f2, f3, f4, f5, f6, f7 and 12 more" in shown
    assert "other bytes of 20 files" in shown
    assert "and 12 more files" in shown


def test_a_list_without_items_says_so() -> None:
    """Not an empty window."""
    assert landing_lines.summary(EMPTY).plain.endswith("land as they are")
    assert text(EMPTY) == "The reviewed bytes land as they are."


def test_bytes_that_act_are_shown_as_escapes() -> None:
    """In sentences, hints, keys and paths."""
    evil = "\x1b[2J\u202e\udcff"
    item = LandingItem(Subject.HOOK, Verdict.NAMED, evil, evil, (evil,), evil)
    listed = replace(
        EMPTY, items=(item,), conversions=(Conversion(evil, "1" * 40, "2" * 40),)
    )

    drawn = text(listed) + landing_lines.summary(listed).plain

    assert not {"\x1b", "\u202e", "\udcff"} & set(drawn)
    assert "\\x1b[2J<U+202E><U+DCFF>" in drawn


def test_a_files_other_bytes_name_both_blobs_and_the_key() -> None:
    """Before its diff."""
    line = landing_lines.of_file(LANDING.conversions[0], "b").plain

    assert "222222222 → 999999999" in line
    assert "b shows what your git changes" in line
