"""The policy on the screen: rules, why, and taking back."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from textual.widgets import Static

from swarm.policy.layers import ResolvedPolicy
from swarm.policy.rules import Policy, Rule, Secret
from swarm.tui.present import policy_explain, policy_rows
from swarm.tui.screens.policy import PolicyScreen
from tests.scenes import DENIALS, HOSTILE_NAME, NOW, SECRETS, Scene, press, shown
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_decisions import wishes

Recorded = Callable[[Scene], FakeBackend]
POLICY = DENIALS.policy


def text(rows: list[policy_rows.Row]) -> str:
    return "\n".join(row.content.plain for row in rows)


def test_what_a_human_granted_last_stands_first() -> None:
    """Once, task, project, then what others gave."""
    rows = policy_rows.rows(POLICY, [], NOW, 120)

    scopes = [policy_rows.scope(row.rule) for row in rows if row.rule]
    assert scopes == ["once", "task", "project", "user", "service"]


def test_every_rule_says_where_it_stands_and_how_it_ends() -> None:
    said = text(policy_rows.rows(POLICY, [], NOW, 160))

    assert "ends in 1m" in said
    assert "~/.config/swarm/policy.toml:3" in said
    assert "+ allow cdn.example" in said
    assert "shared by many owners" in said


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("api.stripe.example", "✓ api.stripe.example:443 passes by"),
        ("api.stripe.example:8443", "⊘ api.stripe.example:8443 is denied: not-in"),
        ("a.telemetry.example:443", "projects/acme-api/policy.toml:2"),
        ("169.254.169.254:80", "locked"),
        ("a b", "the gate denies it always"),
        ("https://packages.example/simple/x", "✓ GET packages.example:443 passes"),
        (
            "PUT https://packages.example/x",
            "PUT packages.example:443 is denied: method",
        ),
        ("get https://api.stripe.example/v1", "✓ api.stripe.example:443 passes"),
        ("https://packages.example/a%zz", "the gate denies it always"),
        ("a.example:http", "the port is no number from 1 to 65535"),
    ],
)
def test_why_names_the_rule_and_its_place(asked: str, answer: str) -> None:
    words, _ = policy_explain.explain_attempt(POLICY, asked, NOW)

    assert answer in words


def test_what_services_brought_can_be_left_out() -> None:
    """How many there are is told, for they count all the same."""
    rows = policy_rows.rows(POLICY, [], NOW, 120, services=False)

    scopes = [policy_rows.scope(row.rule) for row in rows if row.rule]
    assert scopes == ["once", "task", "project", "user"]
    assert "1 rule of services not shown; D shows them" in text(rows)


def test_each_secret_says_where_it_is_not_searched_for() -> None:
    """And what is never found; no policy without secrets speaks of them."""
    said = text(policy_rows.rows(SECRETS.policy, [], NOW, 120))

    assert "model  for api.model.example  as MODEL_API_KEY" in said
    assert "api.stripe.example:443 passes unread: nothing is injected" in said
    assert "api.model.example:443 passes" not in said
    assert "not found: a part of the value" in said
    assert "refused, because it cannot be searched" in said
    assert "searched" not in text(policy_rows.rows(POLICY, [], NOW, 120))


@pytest.mark.parametrize(
    ("expires", "said"), [(0.0, ""), (NOW + 96, "ends in 1m"), (NOW - 1, "has ended")]
)
def test_a_secret_says_when_it_ends(expires: float, said: str) -> None:
    secret = Secret("k", "env:K", ("a.example",), expires=expires)
    resolved = ResolvedPolicy(Policy(secrets=(secret,)))
    rows = policy_rows.rows(resolved, [], NOW, 120)
    (line,) = (row for row in rows if "a.example" in row.content.plain)

    assert said in line.content.plain
    assert ("end" in line.content.plain) is bool(said)


def test_no_line_about_secrets_is_cut_on_a_narrow_screen() -> None:
    rows = policy_rows.rows(SECRETS.policy, [], NOW, 78)
    first = next(n for n, row in enumerate(rows) if "payments" in row.content.plain)

    assert all(row.content.cell_length <= 78 for row in rows[first + 1 : -1])


def test_no_rule_is_an_empty_state_that_says_so() -> None:
    assert "nothing passes" in text(
        policy_rows.rows(ResolvedPolicy(Policy()), [], NOW, 80)
    )


def test_hostile_rules_are_harmless() -> None:
    """A repository's file is an agent's, once it is merged."""
    rule = Rule("deny", HOSTILE_NAME, paths=(HOSTILE_NAME,), origin=HOSTILE_NAME)
    found = ResolvedPolicy(Policy(rules=(rule,)), (rule,), warnings=(HOSTILE_NAME,))

    said = text(policy_rows.rows(found, [], NOW, 120))

    assert not [c for c in said if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]
    assert "\u202e" not in said


async def test_a_grant_is_taken_back_at_once(recorded: Recorded) -> None:
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "P", "j", "x")

    ((verb, body),) = wishes(backend)
    assert (verb, body["host"], body["scope"]) == (
        "revoke",
        "api.stripe.example",
        "task",
    )


async def test_a_file_is_changed_only_after_a_question(recorded: Recorded) -> None:
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "P", "j", "j", "x", "escape")
            assert wishes(backend) == []
            await press(pilot, backend, "x", "y")

    ((_, body),) = wishes(backend)
    assert (body["host"], body["scope"]) == ("*.telemetry.example", "project")


async def test_what_is_not_ours_is_not_taken_back(recorded: Recorded) -> None:
    """The key says why, and what to do instead."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "P", "j", "j", "j", "j", "x")
            assert isinstance(app.screen, PolicyScreen)
            assert "preset balanced" in app.screen.disabled_reason("revoke")

    assert wishes(backend) == []


