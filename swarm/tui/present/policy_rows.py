"""A task's policy as lines: each rule with its scope, its use and its source."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from textual.content import Content

from swarm.model import events, format
from swarm.model.safe_text import safe_line
from swarm.policy import secret_search_gaps
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.rules import Policy, Rule, Secret
from swarm.tui.present import formatting
from swarm.tui.present.formatting import ERROR, GOOD, HEADING, KEY, MUTED, WARNING

OWN = frozenset({"grant", "project", "user"})
"""Layers whose rules a human can take back on this screen."""
NEVER = (
    "your own network, unless a rule says allow_private; raw addresses and other "
    "resolvers, unless [[tcp]] names them; cloud metadata"
)


@dataclass(slots=True)
class _Use:
    """The number of times that a rule decided, and the last of them."""

    times: int = 0
    last: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line, and its rule if it stands for one."""

    content: Content
    rule: Rule | None = None


def scope(rule: Rule) -> str:
    """The scope of the rule, in a word."""
    if rule.layer == "grant":
        return "once" if rule.uses else "task"
    return rule.layer


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column; a narrow screen has no column for the use of rules."""

    host: int
    only: int
    use: bool

    @classmethod
    def for_width(cls, width: int) -> "Columns":
        """Columns that leave a rule's origin as much room as its host."""
        use = width >= 100
        rest = width - 9 - (13 if use else 2)
        return cls(max(20, min(44, rest * 2 // 5)), max(10, min(30, rest // 5)), use)

    @property
    def head(self) -> str:
        """The line of column names."""
        use = f"{'USED':>5}{'LAST':>6}  " if self.use else "  "
        names = f"{'HOST':<{self.host}}{'ONLY':<{self.only}}"
        return f" {'SCOPE':<9}{names}{use}FROM"


def rows(
    resolved: ResolvedPolicy,
    recorded: Iterable[events.Recorded],
    now: float,
    width: int,
    services: bool = True,
) -> list[Row]:
    """Rows of the rules in force, of what is never open, and of the requests.

    Without `services`, rules that a service brought are left out: a human wrote or
    granted the others.
    """
    uses = _uses(recorded)
    columns = Columns.for_width(width)
    out = [Row(Content.styled(columns.head, HEADING))]
    rules = resolved.policy.rules
    ordered = sorted(
        (rule for rule in rules if services or rule.layer != "service"),
        key=lambda rule: _ORDER.get(scope(rule), 0),
    )
    out += [Row(_rule_line(rule, uses, now, columns), rule) for rule in ordered]
    if hidden := len(rules) - len(ordered):
        words = f" {format.plural(hidden, 'rule')} of services not shown"
        out.append(Row(Content.styled(f"{words}; D shows them", MUTED)))
    elif not ordered:
        out.append(Row(Content.styled(" no rule: nothing passes", MUTED)))
    never = Content.assemble((f" {'never':<9}", ERROR), (NEVER, MUTED))
    return [
        *out,
        Row(never),
        *_request_rows(resolved),
        *_secret_rows(resolved.policy, now, width),
        *_warning_rows(resolved),
    ]


_ORDER = {"once": -4, "task": -3, "project": -2, "user": -1}
"""The order of scopes: grants come first."""


def _uses(recorded: Iterable[events.Recorded]) -> dict[tuple[str, str], _Use]:
    uses: dict[tuple[str, str], _Use] = {}
    for record in recorded:
        match record.event:
            case (
                events.NetAllowed(rule=name, origin=origin)
                | events.NetDenied(rule=name, origin=origin)
            ):
                use = uses.setdefault((name, origin), _Use())
                use.times += getattr(record.event, "count", 1)
                use.last = record.at
            case events.NetClosed(rule=name, origin=origin, method=method) if method:
                use = uses.setdefault((name, origin), _Use())
                use.times += 1
                use.last = record.at
            case _:
                pass
    return uses


def _rule_line(
    rule: Rule, uses: dict[tuple[str, str], _Use], now: float, columns: Columns
) -> Content:
    use = uses.get((rule.id, rule.origin), _Use())
    tone = {"deny": ERROR, "tcp": ERROR}.get(rule.kind, GOOD)
    glyph = {"deny": "⊘", "tcp": "⇒"}.get(rule.kind, "✓")
    ports = "" if rule.ports in ((443,), ()) else f":{','.join(map(str, rule.ports))}"
    last = format.age(now - use.last) if use.last else ""
    used = f"{format.count(use.times) if use.times else '':>5}{last:>6}"
    return Content.assemble(
        (f" {scope(rule):<9}", MUTED),
        (f"{glyph} ", tone),
        formatting.fit(f"{safe_line(rule.host, 120)}{ports}", columns.host - 3),
        " ",
        (formatting.fit(safe_line(rule.only, 80), columns.only), MUTED),
        f"{used if columns.use else ''}  ",
        (safe_line(_end_note(rule, now), 60), WARNING),
        (safe_line(rule.origin, 120), MUTED),
    )


def _end_note(rule: Rule, now: float) -> str:
    if rule.expires:
        seconds = rule.expires - now
        return f"ends in {format.age(seconds)}  " if seconds > 0 else "has ended  "
    return "for one connection  " if rule.uses else ""


def request_lines(resolved: ResolvedPolicy) -> list[str]:
    """The rules that the repository's file would add, a line each; none if trusted."""
    rules = [
        f"+ {safe_line(rule.id, 120)} {safe_line(rule.only, 80)}".rstrip()
        for rule in resolved.requests
    ]
    return rules + [
        f"+ service {safe_line(service.name, 60)}"
        for service in resolved.requested_services
    ]


def _request_rows(resolved: ResolvedPolicy) -> list[Row]:
    requests = request_lines(resolved)
    if not requests:
        return []
    head = Content.styled(" THE REPOSITORY ASKS FOR, AND DOES NOT HAVE", HEADING)
    hint = Content.styled(" T grants exactly this", MUTED)
    lines = [Content.styled(f" {text}", WARNING) for text in requests]
    return [Row(Content("")), Row(head), *map(Row, lines), Row(hint)]


def _secret_rows(policy: Policy, now: float, width: int) -> list[Row]:
    """A card for each secret: its hosts, and where it is not searched for."""
    if not policy.secrets:
        return []
    out = [Row(Content("")), Row(Content.styled(" SECRETS, HELD AT THE GATE", HEADING))]
    for secret in policy.secrets:
        variable = f"  as {safe_line(secret.placeholder, 60)}"
        line = Content.assemble(
            (" ◆ ", KEY),
            safe_line(secret.name, 60),
            (f"  for {safe_line(' '.join(secret.hosts), 120)}", MUTED),
            (variable if secret.placeholder else "", MUTED),
            (_secret_end(secret, now), WARNING),
            (f"  {safe_line(secret.origin, 120)}", MUTED),
        )
        out.append(Row(line))
        for sentence in secret_search_gaps.places(policy, secret):
            out += _wrapped(safe_line(sentence, 300), width, WARNING)
    out.append(Row(Content("")))
    for sentence in secret_search_gaps.ALWAYS:
        out += _wrapped(sentence, width, MUTED)
    return out


def _secret_end(secret: Secret, now: float) -> str:
    if not secret.expires:
        return ""
    left = secret.expires - now
    return f"  ends in {format.age(left)}" if left > 0 else "  has ended"


def _wrapped(text: str, width: int, style: str) -> list[Row]:
    lines = textwrap.wrap(text, max(20, width - 4))
    return [Row(Content.styled(f"   {line}", style)) for line in lines]


def _warning_rows(resolved: ResolvedPolicy) -> list[Row]:
    lines = [
        Content.styled(f" ⚑ {safe_line(text, 200)}", WARNING)
        for text in resolved.warnings
    ]
    return [Row(Content("")), *map(Row, lines)] if lines else []
