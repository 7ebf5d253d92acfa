"""Denied requests on the screen: card, list, decisions, undo."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from swarm.model import events
from swarm.store.journal import Journal
from swarm.tui.dialogs.denial_card import DenialCard
from swarm.tui.dialogs.denial_list import DenialList
from swarm.tui.present.denials import DenialRow
from swarm.tui.screens.dashboard import denials as denials_part
from tests.scenes import (
    DENIALS,
    MANY_DENIALS,
    WANTED,
    Scene,
    press,
    settled,
    shown,
    until,
)
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_screen import dashboard

Recorded = Callable[[Scene], FakeBackend]


def wishes(backend: FakeBackend) -> list[tuple[str, dict[str, Any]]]:
    """What was asked of the keeper, oldest first."""

    with sqlite3.connect(backend.database) as file:
        rows = file.execute("SELECT verb, body FROM wish ORDER BY id").fetchall()
    file.close()
    return [(verb, json.loads(body)) for verb, body in rows]


@pytest.mark.parametrize(
    ("key", "kind", "scope"),
    [("o", "allow", "once"), ("t", "allow", "task"), ("n", "deny", "task")],
)
async def test_a_key_on_the_card_is_a_wish(
    recorded: Recorded, key: str, kind: str, scope: str
) -> None:
    """About exactly the host and port that the card showed."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", key)

    ((verb, body),) = wishes(backend)
    assert verb == "grant"
    assert (body["kind"], body["scope"]) == (kind, scope)
    assert (body["host"], body["port"], body["task"]) == (
        "hooks.stripe-cdn.example",
        443,
        2,
    )
    assert body.get("seconds") == (120 if scope == "once" else None)


async def test_what_is_wrong_within_an_allowed_host_is_allowed_by_no_key(
    recorded: Recorded,
) -> None:
    """The card says so; keeping it denied and blocking still count."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            leak = "exclamation_mark", "right_square_bracket"
            await press(pilot, backend, *leak, "o", "t", "P")
            said = str(app.screen.query_one("#choices").render())
            assert ("passes already" in said, wishes(backend)) == (True, [])
            await press(pilot, backend, "b")

    verbs = [(verb, body.get("host")) for verb, body in wishes(backend)]
    assert verbs == [("grant", "data.evil.example"), ("pause", None)]


async def test_the_project_is_asked_with_the_very_lines(recorded: Recorded) -> None:
    """What would be written stands there; Esc writes nothing."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "P", "escape")
            assert wishes(backend) == []
            await press(pilot, backend, "exclamation_mark", "P", "y")

    assert [body["scope"] for _, body in wishes(backend)] == ["project"]


async def test_esc_puts_it_off_and_the_next_one_comes(recorded: Recorded) -> None:
    """Later is an answer too."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(
                pilot, backend, "exclamation_mark", "escape", "exclamation_mark"
            )
            card = app.screen
            assert isinstance(card, DenialCard)
            assert card._row.host == "data.evil.example"


async def test_u_takes_a_decision_back(recorded: Recorded) -> None:
    """In the same scope, of the same task."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "t", "u")

    verbs = wishes(backend)
    assert [verb for verb, _ in verbs] == ["grant", "revoke"]
    assert verbs[1][1]["host"] == verbs[0][1]["host"]


async def test_what_changed_meanwhile_must_be_read_again(recorded: Recorded) -> None:
    """A key pressed on what is no longer true decides nothing, once."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark")
            journal = Journal(backend.database)
            worse = events.NetDenied(
                "5f0c", 9, "hooks.stripe-cdn.example", "deny-rule", 443
            )
            journal.record(2, worse)
            await press(pilot, backend, "t")
            assert (wishes(backend), type(app.screen)) == ([], DenialCard)
            assert "deny-rule" in str(app.screen.query_one("#facts").render())
            journal.record(2, replace(worse, seq=10, count=50))
            await press(pilot, backend, "t")
            journal.close()

    assert [body["host"] for _, body in wishes(backend)] == ["hooks.stripe-cdn.example"]


async def test_enter_shows_all_that_the_gate_said(recorded: Recorded) -> None:
    """And once more leaves it out; it decides nothing."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "enter")
            told = str(app.screen.query_one("#facts").render())
            await press(pilot, backend, "enter")
            after = str(app.screen.query_one("#facts").render())

    assert "seq 5" in told
    assert "seq 5" not in after
    assert wishes(backend) == []


