"""What is written into the journal is read back as it was."""

import json
from typing import get_args

from hypothesis import given

from swarm.model import events
from swarm.model.event_type import Subject
from tests.model.builders import any_event


@given(any_event())
def test_every_event_survives_the_journal(event: events.Event) -> None:
    """As JSON text, which is how it is stored."""
    kind, body = events.KINDS[type(event).__name__], event.to_json()

    assert kind.from_json(json.loads(json.dumps(body))) == event


def test_every_event_has_a_subject() -> None:
    """The filter of the audit screen goes by it."""
    subjects = {kind.subject for kind in events.KINDS.values()}

    assert subjects == set(get_args(Subject))
