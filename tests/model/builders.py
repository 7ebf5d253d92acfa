"""Makes an instance of any event, from the types of its fields alone."""

from dataclasses import fields
from typing import Any, TypeVar, get_args, get_type_hints

from hypothesis import strategies as st

from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from swarm.model.question import AnsweredBy, Option, Question

Kind = TypeVar("Kind")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
STRATEGIES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    tuple[int, ...]: st.lists(st.integers(0, 2**31)).map(tuple),
    tuple[str, ...]: st.lists(st.text()).map(tuple),
    dict[str, Any]: st.dictionaries(st.text(), JSON, max_size=3),
    int | None: st.none() | st.integers(0, 2**31),
    float | None: st.none() | st.floats(allow_nan=False, allow_infinity=False),
    AgentState: st.sampled_from(AgentState),
    Source: st.sampled_from(Source),
    AnsweredBy: st.sampled_from(get_args(AnsweredBy)),
    Question: st.builds(
        Question,
        st.text(),
        st.sampled_from(["permission", "choice", "text"]),
        st.text(),
        body=st.text(),
        options=st.lists(st.builds(Option, st.text(), st.text())).map(tuple),
        channel_id=st.text(),
    ),
}
PLAIN: dict[Any, Any] = {
    str: "x",
    int: 1,
    float: 1.0,
    bool: True,
    tuple[int, ...]: (1,),
    tuple[str, ...]: ("x",),
    dict[str, Any]: {},
    int | None: None,
    float | None: None,
    AgentState: AgentState.READY,
    Source: Source.GATE,
    AnsweredBy: "us",
    Question: Question("1", "permission", "x", options=(Option("x", "x"),)),
}


def build_event(kind: type[Kind]) -> Kind:
    """One with nothing special in it."""
    hints = get_type_hints(kind)
    return kind(**{f.name: PLAIN[hints[f.name]] for f in fields(kind)})  # type: ignore[arg-type]  # every event is a dataclass


def any_event() -> st.SearchStrategy[events.Event]:
    """Every kind, with whatever its fields can hold."""
    return st.one_of(*(_any_of(kind) for kind in events.KINDS.values()))


def _any_of(kind: type[events.Event]) -> st.SearchStrategy[events.Event]:
    hints = get_type_hints(kind)
    parts = {f.name: STRATEGIES[hints[f.name]] for f in fields(kind)}
    return st.builds(kind, **parts)
