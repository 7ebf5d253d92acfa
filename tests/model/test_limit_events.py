"""Events about limits go to JSON and back, and read as one sentence each."""

import json

import pytest

from swarm.model import event_text, events, limit_events
from swarm.model.event_type import Event

LIMIT = events.ModelLimited("n", 1, "m.test", "usage", 1.8e9, "slow down", "k", 429)


@pytest.mark.parametrize(
    "event",
    [
        LIMIT,
        events.ModelLimited("n", 1, "m.test"),
        events.ModelLimitLifted("m.test", "answered"),
        events.ModelLimitTried("prompt"),
        events.ModelLimitNotResumed("its budget is used up"),
        events.ResumeAfterLimitSet("yes"),
        events.ModelRefused("n", 1, "m.test", "key", 401, "no"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    stored = json.loads(json.dumps(event.to_json()))

    assert events.KINDS[type(event).__name__].from_json(stored) == event
    assert event_text.describe(event) is not None


def test_a_limit_in_a_sentence_names_host_and_time() -> None:
    _, words, tone = event_text.describe(LIMIT) or ("", "", "")

    assert words.startswith("limited until 2027-01-15 ")
    assert words.endswith(" by m.test: slow down")
    assert tone == "warning"


def test_all_of_them_are_registered() -> None:
    own = {name for name in vars(limit_events) if name.startswith(("Model", "Resume"))}

    assert own <= events.KINDS.keys()
