"""A refusal of a model's host is a sentence with a way out, and harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.limits import REFUSED_WORDS, ModelRefusal
from swarm.model.refusal_text import hint_of_live, of_live, sentence, way_out
from swarm.model.safe_text import safe_line
from swarm.model.task import State
from tests.builders import queued_task


@pytest.mark.parametrize("why", REFUSED_WORDS)
def test_each_refusal_names_the_host_the_answer_and_a_way_out(why: str) -> None:
    refusal = ModelRefusal(why, 401, "api.example", "no such thing")

    told, hint = sentence(refusal), way_out(refusal, 7, "claude")

    assert told == f"{REFUSED_WORDS[why]}: api.example answered 401 (no such thing)"
    assert hint.endswith(", then `swarm retry --continue 7`")


def test_a_wrong_model_is_set_where_the_settings_have_it() -> None:
    hint = way_out(ModelRefusal("model", 404, "api.example"), 7, "codex")
    assert '`model = "…"` in `[agents.codex]`' in hint


@given(st.text(), st.text(), st.sampled_from(sorted(REFUSED_WORDS)))
def test_foreign_words_are_made_harmless(host: str, text: str, why: str) -> None:
    told = sentence(ModelRefusal(why, 401, host, text))
    assert safe_line(told, 10_000) == told


def test_a_live_task_shows_it_and_an_ended_one_has_it_in_its_reason() -> None:
    refusal = ModelRefusal("key", 401, "api.example")
    live = queued_task(state=State.LIVE, refusal=refusal)
    ended = queued_task(state=State.STOPPED, refusal=refusal)

    assert of_live(live) == sentence(refusal)
    assert hint_of_live(live) == way_out(refusal, live.id, live.agent)
    assert (of_live(ended), hint_of_live(ended)) == ("", "")
    assert of_live(queued_task(state=State.LIVE)) == ""
