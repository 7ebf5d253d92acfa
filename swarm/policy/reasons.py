"""Every reason for which the gate denies or allows something: the one list.

A code is on the wire (`403 swarm-denied HOST:443 not-in-allowlist`), in the audit log
and in the database, so it never changes. Gate, dashboard and command line read the rest
from here.
"""

from enum import Enum, StrEnum, auto


class Allowance(StrEnum):
    """The reason why something passes."""

    ALLOW_RULE = "allow-rule"
    TCP_RULE = "tcp-rule"
    LOGGED_ONLY = "logged-only"
    """No rule speaks of the host, and the policy's default is to write it down."""


class Kind(Enum):
    """The kind of a denial, which says what a grant can change and who is answered."""

    RULE = auto()
    """The rules decided: another rule decides otherwise."""
    LOCKED = auto()
    """No grant opens it; an explicit rule in a file does, if anything."""
    REQUEST = auto()
    """A fault of what was sent to a host that may be allowed: a rule is no help."""
    TUNNEL = auto()
    """As REQUEST, but found in the bytes of a tunnel whose CONNECT was answered."""


_OWN_NETWORK = "swarm policy allow {place} --private --project"
NEVER_OPEN = "no rule opens it, not even a [[tcp]] rule in your own file"


class Reason(StrEnum):
    """One reason of a denial; its value is the code."""

    sentence: str
    """For the agent."""
    kind: Kind
    way_out: str
    """For the human, with `{place}` for host and port: a line, or what to do instead
    where no rule opens it."""

    def __new__(
        cls, code: str, sentence: str, kind: Kind, way_out: str = ""
    ) -> "Reason":
        """The member whose value is `code`."""
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.sentence = sentence
        reason.kind = kind
        reason.way_out = way_out
        return reason

    @property
    def is_locked(self) -> bool:
        """True if no grant opens it."""
        return self.kind is Kind.LOCKED

    @property
    def is_inside(self) -> bool:
        """True if the fault is in what was sent, whatever the rules say of the host."""
        return self.kind in (Kind.REQUEST, Kind.TUNNEL)

    NOT_IN_ALLOWLIST = (
        "not-in-allowlist",
        "no rule of its policy allows this host and port",
        Kind.RULE,
        "swarm policy allow {place} --project",
    )
    DENY_RULE = (
        "deny-rule",
        "a rule of its policy denies it",
        Kind.RULE,
        "take that rule out; a deny beats every allow",
    )
    METHOD_OR_PATH = (
        "method-or-path-not-allowed",
        "the host is allowed, this method or path is not",
        Kind.RULE,
        "add the method or path to a rule: swarm policy allow {place} --method --path",
    )
    RAW_ADDRESS = (
        "raw-address",
        "addresses are not allowed, only names",
        Kind.LOCKED,
        "a [[tcp]] rule in your own file names this address and its ports",
    )
    LOCAL_NAME = (
        "local-name",
        "this name means a machine of the local network",
        Kind.LOCKED,
        _OWN_NETWORK,
    )
    OTHER_RESOLVER = (
        "other-resolver",
        "names are resolved by the gate alone",
        Kind.LOCKED,
        "none from a dashboard; a [[tcp]] rule in your own file",
    )
    ADDRESS_NOT_PUBLIC = (
        "address-not-public",
        "the name leads to an address that is not public",
        Kind.LOCKED,
        _OWN_NETWORK,
    )
    ADDRESS_SHARED = (
        "address-shared",
        "the name leads into shared address space (100.64.0.0/10), as overlay networks "
        "use it",
        Kind.LOCKED,
        f'{_OWN_NETWORK}; for all of it [network] allow_nets = ["100.64.0.0/10"]',
    )
    ADDRESS_FAKE = (
        "address-fake",
        "the resolver answered with a made-up address (198.18.0.0/15), as some VPN and "
        "proxy clients do",
        Kind.LOCKED,
        '[network] allow_nets = ["198.18.0.0/15"] in your own file, if such a client '
        "answers for every name; or switch its made-up addresses off",
    )
    ADDRESS_IN_DISGUISE = (
        "address-in-disguise",
        "the name leads to an address inside another one",
        Kind.LOCKED,
        "a name that leads to the address itself; no rule opens one inside another",
    )
    NOT_AN_ADDRESS = (
        "not-an-address",
        "the name leads to something that is no address",
        Kind.LOCKED,
        "a resolver that answers with an address; no rule makes one of this",
    )
    CUT = (
        "cut",
        "all egress was cut by the operator",
        Kind.LOCKED,
        "swarm uncut, or C on the dashboard",
    )
    TOO_MANY_CONNECTIONS = (
        "too-many-connections",
        "too many connections at once, or a second",
        Kind.LOCKED,
        "fewer at once; more with [limits] connections and per_second in your own file",
    )
    BAD_HEAD = (
        "bad-head",
        "the request's head is malformed",
        Kind.LOCKED,
        "a request with a well-formed head; no rule lets this one pass",
    )
    DNS_MALFORMED = (
        "dns-malformed",
        "the DNS query is malformed",
        Kind.LOCKED,
        "a well-formed query; no rule lets this one pass",
    )
    DNS_NOT_IMPLEMENTED = (
        "dns-not-implemented",
        "the gate answers no DNS query of this class",
        Kind.LOCKED,
        "an ordinary query (class IN); no rule opens others",
    )
    DNS_KIND_REFUSED = (
        "dns-kind-refused",
        "the gate answers no DNS query of this type, or no more names",
        Kind.LOCKED,
        "a query for addresses (A, AAAA), or fewer names; no rule opens others",
    )
    AMBIGUOUS_PATH = (
        "ambiguous-path",
        "the path has two readings; ask for it in its plain form",
        Kind.REQUEST,
        "ask for the path in its plain form",
    )
    MALFORMED = (
        "malformed",
        "the request is malformed",
        Kind.REQUEST,
        "a well-formed request; over TLS, tls.passthrough lets the host through unread",
    )
    HOST_DIFFERS = (
        "host-differs",
        "the Host field names another host than the connection",
        Kind.REQUEST,
        "the connection's own name in the Host field; a rule for the other name, "
        "reached by that name",
    )
    RULE_NEEDS_INSPECTION = (
        "rule-needs-inspection",
        "its rule needs a look inside, which is switched off",
        Kind.REQUEST,
        'inspect = "auto", and no tls.passthrough for the host',
    )
    SECRET_ELSEWHERE = (
        "secret-elsewhere",
        "a placeholder of a secret was sent to a host it is not for",
        Kind.REQUEST,
        "nothing, unless the secret is meant for this host: then its `hosts` names it",
    )
    HTTP2_LIMIT = (
        "http2-limit",
        "it uses a part of HTTP/2 that the gate does not carry, or too much of one",
        Kind.REQUEST,
        "use HTTP/1.1, or less at once; tls.passthrough lets the host through unread",
    )
    HTTP2_WITHOUT_TLS = (
        "http2-without-tls",
        "HTTP/2 needs TLS here: use https, or HTTP/1.1",
        Kind.TUNNEL,
        "https for the host, or HTTP/1.1",
    )
    SECRET_EXPIRED = (
        "secret-expired",
        "the secret that its rule puts in has expired; only the user can renew it",
        Kind.REQUEST,
        "renew the secret, then change or remove `expires` at the line named",
    )
    TOO_MANY_REQUESTS = (
        "too-many-requests",
        "more requests a minute than the policy allows",
        Kind.REQUEST,
        "fewer a minute, or a higher `rate` in the rule",
    )
    TOO_MUCH_UPLOAD = (
        "too-much-upload",
        "more bytes were sent than the policy allows",
        Kind.TUNNEL,
        "less at once, or a higher `max_upload` in the rule, or `upload` in [limits]",
    )
    SNI_DIFFERS = (
        "sni-differs",
        "TLS asks for another name than the connection",
        Kind.TUNNEL,
        "the connection's own name in TLS; a rule for the other name, reached by it",
    )
    NO_SNI = (
        "no-sni",
        "TLS names no host",
        Kind.TUNNEL,
        "a client that names its host in TLS; a [[tcp]] rule in your own file lets it "
        "through unread",
    )
    ENCRYPTED_HELLO = (
        "encrypted-hello",
        "the TLS hello may hide another name than the one that it shows",
        Kind.TUNNEL,
        'inspect = "always": the name that is shown counts where TLS ends at the gate',
    )
    BAD_HELLO = (
        "bad-hello",
        "the TLS hello is malformed",
        Kind.TUNNEL,
        "a well-formed TLS hello; a [[tcp]] rule in your own file lets it through "
        "unread",
    )
    NOT_TLS_NOR_HTTP = (
        "not-tls-nor-http",
        "the bytes are neither TLS nor an HTTP request",
        Kind.TUNNEL,
        "a [[tcp]] rule in your own file that names {place}",
    )


def by_code(text: str) -> Reason | None:
    """The reason of a code, which a detail may follow (`bad-head: too long`).

    None for a code that this version does not list.
    """
    return _BY_CODE.get(text.partition(":")[0])


_BY_CODE = {reason.value: reason for reason in Reason}
