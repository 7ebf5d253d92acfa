"""Names are cut so that they can still be told apart."""

from swarm.tui.present import formatting


def test_a_name_in_a_group_keeps_what_tells_it_from_the_others() -> None:
    """The agent, or the number of the copy; any other name is cut at its end."""
    assert formatting.fit_name("please-do-it-now/opencode", 15) == "pleas…/opencode"
    assert formatting.fit_name("please-do-it-now/12", 10) == "please…/12"
    assert formatting.fit_name("a/b", 6) == "a/b   "
    assert formatting.fit_name("please-do-it-now", 8) == "please-…"
    assert formatting.fit_name("a-long-head/and-a-long-tail", 9) == "a-long-h…"