async def test_a_public_place_must_be_typed(recorded: Recorded) -> None:
    """Esc there allows nothing."""
    gist = _with(
        events.NetDenied("5f0c", 9, "gist.github.com", "not-in-allowlist", 443)
    )
    backend = recorded(gist)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "t", "escape")
            assert wishes(backend) == []
            keys = "exclamation_mark", "t", "type:github.com"
            await press(pilot, backend, *keys, "enter")

    assert [body["host"] for _, body in wishes(backend)] == ["gist.github.com"]


def _with(*more: events.Event) -> Scene:
    """The scene of denials, and these after them."""
    last = DENIALS.tasks[1]
    told = replace(last, events=(*last.events, *more))
    return replace(DENIALS, tasks=(DENIALS.tasks[0], told))


async def test_the_agent_is_told_of_what_was_allowed(recorded: Recorded) -> None:
    """By a key of the human's: text that is typed unasked may answer a question."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "m")
            assert wishes(backend) == []
            await press(pilot, backend, "exclamation_mark", "t", "m")

    verb, body = wishes(backend)[-1]
    assert (verb, body["task"]) == ("send", 2)
    assert body["text"].startswith("hooks.stripe-cdn.example:443 can be reached now")


async def test_hosts_that_come_at_once_are_one_toast_more(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent that tries many names makes two toasts, not many; none is lost."""
    monkeypatch.setattr(denials_part, "TOAST_SECONDS", 0.2)
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36), notifications=True) as pilot:
            await press(pilot, backend)
            journal = Journal(backend.database)
            for n in range(30):
                host = f"x.evil{n}.example"
                journal.record(2, events.NetDenied("5f0c", 9 + n, host, "not-in", 443))
            journal.close()
            await until(pilot, lambda: len(app._notifications) > 1)
            said = [one.message for one in app._notifications]

    assert said[0].endswith("evil0.example:443  [!] decide")
    assert said[1].startswith("⊘ 29 more hosts denied")


async def test_many_are_decided_at_once_each_by_its_own_key(recorded: Recorded) -> None:
    """No key chooses for two rows; what was not chosen waits on."""
    backend = recorded(MANY_DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "x")
            listed = cast(DenialList, app.screen)
            await press(pilot, backend, *_to(listed, "fonts.example"), "t")
            await press(pilot, backend, *_to(listed, "telemetry.vendor.example"), "n")
            assert wishes(backend) == []
            await press(pilot, backend, "enter")
            assert not isinstance(app.screen, DenialList)

    asked = [(body["kind"], body["scope"], body["host"]) for _, body in wishes(backend)]
    assert sorted(asked) == [
        ("allow", "task", "fonts.example"),
        ("deny", "task", "telemetry.vendor.example"),
    ]


async def test_a_list_opens_no_public_place_and_nothing_within_a_host(
    recorded: Recorded,
) -> None:
    """Those are for their own card."""
    backend = recorded(MANY_DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "x")
            listed = cast(DenialList, app.screen)
            for host in ("gist.github.com", "data.evil.example"):
                await press(pilot, backend, *_to(listed, host), "t", "o")
                assert not any(how for _, how in _chosen(listed))
            await press(pilot, backend, "enter")

    assert wishes(backend) == []


async def test_a_row_of_the_list_that_changed_is_read_again(recorded: Recorded) -> None:
    """Its choice is gone, the others stay, and Enter must be pressed anew."""
    backend = recorded(MANY_DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "x")
            listed = cast(DenialList, app.screen)
            for host in ("fonts.example", "telemetry.vendor.example"):
                await press(pilot, backend, *_to(listed, host), "t")
            chosen = {row.host for row, how in _chosen(listed) if how}
            journal = Journal(backend.database)
            worse = events.NetDenied("5f0c", 90, "fonts.example", "deny-rule", 443)
            journal.record(2, worse)
            journal.close()
            await press(pilot, backend, "enter")
            assert (wishes(backend), app.screen) == ([], listed)
            kept = {row.host for row, how in _chosen(listed) if how}
            await press(pilot, backend, "enter")

    assert (chosen, kept) == (
        {"fonts.example", "telemetry.vendor.example"},
        {"telemetry.vendor.example"},
    )
    assert {body["host"] for _, body in wishes(backend)} == kept


