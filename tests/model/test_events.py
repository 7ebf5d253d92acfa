"""What is written into the journal is read back as it was."""

import json

import pytest
from hypothesis import given

from swarm.model import events
from tests.model.builders import any_event


@given(any_event())
def test_every_event_survives_the_journal(event: events.Event) -> None:
    """As JSON text, which is how it is stored."""
    kind, body = events.encode(event)

    assert events.decode(kind, json.loads(json.dumps(body))) == event


def test_an_event_of_a_newer_version_is_named() -> None:
    """The schema's version keeps such a file from being opened at all."""
    with pytest.raises(KeyError, match="TaskTeleported"):
        events.decode("TaskTeleported", {})
