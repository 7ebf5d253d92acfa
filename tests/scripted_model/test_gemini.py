"""A request in this protocol is understood, and answered with the script's step."""

import json

from swarm.scripted_model import gemini
from swarm.scripted_model.dialogue import Call, Text, Usage
from tests.scripted_model.test_server import MARKER, conversation

USAGE = Usage(3, 2, 1)


def test_prompt_results_and_tools_are_read() -> None:
    asked = gemini.read(conversation("gemini", 2), "m", False)

    assert [turn.kind for turn in asked.turns] == ["user", "result", "result"]
    assert asked.turns[0].text == MARKER
    assert list(asked.tools) == ["run_shell_command"]


def test_an_answer_is_told_whole_and_in_pieces() -> None:
    asked = gemini.read(conversation("gemini", 0), "m", True)
    tool = asked.tools["run_shell_command"]
    for reply, words in ((Text("Done."), "Done."), (Call(tool, {"c": "make"}), "make")):
        assert words in json.dumps(gemini.whole(asked, reply, USAGE, "1"))
        assert words in repr(list(gemini.events(asked, reply, USAGE, "1")))
