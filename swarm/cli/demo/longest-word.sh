say "adding longest()"
cat >>tally/words.py <<'END'


def longest(text: str) -> str:
    """The longest word, the first of several; empty where there is none."""
    return max(text.split(), key=len, default="")
END
commit "Find the longest word"
say "adding its tests"
cat >tests/test_longest.py <<'END'
import unittest

from tally.words import longest


class Longest(unittest.TestCase):
    def test_the_first_of_several(self):
        self.assertEqual(longest("to be quite sure"), "quite")

    def test_nothing_has_none(self):
        self.assertEqual(longest(""), "")
END
tests
commit "Test the longest word"
say "trying what no agent may do"
attempt "write /etc/passwd" append /etc/passwd
attempt "write /usr/bin/planted" append /usr/bin/planted
attempt "rewrite the worktree's .git" append /workspace/.git
attempt "talk to the container engine" call_engine
say "done"
