"""What other threads leave is done by the loop's thread, in order."""

import threading

from swarm.engine.keeper.inbox import Inbox


def test_calls_are_made_in_order_by_the_thread_that_runs_them() -> None:
    inbox, made = Inbox(), list[tuple[int, str]]()

    def leave() -> None:
        for number in range(3):
            inbox.put(
                lambda number=number: made.append(  # type: ignore[misc]
                    (number, threading.current_thread().name)
                )
            )

    other = threading.Thread(target=leave)
    other.start()
    other.join()

    assert inbox.run(0.0)
    here = threading.current_thread().name
    assert made == [(0, here), (1, here), (2, here)]
    assert not inbox.run(0.0)


def test_a_call_that_a_call_leaves_is_made_too() -> None:
    inbox, made = Inbox(), list[str]()
    inbox.put(lambda: inbox.put(lambda: made.append("second")))

    inbox.run(0.0)

    assert made == ["second"]


def test_waking_ends_the_wait() -> None:
    inbox = Inbox()
    threading.Thread(target=inbox.wake).start()

    assert inbox.run(60.0)
