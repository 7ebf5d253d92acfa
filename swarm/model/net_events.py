"""What can happen on a task's network; the gate saw each of these."""

from typing import Any

from swarm.model.event_type import event


@event
class NetReady:
    """The task's net stands and the gate holds its listeners."""

    net: str


@event
class NetDenied:
    """Something the agent tried was refused, `count` times within a second."""

    net: str
    seq: int
    host: str
    reason: str
    port: int = 0
    count: int = 1
    phase: str = ""
    """connect, request, or dns."""
    method: str = ""
    path: str = ""
    rule: str = ""
    origin: str = ""
    """File and line of the rule, or who granted it."""
    address: str = ""
    sni: str = ""
    locked: bool = False
    """No grant opens this; only an explicit rule in a file does."""
    quiet: bool = False


@event
class NetNamed:
    """A name was asked for the first time; nothing was resolved for it outside."""

    net: str
    seq: int
    host: str


@event
class NetAllowed:
    """A connection was let through and is open from here on."""

    net: str
    seq: int
    host: str
    reason: str
    port: int = 0
    rule: str = ""
    origin: str = ""
    address: str = ""
    sni: str = ""


@event
class NetClosed:
    """A connection that was let through has ended, or one of its requests has."""

    net: str
    seq: int
    host: str
    port: int = 0
    method: str = ""
    """Empty for a connection whose inside was not looked at."""
    path: str = ""
    status: int = 0
    up: int = 0
    """Bytes, as `down`."""
    down: int = 0
    seconds: float = 0.0
    rule: str = ""
    origin: str = ""
    address: str = ""
    sni: str = ""
    how: str = ""
    """`cut` where a policy or a human ended it, `refused` where a limit did."""
    tool: str = ""
    """The tool that an MCP request called."""


@event
class NetFailed:
    """A connection that was allowed did not come about."""

    net: str
    seq: int
    host: str
    reason: str
    port: int = 0


@event
class NetGap:
    """Lines of the gate's were lost, or were too many to be written."""

    net: str
    missed: int
    why: str


@event
class ModelAsked:
    """A request to a model is open: the agent waits for it."""

    net: str
    seq: int
    host: str
    provider: str
    model: str = ""


@event
class ModelAnswered:
    """A request to a model has ended; tokens are as the answer counts them."""

    net: str
    seq: int
    host: str
    provider: str
    model: str = ""
    status: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    """Read from a cache; not among `tokens_in`."""
    cost: float = 0.0
    """US dollars, by the price table; 0 where the model has no price."""
    priced: bool = False
    seconds: float = 0.0


@event
class BudgetSet:
    """What the task may use from here on, all in all; 0 for no limit."""

    tokens: int
    dollars: float


@event
class BudgetSpent:
    """The task has used what it may, and is paused for it."""

    why: str


@event
class PolicyApplied:
    """The gate holds this policy for the task from now on."""

    rules: int
    digest: str
    why: str
    cut: int = 0
    """Open connections that it ended."""
    open: bool = False
    """Unknown hosts pass and are only written down."""
    asked: int = 0
    """Rules and services that the repository asks for and does not have."""


@event
class PolicyGranted:
    """A human added a rule."""

    rule: dict[str, Any]
    scope: str
    """once, task, project, or user."""
    file: str = ""
    """Where it was written, for project and user."""


@event
class PolicyRevoked:
    """A human took a grant back."""

    rule: dict[str, Any]
    scope: str
    file: str = ""


@event
class NetCut:
    """Nothing of the task's passes the gate until it is mended."""

    why: str


@event
class NetMended:
    """The policy counts again."""
