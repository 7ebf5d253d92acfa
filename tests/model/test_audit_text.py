"""Entries of the audit in words: the same on the screen and on the command line."""

from dataclasses import replace

import pytest

from swarm.model import audit_text, events, quiet
from swarm.model.activity import DESTRUCTIVE, LOSS, Action, PathActivity
from swarm.model.audit_query import Entry
from swarm.model.audit_text import Line
from swarm.model.events import Recorded

COMMAND = Action(0, "exec", "exec", "/usr/bin/git", argv=("git", "commit"))
REFUSED = Action(0, "file", "open", "/etc/x", result=-30, note="read-only")
LOST = Action(0, "file", LOSS, "/workspace/t", level=DESTRUCTIVE, note="2 deleted")
GONE = PathActivity("/workspace/a", "unlink", 0, 0, 2, size=9)


def of_event(event: events.Event) -> Entry:
    return Entry(0, 1, 1, event=Recorded(1, 0, 1, event))


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            Entry(0, 1, action=replace(COMMAND, housekeeping=14, code=1)),
            Line(
                "exec",
                "·",
                "$ git commit",
                "exit 1 · 14 housekeeping writes",
                "error",
            ),
        ),
        (
            Entry(0, 1, action=replace(COMMAND, path="/workspace/.cache/git")),
            Line("exec", "·", "$ git commit  runs .cache/git"),
        ),
        (
            Entry(0, 1, action=REFUSED),
            Line("file", "⊘", "open /etc/x", "read-only", "warning"),
        ),
        (
            Entry(0, 1, action=replace(REFUSED, quiet=quiet.PROBES)),
            Line("file", "⊘", "open /etc/x", "read-only", "muted"),
        ),
        (
            Entry(0, 1, action=LOST),
            Line("file", "⚑", "lost t", "2 deleted", "error"),
        ),
        (
            Entry(0, 1, activity=GONE),
            Line("file", "·", "unlink a ×2", "9 B"),
        ),
        (
            Entry(0, 1, activity=replace(GONE, note="withdrawn: became executable")),
            Line("file", "·", "unlink a ×2", "withdrawn: became executable"),
        ),
        (
            of_event(events.NetAllowed("n", 1, "a.test", "allow-rule", 443, "a rule")),
            Line("net", "✓", "a.test:443", "a rule"),
        ),
        (
            of_event(events.TaskProvisioning()),
            Line("life", "·", "task provisioning", "", "muted"),
        ),
    ],
)
def test_an_entry_has_a_kind_a_glyph_words_and_a_reason(
    entry: Entry, line: Line
) -> None:
    assert audit_text.line(entry) == line
