"""Rules and policies as values, and as the JSON that the gate is sent."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["allow", "deny", "tcp"]
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods that a rule may name; a request with another one is denied."""


@dataclass(frozen=True, slots=True)
class Inject:
    """A secret that the gate puts into a header, at the last moment."""

    header: str
    template: str
    """`{}` stands for the value."""
    secret: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy."""

    kind: Kind
    host: str
    """The pattern as written: `example.com` or `*.example.com`."""
    ports: tuple[int, ...] = (443,)
    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    max_upload: int = 0
    """Bytes of one request's body, or of one tunnel; 0 for no limit."""
    rate: int = 0
    """Requests a minute; 0 for no limit."""
    expires: float = 0.0
    """Seconds since the epoch; 0 for never."""
    uses: int = 0
    """Connections until it is used up; 0 for no limit."""
    reason: str = ""
    quiet: bool = False
    allow_private: bool = False
    inject: Inject | None = None
    model: str = ""
    """The shape of model traffic to be understood: anthropic, openai, gemini."""
    answer: str = ""
    """The name of an answer of the gate's own: the request goes nowhere."""
    layer: str = "user"
    origin: str = ""
    """File and line, or who granted it."""

    @property
    def id(self) -> str:
        """The name of the rule in verdicts: short, and the same in every report."""
        usual = self.ports in ((443,), ())
        ports = "" if usual else f":{','.join(map(str, self.ports))}"
        return f"{self.kind} {self.host}{ports}"

    @property
    def only(self) -> str:
        """The part of the host that the rule is for, in words; empty for all of it."""
        words = [
            "/".join(self.methods),
            " ".join(self.paths),
            " ".join(f"?{key}={value}" for key, value in self.query),
            f"secret {self.inject.secret}" if self.inject else "",
            f"{self.model} model" if self.model else "",
            "answered by the gate itself" if self.answer else "",
            "own network too" if self.allow_private else "",
        ]
        return " ".join(word for word in words if word)

    def covers(self, port: int) -> bool:
        """True if the rule speaks of the port; one without ports speaks of all."""
        return not self.ports or port in self.ports

    def is_expired(self, now: float) -> bool:
        """True if the rule's time is over."""
        return 0 < self.expires <= now

    def is_spent(self, uses: int) -> bool:
        """True if so many connections have used the rule up."""
        return 0 < self.uses <= uses

    @property
    def looks_inside(self) -> bool:
        """True if the rule can be kept only where the gate reads the requests."""
        return bool(
            self.methods
            or self.paths
            or self.query
            or self.inject
            or self.model
            or self.answer
        )


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's source and the hosts it may go to; never its value."""

    name: str
    source: str
    hosts: tuple[str, ...]
    placeholder: str = ""
    """The variable that holds a worthless value in the sandbox."""
    origin: str = ""
    expires: float = 0.0
    """Seconds since the epoch, from when on it is put in nowhere; 0 for never."""

    def is_expired(self, now: float) -> bool:
        """True if its time is over."""
        return 0 < self.expires <= now


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one task at the gate."""

    connections: int = 256
    per_second: int = 100
    """New connections."""
    upload: int = 0
    """Bytes in all; 0 for no limit."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules and settings that one task's verdicts come from."""

    rules: tuple[Rule, ...] = ()
    default: Literal["deny", "log"] = "deny"
    inspect: Literal["auto", "always", "never"] = "auto"
    passthrough: tuple[str, ...] = ()
    """`host:port` that is never intercepted: pinned certificates."""
    allow_nets: tuple[str, ...] = ()
    upstream_ca: tuple[str, ...] = ()
    """PEM text."""
    secrets: tuple[Secret, ...] = ()
    limits: Limits = field(default_factory=Limits)
    quiet: tuple[Rule, ...] = ()
    """Requests that get no row if the other rules deny them; they deny nothing."""
    read_denied: tuple[str, ...] = ()
    """`host:port` whose denied requests are read, to learn what was wanted.

    They are answered by the gate; nothing of them goes out.
    """


def to_json(policy: Policy) -> dict[str, Any]:
    """The policy as it travels to the gate and is stored."""
    return asdict(policy)


def from_json(body: dict[str, Any]) -> Policy:
    """The policy from its JSON; TypeError or KeyError if another version wrote it."""
    return Policy(
        **{
            **body,
            "rules": tuple(rule_from(rule) for rule in body["rules"]),
            "secrets": tuple(
                Secret(**{**secret, "hosts": tuple(secret["hosts"])})
                for secret in body["secrets"]
            ),
            "limits": Limits(**body["limits"]),
            "passthrough": tuple(body["passthrough"]),
            "allow_nets": tuple(body["allow_nets"]),
            "upstream_ca": tuple(body["upstream_ca"]),
            "quiet": tuple(rule_from(rule) for rule in body.get("quiet", ())),
            "read_denied": tuple(body.get("read_denied", ())),
        }
    )


def rule_from(body: dict[str, Any]) -> Rule:
    """A rule from its JSON, as a grant in the journal holds it."""
    inject = body.get("inject")
    return Rule(
        **{
            **body,
            "ports": tuple(body["ports"]),
            "methods": tuple(body["methods"]),
            "paths": tuple(body["paths"]),
            "query": tuple((key, value) for key, value in body["query"]),
            "inject": Inject(**inject) if inject else None,
        }
    )
