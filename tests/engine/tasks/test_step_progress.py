"""A long step is told of some twenty times, a short one never."""

from swarm.engine.tasks.step_progress import StepProgress


def told(seconds: float, total: int) -> list[int]:
    """The reports that are told of a step that takes so long; one a file is made."""
    now = 0.0
    progress = StepProgress(lambda: now)
    news = []
    for done in range(1, total + 1):
        now = seconds * done / total
        if progress.is_news(done, total):
            news.append(done)
    return news


def test_a_short_step_is_silent() -> None:
    assert told(0.9, 1000) == []


def test_a_step_of_some_seconds_is_told_each_second() -> None:
    assert told(5, 1000) == [200, 400, 600, 800, 1000]


def test_a_long_step_is_told_of_each_twentieth() -> None:
    assert 18 <= len(told(100, 10_000)) <= 20


def test_a_slow_step_is_told_all_the_same() -> None:
    """A person must see that it moves."""
    assert len(told(1000, 10_000)) == 100


def test_nothing_of_nothing_is_no_part() -> None:
    assert not StepProgress(lambda: 0.0).is_news(0, 0)
