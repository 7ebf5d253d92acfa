"""Diffs are read by their own counts, and drawn line by line."""

from swarm.tui.present import unified_diff

RAW = b"""diff --git a/x b/x
old mode 100644
new mode 100755
index 1..2
--- a/x
+++ b/x
@@ -1,2 +1,3 @@ head
 same
-old
+new
+more
@@ -9 +10 @@
-@@ -1 +1 @@
+--- a/x
\\ No newline at end of file
"""


def test_lines_carry_their_numbers() -> None:
    """Both sides are counted from the hunk's head."""
    found = unified_diff.parse(RAW)

    kinds = [(line.kind, line.old, line.new) for line in found.lines]
    assert kinds == [
        ("note", 0, 0),
        ("note", 0, 0),
        ("hunk", 0, 0),
        ("same", 1, 1),
        ("deleted", 2, 0),
        ("added", 0, 2),
        ("added", 0, 3),
        ("hunk", 0, 0),
        ("deleted", 9, 0),
        ("added", 0, 10),
        ("note", 0, 0),
    ]
    assert found.hunks == [2, 7]


def test_a_very_long_line_is_cut_and_counted() -> None:
    """What is not drawn is announced."""
    line = unified_diff.DiffLine("added", 0, 1, "x" * 5000)

    assert unified_diff.render_line(line).plain.endswith(" … 3000 characters more")


def test_foreign_bytes_are_shown() -> None:
    """A byte that is no text, a control and a bidi character become visible."""
    (_, line) = unified_diff.parse(
        b"@@ -0,0 +1 @@\n+\xff\x1b[2J\xe2\x80\xae\tx\n"
    ).lines

    assert "<U+DCFF>\\x1b[2J<U+202E>→   x" in unified_diff.render_line(line).plain


def test_an_empty_diff_has_no_lines() -> None:
    """A change of mode alone may bring none."""
    assert unified_diff.parse(b"").lines == []


def test_two_diffs_are_joined_under_a_heading() -> None:
    """The hunks of both are reached by the same keys."""
    first = unified_diff.parse(RAW)

    both = unified_diff.joined(first, "instead:", unified_diff.parse(RAW))

    assert both.lines[len(first.lines)].text == "instead:"
    assert [both.lines[hunk].kind for hunk in both.hunks] == ["hunk"] * 4
