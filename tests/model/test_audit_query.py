"""Groups of the timeline, and the key that tells its entries apart."""

import pytest

from swarm.model import events
from swarm.model.activity import Action, PathActivity
from swarm.model.audit_query import GROUPS, Entry, group_of
from tests.model.builders import build_event


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        (events.NetDenied, "net"),
        (events.NameQueried, "net"),
        (events.GateDown, "net"),
        (events.ModelAnswered, "net"),
        (events.PolicyGranted, "policy"),
        (events.BudgetSpent, "policy"),
        (events.TaskStopped, "life"),
        (events.SensorLogDropped, "life"),
        (events.ContainerEngineDown, "life"),
    ],
)
def test_an_event_is_in_a_group(kind: type[events.Event], group: str) -> None:
    assert group_of(build_event(kind)) == group


def test_every_event_is_in_one_group_only() -> None:
    for kind in events.KINDS.values():
        groups = [name for name, subjects in GROUPS.items() if kind.subject in subjects]
        assert len(groups) == 1, kind


def test_a_path_that_changes_again_is_another_entry() -> None:
    path = PathActivity("/workspace/a", "write", 1.0, 2.0)
    keys = {
        Entry(2.0, 1, activity=path).key,
        Entry(3.0, 1, activity=path).key,
        Entry(2.0, 2, activity=path).key,
        Entry(2.0, 1, 4, action=Action(2.0, "exec", "exec")).key,
        Entry(2.0, 1, 4).key,
    }

    assert len(keys) == 5