def _to(listed: DenialList, host: str) -> tuple[str, ...]:
    """The keys that put the cursor on that row."""
    return "g", *("j",) * [row.host for row in listed._rows].index(host)


def _chosen(listed: DenialList) -> list[tuple[DenialRow, str]]:
    return list(zip(listed._rows, listed._choices, strict=True))


async def test_nothing_waits_says_so(recorded: Recorded) -> None:
    """The key works in every state."""
    backend = recorded(Scene(tasks=DENIALS.tasks[:1]))
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark")
            assert not isinstance(app.screen, DenialCard)


async def test_panic_asks_nothing(recorded: Recorded) -> None:
    """Everything is cut and frozen by one key."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "ctrl+x")

    assert wishes(backend) == [("panic", {})]


RELEASES = "/WiseLibs/better-sqlite3/releases/download/**"


@pytest.mark.parametrize(
    ("keys", "methods", "paths"),
    [("t", ["GET", "HEAD"], [RELEASES]), ("o", ["GET", "HEAD"], [RELEASES]),
     ("wt", None, None), ("wwt", ["GET", "HEAD"], [RELEASES])],
)  # fmt: skip
async def test_a_key_allows_what_was_asked_and_no_more(
    recorded: Recorded, keys: str, methods: list[str] | None, paths: list[str] | None
) -> None:
    """The whole host only for one who asks for it."""
    backend = recorded(WANTED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", *keys)

    ((_, body),) = wishes(backend)
    assert body["host"] == "forge.example"
    assert (body.get("methods") or None, body.get("paths") or None) == (methods, paths)


async def test_the_card_names_what_was_wanted(recorded: Recorded) -> None:
    backend = recorded(WANTED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark")
            facts = str(app.screen.query_one("#facts").render())

    assert "npm wants better-sqlite3's prebuilt file from a forge's release" in facts


async def test_a_key_adds_the_service(recorded: Recorded) -> None:
    """After a question that says what is written; without a service it does nothing."""
    backend = recorded(WANTED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "s")
            assert wishes(backend) == []
            await press(pilot, backend, "right_square_bracket", "s", "y")

    ((verb, body),) = wishes(backend)
    assert (verb, body["service"], body["scope"], body["task"]) == (
        "add_service",
        "uv-python",
        "project",
        2,
    )


async def test_the_list_allows_what_was_asked_and_no_more(recorded: Recorded) -> None:
    """What stands below the row, as on its own card."""
    backend = recorded(WANTED)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "exclamation_mark", "x")
            notes = str(app.screen.query_one("#denied-notes").render())
            await press(pilot, backend, "t", "enter")

    ((_, body),) = wishes(backend)
    assert f"only GET/HEAD {RELEASES}" in notes
    assert (body["methods"], body["paths"]) == (["GET", "HEAD"], [RELEASES])


ALLOW = ("exclamation_mark", "t")
DISCARD = ("g", "D", "y", "keeper")


@pytest.mark.parametrize(
    ("acts", "undone"),
    [
        ((*DISCARD, *ALLOW), ["revoke", "restore"]),
        ((*ALLOW, *DISCARD), ["restore", "revoke"]),
        ((*DISCARD, *ALLOW, "j"), ["revoke", "restore"]),
        # The human goes to a discarded task after the decision, and means that.
        ((*DISCARD, "j", *ALLOW, "k"), ["restore", "revoke"]),
        ((*ALLOW, "keeper"), ["revoke"]),
    ],
)
async def test_u_takes_back_what_was_done_last(
    recorded: Recorded, acts: tuple[str, ...], undone: list[str]
) -> None:
    """The message line has just promised it: "u takes it back"."""
    backend = recorded(DENIALS)
    journal = Journal(backend.database)
    journal.record(1, events.TaskStopped(0))
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            for key in acts:
                await press(pilot, backend, key)
                if key == "keeper" and "D" in acts:
                    journal.record(1, events.TaskRejected("discarded by you"))
                    await press(pilot, backend, "ctrl+r")
                elif key in ("j", "k"):
                    task = 2 if key == "j" else 1
                    dashboard(app).overview.task_list.select(task)
                    await settled(pilot)
            before = len(wishes(backend))
            for verb in undone:
                await press(pilot, backend, "u", "keeper")
                if verb == "restore":
                    journal.record(1, events.TaskRestored())
                    await press(pilot, backend, "ctrl+r")
    journal.close()
    assert [verb for verb, _ in wishes(backend)[before:]] == undone
