"""An agent's briefing says the truth, shortly."""

import pytest

from swarm.plan.briefing import MOST_HOSTS, briefing
from swarm.policy.rules import Policy, Rule


@pytest.mark.parametrize(
    "words",
    ["/workspace", "No root", "no container engine", "services, stacks and",
     "403", "`git push` leads nowhere", "human reviews", "placeholders",
     "policy.md", "box.md", "repository.md"],
)  # fmt: skip
def test_it_says_where_the_agent_is(words: str) -> None:
    assert words in briefing(Policy(), "/workspace")


def test_it_names_what_may_be_reached_and_what_may_not() -> None:
    rules = (Rule("allow", "a.test"), Rule("deny", "b.test"), Rule("allow", "a.test"))

    text = briefing(Policy(rules=rules), "/w")

    assert "you may reach a.test. Everything else is denied" in text
    assert "b.test" not in text
    assert "you may reach no host." in briefing(Policy(), "/w")


def test_many_hosts_are_counted() -> None:
    rules = tuple(Rule("allow", f"h{n}.test") for n in range(MOST_HOSTS + 3))

    assert "and 3 more." in briefing(Policy(rules=rules), "/w")


def test_the_users_rules_come_last_and_as_they_are() -> None:
    assert briefing(Policy(), "/w", "\nUse tabs. {key}\n").endswith(
        "\n\nUse tabs. {key}\n"
    )


def test_a_host_of_a_strange_policy_breaks_no_line() -> None:
    text = briefing(Policy(rules=(Rule("allow", "a\n# b`"),)), "/w")

    assert "a?# b?" in text


def test_rules_that_it_does_not_read_by_itself_are_named() -> None:
    told = briefing(Policy(), "/workspace", read="AGENTS.md")

    assert "- Read `AGENTS.md` here first, if there is one." in told
    assert "here first" not in briefing(Policy(), "/workspace")


def test_how_the_project_is_tested_is_told() -> None:
    assert briefing(Policy(), "/w", "Rule.", "npm test\n").endswith(
        "- The project's tests: `npm test`\n\nRule.\n"
    )
    assert "tests" not in briefing(Policy(), "/w")
