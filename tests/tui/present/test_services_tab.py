"""Services on a screen: states first, then what each printed, all of it harmless."""

from swarm.model.service_log import ServiceLog
from swarm.model.task import ServiceState, State
from swarm.tui.present import services_tab
from tests.builders import queued_task
from tests.scenes import HOSTILE_NAME

WANTED = {"cache": "redis", "db": "postgres"}


def _words(lines: object) -> str:
    assert isinstance(lines, list)
    return "\n".join(line.plain for line in lines)


def test_each_service_says_where_it_stands() -> None:
    answers = ServiceState("cache", "redis", 6379)
    ended = ServiceState("db", "postgres", 5432, ended="was removed")
    task = queued_task(1, state=State.LIVE, services=(answers, ended))

    words = _words(services_tab.states(task, WANTED))

    assert "redis at localhost:6379" in words
    assert "postgres, was removed" in words
    assert "R starts again what has ended" in words


def test_before_and_after_its_life_that_is_said() -> None:
    queued = queued_task(1, state=State.QUEUED)
    assert "starts with the task" in _words(services_tab.states(queued, WANTED))
    starting = queued_task(1, state=State.PROVISIONING)
    assert "does not answer yet" in _words(services_tab.states(starting, WANTED))
    over = queued_task(1, state=State.STOPPED)
    words = _words(services_tab.states(over, WANTED))
    assert "ended with the task" in words
    assert "answer before" not in words


def test_one_that_is_started_again_asks_for_nobody() -> None:
    known = ServiceState("db", "postgres", 1, ended="was removed", again_at=2.0)
    task = queued_task(1, state=State.LIVE, services=(known,))
    words = _words(services_tab.states(task, {"db": "postgres"}))
    assert "it is started again" in words
    assert "R starts" not in words


def test_many_services_leave_room_for_their_output() -> None:
    wanted = {f"s{number}": "redis" for number in range(9)}
    known = tuple(ServiceState(name, "redis", 1) for name in list(wanted)[:8])
    broken = ServiceState("s8", "redis", 1, ended="was removed")
    task = queued_task(1, state=State.LIVE, services=(*known, broken))
    rows = services_tab.states(task, wanted)
    assert "was removed" in rows[0].plain
    assert "and 3 others" in rows[services_tab.MOST_STATES].plain


def test_the_end_of_each_output_is_shown_and_of_one_alone_more() -> None:
    text = "\n".join(f"line {number}" for number in range(400))
    both = [ServiceLog("cache", text), ServiceLog("db", "", True)]
    words = _words(services_tab.output(WANTED, both))
    assert "line 399" in words
    assert "line 387" not in words
    assert "db, of its last life" in words
    assert "has printed nothing yet" in words
    alone = _words(services_tab.output(["cache"], both))
    assert "line 100" in alone
    assert "line 99\n" not in alone


def test_what_cannot_be_read_and_what_is_not_there_is_said() -> None:
    assert "reading" in _words(services_tab.output(WANTED, None))
    assert "gone\\x1b" in _words(services_tab.output(WANTED, [], "gone\x1b[2J"))
    assert "has no output to show" in _words(services_tab.output(WANTED, []))


def test_foreign_words_are_harmless() -> None:
    known = ServiceState(HOSTILE_NAME, HOSTILE_NAME, 1, HOSTILE_NAME)
    task = queued_task(1, state=State.LIVE, services=(known,))
    wanted = {HOSTILE_NAME: HOSTILE_NAME}
    logs = [ServiceLog(HOSTILE_NAME, HOSTILE_NAME)]
    lines = [*services_tab.states(task, wanted), *services_tab.output(wanted, logs)]
    assert all(line.plain.isprintable() for line in lines)
    assert all("[red]" not in str(line.spans) for line in lines)
