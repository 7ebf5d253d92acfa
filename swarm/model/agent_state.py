"""An agent's state, and the evidence for it: facts of ours, claims of the agent's."""

from enum import StrEnum

from swarm.model.frozen import frozen


class AgentState(StrEnum):
    """What an agent is doing; `model.state_rules` decides which."""

    STARTING = "starting"
    FIRST_RUN = "first-run"
    """A dialog of the agent's own, before it takes a prompt."""
    WORKING = "working"
    """The status's `detail` says on what: `model` or `tool`."""
    ASKS_PERMISSION = "asks-permission"
    ASKS_QUESTION = "asks-question"
    READY = "ready"
    """Its turn ended: it takes a prompt."""
    LIMITED = "limited"
    """Its model's usage limit is reached; the status says until when, if known."""
    OVERLOADED = "overloaded"
    """Its model is overloaded, and it tries again."""
    STALLED = "stalled"
    """Something was denied to it, and nothing has happened since."""
    NEEDS_LOGIN = "needs-login"
    DONE_RUNNING = "done-running"
    """Its work is done, but its process has not ended."""
    FAILED = "failed"
    ENDED = "ended"


ASKING = frozenset({AgentState.ASKS_PERMISSION, AgentState.ASKS_QUESTION})
"""It waits for an answer to a question of its own."""

NEEDS_YOU = ASKING | {
    AgentState.FIRST_RUN,
    AgentState.STALLED,
    AgentState.NEEDS_LOGIN,
    AgentState.FAILED,
}
"""It does not go on without a human."""

DONE = frozenset({AgentState.READY, AgentState.DONE_RUNNING})
"""It has done what it was given; its process runs on."""


class Source(StrEnum):
    """Where evidence comes from; in the order in which it is believed."""

    GATE = "gate"
    ENGINE = "engine"
    CHANNEL = "channel"
    HOOK = "hook"
    SENSOR = "sensor"
    STREAM = "stream"
    TITLE = "title"
    SCREEN = "screen"


FACTS = frozenset({Source.GATE, Source.ENGINE, Source.SENSOR})
"""What an agent cannot forge; all other sources are claims of untrusted code."""


@frozen
class Evidence:
    """What a state was decided by."""

    source: Source
    rule: str
    """The name of the rule, hook, message or cue."""
    text: str
    """A sentence of ours for a fact, the agent's bytes for a claim."""
    at: float
    """The time when it was seen; seconds since the epoch."""

    @property
    def is_fact(self) -> bool:
        """True if the agent could not have forged it."""
        return self.source in FACTS


@frozen
class AgentStatus:
    """An agent's state with its evidence."""

    state: AgentState
    since: float
    """The time when the state, or what it works on, began."""
    evidence: Evidence
    detail: str = ""
    """`model` or `tool` if it works; otherwise the reason in words, if there is one."""
    until: float | None = None
    """The time when a limit is lifted, or the agent tries again, if that is known."""
    contradiction: str = ""
    """A sentence if claims contradict facts for a while; empty if not."""
