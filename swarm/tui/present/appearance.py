"""The shape of what stands for a task: glyph, words, colour, place in the list."""

from enum import IntEnum

from rich.cells import cell_len

from swarm.model.frozen import frozen
from swarm.tui.present.formatting import fit

LEAST_FOR_NOTE = 30
"""Cells of the state's column from which it holds the note, cut if need be."""


class Section(IntEnum):
    """Parts of the task list, the most urgent first."""

    NEEDS_YOU = 0
    REVIEW = 1
    WORKING = 2
    PAUSED = 3
    QUEUED = 4
    MERGED = 5
    DISCARDED = 6


TITLES = {
    Section.NEEDS_YOU: "NEEDS YOU",
    Section.REVIEW: "READY FOR REVIEW",
    Section.WORKING: "WORKING",
    Section.PAUSED: "PAUSED",
    Section.QUEUED: "QUEUED",
    Section.MERGED: "MERGED",
    Section.DISCARDED: "DISCARDED",
}


class Need(IntEnum):
    """The reasons for which a task needs its human, the most urgent first."""

    ANSWER = 0
    """Its agent asks, or cannot begin without a human."""
    FAILURE = 1
    STALLED = 2
    BUDGET = 3
    LIMIT = 4
    """A limit after which it does not go on by itself."""
    NONE = 5


@frozen
class Appearance:
    """A task's glyph, word and colour; never colour alone."""

    glyph: str
    word: str
    """At most nine cells."""
    tone: str
    section: Section
    counted: str = ""
    """The word that the header counts it under; empty for `word`."""
    need: Need = Need.NONE
    phrase: str = ""
    """The word at length, for where there is room; empty for `word`."""
    note: str = ""
    """The way on, in a few words; harmless, and empty if nothing is to be said."""
    sentence: str = ""
    """Word and note together; empty for `phrase: note`."""

    def state_words(self, cells: int) -> str:
        """The state as fully as that many cells have room for."""
        whole = self.whole
        if cell_len(whole) <= cells or (self.note and cells >= LEAST_FOR_NOTE):
            return fit(whole, cells)
        is_long = self.phrase and cell_len(self.phrase) <= cells
        return fit(self.phrase if is_long else self.word, cells)

    @property
    def whole(self) -> str:
        """All that is to be said of the state."""
        phrase = self.phrase or self.word
        return self.sentence or (f"{phrase}: {self.note}" if self.note else phrase)
