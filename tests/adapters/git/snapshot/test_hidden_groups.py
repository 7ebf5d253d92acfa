"""Many hidden entries of one directory are shown as one, and none is lost."""

from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.git.snapshot.hidden_groups import collapsed
from swarm.model.review import Hidden


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), max_size=900))
def test_collapsing_loses_no_entry(paths: list[list[str]]) -> None:
    """However entries lie, their counts and sizes add up."""
    hidden = [Hidden("/".join(path), "ignored", size=2) for path in paths]

    shown = collapsed(hidden)

    assert sum(entry.count for entry in shown) == len(hidden)
    assert sum(entry.size for entry in shown) == 2 * len(hidden)