async def test_a_host_is_allowed_until_the_task_ends(recorded: Recorded) -> None:
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(
                pilot, backend, "j", "P", "a", "type:docs.example:8443", "enter"
            )

    ((verb, body),) = wishes(backend)
    assert (verb, body["host"], body["port"], body["scope"], body["task"]) == (
        "grant",
        "docs.example",
        8443,
        "task",
        2,
    )


async def test_a_public_place_is_allowed_only_by_its_name(recorded: Recorded) -> None:
    """Enter on the wrong word allows nothing, and says so."""
    backend = recorded(DENIALS)
    keys = "j", "P", "a", "type:you.github.io", "enter", "type:github.io", "enter"
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *keys)
            said = str(app.screen.query_one("#typed-answer").render())
            assert (wishes(backend), said) == ([], "that is not you.github.io")
            await press(pilot, backend, "ctrl+u", "type:you.github.io", "enter")

    assert [body["host"] for _, body in wishes(backend)] == ["you.github.io"]


async def test_a_bad_host_is_told_and_asked_of_nobody(recorded: Recorded) -> None:
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "P", "a", "type:127.1", "enter")
            said = str(app.screen.query_one("#message").render())

    assert ("ambiguous" in said, wishes(backend)) == (True, [])


async def test_what_the_repository_asks_for_is_shown_before_it_is_trusted(
    recorded: Recorded,
) -> None:
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "P", "T")
            said = " ".join(str(one.render()) for one in app.screen.query(Static))
            assert ("+ allow cdn.example" in said, wishes(backend)) == (True, [])
            await press(pilot, backend, "y")

    assert [verb for verb, _ in wishes(backend)] == ["trust"]


async def test_the_editor_gets_the_terminal(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the command that checks the file behind it."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        monkeypatch.setattr(app, "suspend", nullcontext)
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "P", "e")

    assert [argv[-2:] for argv in backend.commands] == [["policy", "edit"]]


async def test_the_cursor_stands_on_rules_alone(recorded: Recorded) -> None:
    """Neither the columns' names nor what the repository asks for can be chosen."""
    backend = recorded(DENIALS)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "P")
            first = app.screen.lines.rule  # type: ignore[attr-defined]  # the policy's
            await press(pilot, backend, "G")
            last = app.screen.lines.rule  # type: ignore[attr-defined]

    assert (first.host, last.host) == ("hooks.stripe.example", "packages.example")


async def test_a_mistake_in_a_file_is_told_and_esc_leaves(recorded: Recorded) -> None:
    """The message names file and line; the last good sheet stays."""
    backend = recorded(DENIALS)
    backend.broken_policy = "policy.toml:2: allow.hots: no such key"
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "j", "P")
            title = str(app.screen.query_one("#policy-title").render())
            assert "policy.toml:2" in title
            await press(pilot, backend, "escape")
            assert not isinstance(app.screen, PolicyScreen)
