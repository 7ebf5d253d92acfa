"""What agents win or lose by a change of covers is said in plain sentences."""

from swarm.model.cover_change import flags
from swarm.model.covers import Wanted
from swarm.model.review import GATING


def sentences(before: Wanted, after: Wanted) -> tuple[str, ...]:
    return tuple(flag.reason for flag in flags(before, after))


def test_what_agents_win_must_be_acknowledged() -> None:
    covered, bare = Wanted(("ci",), (".env",)), Wanted()

    assert {flag.level for flag in flags(covered, bare)} <= GATING
    assert not {flag.level for flag in flags(bare, covered)} & GATING


def test_what_is_uncovered_is_told_first() -> None:
    before = Wanted(("ci",), (".env", "keys"))
    after = Wanted((".vscode",), ("keys", "more"))

    assert sentences(before, after) == (
        "agents will see what is hidden from them today: .env",
        "agents may write again what is protected from them today: ci",
        "agents will no longer see: more",
        "agents may no longer write: .vscode",
    )


def test_a_directory_covers_what_is_below_it() -> None:
    narrow, wide = Wanted(("ci/jobs",), ("deep/keys",)), Wanted(("ci",), ("deep",))

    assert sentences(narrow, wide) == (
        "agents will no longer see: deep",
        "agents may no longer write: ci",
    )
    assert len(sentences(wide, narrow)) == 2


def test_what_is_hidden_instead_of_protected_cannot_be_written() -> None:
    told = sentences(Wanted(("ci",)), Wanted((), ("ci",)))

    assert told == ("agents will no longer see: ci",)


def test_the_same_in_another_order_is_no_change() -> None:
    assert not sentences(Wanted(("a", "b")), Wanted(("b", "a")))


def test_a_name_stays_harmless() -> None:
    (told,) = sentences(Wanted((), ("a\x1b[2J\nb",)), Wanted())

    assert "\x1b" not in told
    assert "\n" not in told
