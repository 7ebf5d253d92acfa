"""The line says what is there, or first what is missing; its words stay words."""

from swarm.model.standing import Standing
from swarm.tui.present.standing_line import standing_line


def test_hostile_words_of_a_policy_stay_words() -> None:
    line = standing_line(Standing("a", key_problem="x\x1b[2J\n[b]y[/b]"))

    assert str(line) == "✕ x\\x1b[2J⏎[b]y[/b]"


def test_nothing_is_said_before_it_is_known() -> None:
    assert str(standing_line(None)) == ""


def test_what_is_there_is_named() -> None:
    line = standing_line(Standing("a", "env:K", "", "base", "", "open: everything"))

    assert str(line) == "✓ key env:K, image base, network open: everything"


def test_what_files_tell_of_stands_behind_it() -> None:
    line = standing_line(
        Standing("a", image="base", network="n", tools="it has\x1b go")
    )

    assert str(line) == "✓ image base, network n; it has\\x1b go"


def test_what_the_agent_may_not_see_stands_behind_it() -> None:
    line = standing_line(
        Standing("a", image="base", network="n", covers="hidden: .e\x1bnv")
    )

    assert str(line) == "✓ image base, network n; hidden: .e\\x1bnv"


def test_what_can_be_built_has_its_key_and_services_their_memory() -> None:
    lacks = Standing("x", image_problem="none", builds=("base",), build_minutes=2)
    assert str(standing_line(lacks)).endswith(
        "ctrl+b builds it, about 2 min, and starts then"
    )
    beside = Standing("x", image="base", network="n", services="beside it db\x1b")
    assert str(standing_line(beside)) == "✓ image base, network n; beside it db\\x1b"


def test_the_set_up_and_the_network_of_an_offline_task() -> None:
    known = Standing(
        "a", image="i", network="balanced: x", setup="a warm base is there"
    )

    assert "network balanced: x; set-up: a warm base is there" in str(
        standing_line(known)
    )
    offline = str(standing_line(known, is_offline=True))
    assert "network locked: the agent's own service alone" in offline
