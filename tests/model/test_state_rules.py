"""The table of rules, row by row, and the two laws that no claim can break."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.agent_state import ASKING, AgentState, AgentStatus, Evidence, Source
from swarm.model.limits import ModelLimit, ModelRefusal
from swarm.model.question import Question
from swarm.model.state_rules import Claim, StateFacts, decide
from swarm.model.task import State

NOW = 10_000.0
A = AgentState


def claim(state: A, source: Source = Source.SCREEN, ago: float = 1.0) -> Claim:
    """Something said that long ago."""
    return Claim(state, source, "rule", "words", NOW - ago)


def status(state: A, ago: float = 60.0) -> AgentStatus:
    """What was decided before."""
    evidence = Evidence(Source.GATE, "request", "open", NOW - ago)
    return AgentStatus(state, NOW - ago, evidence, "model")


def facts(**changes: Any) -> StateFacts:
    """A live agent that began long ago and has asked its model once."""
    known = StateFacts(NOW, State.LIVE, NOW - 1000, asked=NOW - 500, answered=NOW - 400)
    return replace(known, **changes)


LIMIT = ModelLimit("usage", NOW + 600, "api", "limit reached")
OVERLOAD = ModelLimit("overload", None, "api", "overloaded")
KEY = ModelRefusal("key", 401, "api", since=NOW - 5)
OPEN = {"open_requests": 1, "asked": NOW - 2, "answered": None}
ENDED = {"task_state": State.STOPPED, "exit_code": 0, "is_headless": True}
PERMISSION = Question("1", "permission", "run make", source="claude-hooks")

TABLE: list[tuple[str, dict[str, Any], A, str, str]] = [
    # what is known, the state, the detail, the evidence's source
    ("being made", {"task_state": State.PROVISIONING}, A.STARTING, "", "engine"),
    (
        "runs, nothing yet",
        {"asked": None, "answered": None, "began": NOW - 5},
        A.STARTING,
        "",
        "engine",
    ),
    (
        "says that it starts, slowly",
        {
            "asked": None,
            "answered": None,
            "began": NOW - 90,
            "claims": (claim(A.STARTING),),
        },
        A.STARTING,
        "",
        "engine",
    ),
    ("request open", OPEN, A.WORKING, "model", "gate"),
    (
        "request open, says ready",
        {**OPEN, "claims": (claim(A.READY),)},
        A.WORKING,
        "model",
        "gate",
    ),
    (
        "request open, asks",
        {**OPEN, "claims": (claim(A.ASKS_PERMISSION),)},
        A.ASKS_PERMISSION,
        "",
        "screen",
    ),
    (
        "request open, says first run",
        {**OPEN, "claims": (claim(A.FIRST_RUN),)},
        A.WORKING,
        "model",
        "gate",
    ),
    ("open question", {"questions": (PERMISSION,)}, A.ASKS_PERMISSION, "", "channel"),
    (
        "open choice",
        {"questions": (replace(PERMISSION, kind="choice"),)},
        A.ASKS_QUESTION,
        "",
        "channel",
    ),
    ("limit", {"limit": LIMIT, "claims": (claim(A.WORKING),)}, A.LIMITED, "", "gate"),
    ("limit, request open", {**OPEN, "limit": LIMIT}, A.LIMITED, "", "gate"),
    (
        "limit is over, request open",
        {**OPEN, "limit": replace(LIMIT, until=NOW - 1)},
        A.WORKING,
        "model",
        "gate",
    ),
    ("overload", {"limit": OVERLOAD}, A.OVERLOADED, "", "gate"),
    (
        "key refused",
        {"refusal": KEY, "claims": (claim(A.READY),)},
        A.NEEDS_LOGIN,
        "the model's host does not take the key",
        "gate",
    ),
    (
        "unknown model",
        {"refusal": replace(KEY, why="model"), "claims": (claim(A.READY),)},
        A.READY,
        "",
        "screen",
    ),
    ("first run", {"claims": (claim(A.FIRST_RUN),)}, A.FIRST_RUN, "", "screen"),
    (
        "denied, then silence",
        {"denied": NOW - 25, "denied_host": "example.com"},
        A.STALLED,
        "example.com",
        "gate",
    ),
    (
        "denied, says ready",
        {"denied": NOW - 25, "claims": (claim(A.READY),)},
        A.READY,
        "",
        "screen",
    ),
    (
        "denied, then asked its model",
        {"denied": NOW - 25, "asked": NOW - 10, "answered": NOW - 4},
        A.WORKING,
        "model",
        "gate",
    ),
    (
        "denied, a later command runs",
        {"denied": NOW - 25, "command": "make", "command_began": NOW - 20},
        A.WORKING,
        "tool",
        "sensor",
    ),
    (
        "denied, later commands have ended",
        {"denied": NOW - 60, "command_ended": NOW - 40, "claims": (claim(A.READY),)},
        A.READY,
        "",
        "screen",
    ),
    (
        "denied, a later command has just ended",
        {
            "denied": NOW - 60,
            "denied_host": "h",
            "command_ended": NOW - 1,
            "before": status(A.WORKING),
        },
        A.WORKING,
        "model",
        "gate",
    ),
    (
        "at rest, a glance at its repository",
        {
            "command": "git status",
            "command_began": NOW - 0.2,
            "before": status(A.READY),
            "claims": (claim(A.READY, ago=50),),
        },
        A.READY,
        "",
        "screen",
    ),
    (
        "at rest, a command that lasts",
        {
            "command": "make",
            "command_began": NOW - 2,
            "before": status(A.READY),
            "claims": (claim(A.READY, ago=50),),
        },
        A.WORKING,
        "tool",
        "sensor",
    ),
    (
        "has asked nothing, was ready, and clears its screen",
        {
            "asked": None,
            "answered": None,
            "began": NOW - 30,
            "before": AgentStatus(A.READY, NOW - 20, claim(A.READY).evidence),
        },
        A.READY,
        "",
        "screen",
    ),
    (
        "command runs, model is silent",
        {"command": "sleep 300", "command_began": NOW - 200},
        A.WORKING,
        "tool",
        "sensor",
    ),
    (
        "server left running, says ready since",
        {
            "command": "npm run dev",
            "command_began": NOW - 200,
            "claims": (claim(A.READY, ago=100),),
        },
        A.READY,
        "",
        "screen",
    ),
    ("files change", {"files": NOW - 2}, A.WORKING, "tool", "sensor"),
    ("says ready", {"claims": (claim(A.READY),)}, A.READY, "", "screen"),
    (
        "said ready before its last request, a moment ago",
        {
            "asked": NOW - 3,
            "answered": NOW - 2,
            "claims": (claim(A.READY, ago=90),),
            "before": status(A.WORKING),
        },
        A.WORKING,
        "model",
        "gate",
    ),
    (
        "said ready before its last request, and is quiet",
        {"asked": NOW - 9, "answered": NOW - 8, "claims": (claim(A.READY, ago=90),)},
        A.READY,
        "",
        "screen",
    ),
    (
        "headless, its stream ended",
        {"is_headless": True, "claims": (claim(A.READY, Source.STREAM),)},
        A.DONE_RUNNING,
        "",
        "stream",
    ),
    (
        "says working",
        {"answered": NOW - 20, "claims": (claim(A.WORKING),)},
        A.WORKING,
        "",
        "screen",
    ),
    ("says working, is silent", {"claims": (claim(A.WORKING),)}, A.READY, "", "gate"),
    (
        "says working, commands cannot be seen",
        {"claims": (claim(A.WORKING),), "sees_commands": False},
        A.WORKING,
        "",
        "screen",
    ),
    ("silent", {}, A.READY, "", "gate"),
    ("silent, headless", {"is_headless": True}, A.DONE_RUNNING, "", "gate"),
    (
        "a hook asked, the human answered",
        {**OPEN, "claims": (claim(A.ASKS_PERMISSION, Source.HOOK, 9),)},
        A.WORKING,
        "model",
        "gate",
    ),
    (
        "a hook asked, the screen still shows work",
        {
            "claims": (
                claim(A.ASKS_PERMISSION, Source.HOOK, 2),
                claim(A.WORKING, Source.SCREEN, 1),
            )
        },
        A.ASKS_PERMISSION,
        "",
        "hook",
    ),
    (
        "a hook said its turn ended, the title still says work",
        {"claims": (claim(A.READY, Source.HOOK, 2), claim(A.WORKING, Source.TITLE, 9))},
        A.READY,
        "",
        "hook",
    ),
    (
        "the channel says work, the title asks",
        {
            "answered": NOW - 9,
            "claims": (
                claim(A.WORKING, Source.CHANNEL, 9),
                claim(A.ASKS_PERMISSION, Source.TITLE, 2),
            ),
        },
        A.ASKS_PERMISSION,
        "",
        "title",
    ),
    (
        "the channel said work after the title asked",
        {
            "answered": NOW - 9,
            "claims": (
                claim(A.WORKING, Source.CHANNEL, 1),
                claim(A.ASKS_PERMISSION, Source.TITLE, 20),
            ),
        },
        A.WORKING,
        "",
        "channel",
    ),
    ("ended", {"task_state": State.STOPPED, "exit_code": 0}, A.ENDED, "", "engine"),
    (
        "crashed",
        {"task_state": State.STOPPED, "exit_code": 3},
        A.FAILED,
        "it ended with 3",
        "engine",
    ),
    (
        "ended at a limit after which it goes on",
        {
            "task_state": State.STOPPED,
            "exit_code": 1,
            "limit": ModelLimit("usage", NOW + 60, "m.test"),
            "waits_for_limit": True,
        },
        A.LIMITED,
        "",
        "gate",
    ),
    (
        "ended at a limit after which it does not go on",
        {
            "task_state": State.STOPPED,
            "exit_code": 1,
            "limit": ModelLimit("usage", NOW + 60, "m.test"),
        },
        A.FAILED,
        "it ended with 1",
        "engine",
    ),
    (
        "stopped by the human at a limit",
        {
            "task_state": State.STOPPED,
            "exit_code": 137,
            "reason": "stopped by you",
            "limit": ModelLimit("usage", NOW + 60, "m.test"),
            "waits_for_limit": True,
        },
        A.ENDED,
        "stopped by you",
        "engine",
    ),
    (
        "stopped by the human",
        {"task_state": State.STOPPED, "exit_code": 137, "reason": "stopped by you"},
        A.ENDED,
        "stopped by you",
        "engine",
    ),
    (
        "exit 0, but it says that it failed",
        {**ENDED, "reason": "codex: no such model", "failed_with_0": True},
        A.FAILED,
        "codex: no such model",
        "engine",
    ),
    (
        "exit 0, and a reason in the words of a failure",
        {**ENDED, "reason": "x ended with 0, but says that it failed"},
        A.ENDED,
        "x ended with 0, but says that it failed",
        "engine",
    ),
    (
        "exit 0, but its model refused it",
        {**ENDED, "reason": "no", "refusal": ModelRefusal("key", 401, "m.test")},
        A.FAILED,
        "no",
        "engine",
    ),
    (
        "exit 0, nothing done",
        {**ENDED, "has_work": False},
        A.ENDED,
        "exit 0, but nothing has changed",
        "engine",
    ),
    (
        "exit 0, tools refused, nothing done",
        {**ENDED, "has_work": False, "refused_tools": "Bash"},
        A.FAILED,
        "exit 0, but its tools were refused and nothing has changed",
        "engine",
    ),
    (
        "exit 0, tools refused, something done",
        {**ENDED, "refused_tools": "Bash"},
        A.ENDED,
        "",
        "engine",
    ),
    (
        "ready, then given a text",
        {"prompted": NOW - 4, "claims": (claim(A.READY, ago=30),)},
        A.WORKING,
        "model",
        "engine",
    ),
    (
        "given a text, says ready since",
        {"prompted": NOW - 4, "claims": (claim(A.READY, ago=2),)},
        A.READY,
        "",
        "screen",
    ),
    (
        "given a text that moved nothing",
        {"prompted": NOW - 12, "claims": (claim(A.READY, ago=30),)},
        A.READY,
        "",
        "screen",
    ),
    (
        "given a text, asks",
        {"prompted": NOW - 4, "claims": (claim(A.ASKS_QUESTION, ago=30),)},
        A.ASKS_QUESTION,
        "",
        "screen",
    ),
    (
        "says ready too often, worked a moment ago",
        {
            "asked": NOW - 4,
            "answered": NOW - 2,
            "claims": (replace(claim(A.READY), ends=4),),
            "before": status(A.WORKING),
        },
        A.WORKING,
        "model",
        "gate",
    ),
    (
        "says ready too often while a command runs",
        {
            "command": "make",
            "command_began": NOW - 20,
            "claims": (replace(claim(A.READY), ends=4),),
        },
        A.WORKING,
        "tool",
        "sensor",
    ),
    (
        "says ready too often, quiet",
        {"claims": (replace(claim(A.READY), ends=4),)},
        A.READY,
        "",
        "screen",
    ),
    (
        "lost",
        {"task_state": State.LOST, "reason": "its container is gone"},
        A.FAILED,
        "its container is gone",
        "engine",
    ),
]


@pytest.mark.parametrize(
    ("known", "state", "detail", "source"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_the_table(known: dict[str, Any], state: A, detail: str, source: str) -> None:
    decided = decide(facts(**known))

    assert (decided.state, decided.detail, decided.evidence.source) == (
        state,
        detail,
        source,
    )


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({**OPEN, "claims": (claim(A.READY, ago=29),)}, ""),
        (
            {**OPEN, "claims": (claim(A.READY, ago=31),)},
            "says ready, but a request is open",
        ),
        (
            {
                "command": "make",
                "command_began": NOW - 40,
                "claims": (claim(A.READY, ago=50),),
            },
            "says ready, but a command runs",
        ),
        (
            {"claims": (claim(A.WORKING, ago=50),)},
            "says working, but nothing happens",
        ),
        ({**OPEN, "claims": (claim(A.WORKING, ago=50),)}, ""),
        ({"claims": (claim(A.READY, ago=50),)}, ""),
    ],
)
def test_a_contradiction_that_lasts_is_told(
    known: dict[str, Any], sentence: str
) -> None:
    decided = decide(facts(before=status(A.WORKING), **known))

    assert decided.contradiction == sentence


def test_a_contradiction_lasts_through_pauses_between_requests() -> None:
    """The state's own time counts, not the newest request's."""
    known = {"asked": NOW - 3, "answered": NOW - 2, "claims": (claim(A.READY, ago=90),)}

    decided = decide(facts(before=status(A.WORKING), **known))

    assert decided.state is A.WORKING
    assert decided.contradiction == "says ready, but it asks its model again and again"


def test_a_state_keeps_the_time_when_it_began() -> None:
    same = decide(facts(**OPEN, before=status(A.WORKING, ago=60)))
    other = decide(facts(**OPEN, before=status(A.READY, ago=60)))

    assert same.since == NOW - 60
    assert other.since == NOW


TIMES = st.floats(min_value=NOW - 5000, max_value=NOW + 5000)
MAYBE_TIMES = st.none() | TIMES
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.sampled_from(A),
        st.sampled_from([s for s in Source if not Evidence(s, "", "", 0).is_fact]),
        st.just("rule"),
        st.text(max_size=5),
        TIMES,
    ),
    max_size=5,
    unique_by=lambda one: one.source,
).map(tuple)
ANY = st.builds(
    StateFacts,
    now=st.just(NOW),
    task_state=st.just(State.LIVE),
    began=TIMES,
    is_headless=st.booleans(),
    open_requests=st.integers(0, 3),
    asked=MAYBE_TIMES,
    answered=MAYBE_TIMES,
    denied=MAYBE_TIMES,
    denied_host=st.just("h"),
    command=st.sampled_from(["", "make"]),
    command_began=TIMES,
    command_ended=MAYBE_TIMES,
    files=MAYBE_TIMES,
    busy=MAYBE_TIMES,
    sees_commands=st.booleans(),
    claims=CLAIMS,
    before=st.none() | st.sampled_from(A).map(status),
)


@given(ANY)
def test_no_claim_lowers_working_while_a_request_is_open(known: StateFacts) -> None:
    """First law; times of the past and the future, as of a clock that was set."""
    decided = decide(replace(known, open_requests=1))

    assert decided.state is A.WORKING or decided.state in ASKING
    if decided.state in ASKING:
        assert any(one.state is decided.state for one in known.claims)


@given(ANY)
def test_ready_needs_a_claim_of_the_end_or_silence(known: StateFacts) -> None:
    """Second law."""
    decided = decide(known)

    if decided.state in (A.READY, A.DONE_RUNNING):
        says_so = any(one.state in (A.READY, A.DONE_RUNNING) for one in known.claims)
        stays = known.before is not None and known.before.state is A.READY
        assert says_so or known.quiet_for >= 30.0 or (stays and known.asked is None)


@given(ANY)
def test_a_set_clock_gives_no_nonsense(known: StateFacts) -> None:
    decided = decide(known)

    assert decided.since <= known.now
    assert known.quiet_for >= 0.0
