"""A landing list survives its JSON, and knows what a human must still acknowledge."""

import json

from hypothesis import given
from hypothesis import strategies as st

from swarm.model.landing import (
    Conversion,
    LandingItem,
    LandingList,
    Subject,
    Verdict,
    from_json,
)

_TEXTS = st.text(max_size=20)
_ITEMS = st.builds(
    LandingItem,
    subject=st.sampled_from(Subject),
    verdict=st.sampled_from(Verdict),
    name=_TEXTS,
    sentence=_TEXTS,
    paths=st.lists(_TEXTS | st.just("m\udce9.txt"), max_size=3).map(tuple),
    hint=_TEXTS,
)
_LISTS = st.builds(
    LandingList,
    target=_TEXTS,
    strategy=st.sampled_from(["squash", "merge"]),
    tree=_TEXTS,
    landing_tree=_TEXTS,
    items=st.lists(_ITEMS, max_size=4).map(tuple),
    conversions=st.lists(st.builds(Conversion, _TEXTS, _TEXTS, _TEXTS)).map(tuple),
)


@given(_LISTS)
def test_it_survives_json(landing: LandingList) -> None:
    assert from_json(json.loads(json.dumps(landing.to_json()))) == landing


def test_only_named_items_want_an_acknowledgement() -> None:
    done = LandingItem(Subject.FILTER, Verdict.DONE, "lfs", "runs")
    hook = LandingItem(Subject.HOOK, Verdict.NAMED, "pre-commit", "does not run")
    landing = LandingList("main", "squash", "a", "b", items=(done, hook))

    assert landing.unacknowledged(()) == (hook,)
    assert landing.unacknowledged(("hook:pre-commit",)) == ()
