"""A wish is taken up once, and its answer is recorded as soon as there is room."""

import math
import time

import pytest

from swarm.errors import NoRoom, SwarmError
from swarm.store import wishes
from swarm.store.wish_queries import WishRecord
from tests.builders import queued
from tests.engine.keeper.keeper_parts import Bench


def wish(bench: Bench, verb: str, **body: object) -> int:
    return wishes.insert(bench.context.paths.database, verb, body)


def answer(bench: Bench, number: int) -> WishRecord:
    return bench.context.read().wishes.get(number)


def test_a_refusal_is_an_answer(bench: Bench) -> None:
    number = wish(bench, "discard", task=7)

    assert bench.wishes.take_up() == math.inf
    bench.finish()

    assert answer(bench, number).outcome == "refused"
    assert answer(bench, number).message == "there is no task 7"


def test_what_waits_is_due_at_its_time(bench: Bench) -> None:
    task = bench.context.journal.queue(queued).id
    number = wish(bench, "rm_later", tasks=[task], seconds=600)
    now = time.monotonic()

    due = bench.wishes.take_up()
    bench.finish()

    assert now < due <= time.monotonic() + 600
    assert not answer(bench, number).outcome


def test_an_answer_without_room_is_recorded_later_and_nothing_is_done_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = wish(bench, "discard", task=7)
    journal, attempts, is_full = bench.context.journal, list[int](), [True]
    refuse = journal.refuse

    def refuse_if_room(wish_id: int, refusal: SwarmError) -> None:
        attempts.append(wish_id)
        if is_full:
            raise NoRoom("the disk is full")
        refuse(wish_id, refusal)

    monkeypatch.setattr(journal, "refuse", refuse_if_room)
    bench.wishes.take_up()
    bench.finish()
    bench.wishes.take_up()
    bench.wishes.record_missing_answers()
    assert attempts == [number, number]
    assert not answer(bench, number).outcome

    is_full.clear()
    bench.wishes.record_missing_answers()

    assert answer(bench, number).message == "there is no task 7"
