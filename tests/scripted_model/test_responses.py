"""A request in this protocol is understood, and answered with the script's step."""

import json

from swarm.scripted_model import responses
from swarm.scripted_model.dialogue import Call, Text, Usage
from tests.scripted_model.test_server import MARKER, conversation

USAGE = Usage(3, 2, 1)


def test_prompt_results_and_tools_are_read() -> None:
    asked = responses.read(conversation("responses", 2))

    assert [turn.kind for turn in asked.turns] == ["user", "result", "result"]
    assert asked.turns[0].text == MARKER
    assert len(asked.tools) == 1


def test_an_answer_is_told_whole_and_in_pieces() -> None:
    asked = responses.read(conversation("responses", 0))
    tool = next(iter(asked.tools.values()))
    for reply, words in ((Text("Done."), "Done."), (Call(tool, {"c": "make"}), "make")):
        whole = json.dumps(responses.whole(asked, reply, USAGE, "1"))
        events = repr(list(responses.events(asked, reply, USAGE, "1")))

        assert words in whole
        assert words in events
