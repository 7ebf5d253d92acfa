"""A request that brings only what is new is read with all that came before it."""

from typing import Any

from swarm.scripted_model.threads import KEPT, Threads

FIRST: dict[str, Any] = {
    "model": "m",
    "tools": [{"name": "bash"}],
    "messages": [{"role": "user", "content": "work"}],
}


def following(message_id: str) -> dict[str, Any]:
    """The next request of a thread."""
    thread = {"type": "continue", "previous_message_id": message_id}
    return {"messages": [{"role": "user", "content": "more"}], "thread": thread}


def test_a_thread_goes_on_after_the_answer_that_it_names() -> None:
    threads = Threads()
    threads.keep("msg_1", FIRST, [{"type": "text", "text": "yes"}])

    whole = threads.whole(following("msg_1"))

    assert whole is not None
    assert [m["role"] for m in whole["messages"]] == ["user", "assistant", "user"]
    assert whole["tools"] == FIRST["tools"]


def test_a_whole_request_is_left_as_it_is() -> None:
    assert Threads().whole(FIRST) is FIRST


def test_an_unknown_answer_is_not_made_up() -> None:
    threads = Threads()
    for number in range(KEPT + 1):
        threads.keep(f"msg_{number}", FIRST, [])

    assert threads.whole(following("msg_0")) is None
    assert threads.whole(following("msg_1")) is not None
