"""Looks for a text are counted, and one of another text begins anew."""

from swarm.engine.arrival_watch import ArrivalWatch, Given


def test_looks_are_counted_for_one_text() -> None:
    watch = ArrivalWatch()
    watch.begin(1, Given(7, ("above",), 2.0))

    assert watch.look(1, 7) == Given(7, ("above",), 2.0, looks=1)
    assert watch.look(1, 7).looks == 2
    assert watch.look(2, 7) == Given(7, looks=1)


def test_what_nobody_began_is_not_known() -> None:
    """As after a keeper's end, and for the next text."""
    watch = ArrivalWatch()
    watch.begin(1, Given(7, ("above",), 2.0))

    assert watch.look(1, 8) == Given(8, looks=1)
    watch.end(1)
    assert watch.look(1, 8) == Given(8, looks=1)
