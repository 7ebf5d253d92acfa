"""Facts are told apart from claims."""

from swarm.model.agent_state import FACTS, Evidence, Source


def test_only_gate_engine_and_sensor_state_facts() -> None:
    facts = {s for s in Source if Evidence(s, "rule", "", 1.0).is_fact}

    assert facts == FACTS == {Source.GATE, Source.ENGINE, Source.SENSOR}
