"""A line of the gate's is credited to the net that the supervisor names."""

import json

import pytest

from swarm.engine.gate.client import audit_line


def test_net_and_number_are_the_supervisors() -> None:
    """A worker that an agent took over writes what it likes into its own line."""
    forged = json.dumps({"phase": "close", "net": "other", "seq": 99, "up": 1})

    line = audit_line({"net": "1", "seq": 7, "line": forged})

    assert line == {"phase": "close", "net": "1", "seq": 7, "up": 1}


@pytest.mark.parametrize("text", ["", "[]", "5", "{", None, {"a": 1}])
def test_what_is_no_line_is_a_number_alone(text: object) -> None:
    """Its number still counts: a gap would be told otherwise."""
    assert audit_line({"net": "1", "seq": 7, "line": text}) == {"net": "1", "seq": 7}
