"""A task's policy as lines: each rule with its scope, its use, and where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.content import Content

from swarm.model import events, format
from swarm.model.safe_text import safe_line
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.rules import Rule
from swarm.tui.present import formatting
from swarm.tui.present.formatting import ERROR, GOOD, HEADING, MUTED, WARNING

OWN = frozenset({"grant", "project", "user"})
"""Layers whose rules a human can take back from here."""
NEVER = (
    "raw addresses, this machine and its network, cloud metadata, other resolvers: "
    "only a [[tcp]] rule in your own file opens one"
)


@dataclass(slots=True)
class _Use:
    """The number of times that a rule decided, and the last of them."""

    times: int = 0
    last: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line, and the rule that it stands for, where it does."""

    content: Content
    rule: Rule | None = None


def scope(rule: Rule) -> str:
    """For whom the rule counts, in a word."""
    if rule.layer == "grant":
        return "once" if rule.uses else "task"
    return rule.layer


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column; where it is narrow, how often a rule was used is left."""

    host: int
    only: int
    use: bool

    @classmethod
    def of(cls, width: int) -> "Columns":
        """Give a rule's origin as much room as its host."""
        use = width >= 100
        rest = width - 9 - (13 if use else 2)
        return cls(max(20, min(44, rest * 2 // 5)), max(10, min(30, rest // 5)), use)

    @property
    def head(self) -> str:
        """The line of their names."""
        use = f"{'USED':>5}{'LAST':>6}  " if self.use else "  "
        names = f"{'HOST':<{self.host}}{'ONLY':<{self.only}}"
        return f" {'SCOPE':<9}{names}{use}FROM"


def rows(
    found: ResolvedPolicy,
    recorded: Iterable[events.Recorded],
    now: float,
    width: int,
    services: bool = True,
) -> list[Row]:
    """Rules in force, what is never open, and what the repository asks for.

    Without `services`, those that no service brought: what somebody wrote or granted.
    """
    uses = _uses(recorded)
    columns = Columns.of(width)
    out = [Row(Content.styled(columns.head, HEADING))]
    known = found.policy.rules
    ordered = sorted(
        (rule for rule in known if services or rule.layer != "service"),
        key=lambda rule: _ORDER.get(scope(rule), 0),
    )
    out += [Row(_rule(rule, uses, now, columns), rule) for rule in ordered]
    if left := len(known) - len(ordered):
        words = f" {format.plural(left, 'rule')} of services not shown"
        out.append(Row(Content.styled(f"{words}; D shows them", MUTED)))
    elif not ordered:
        out.append(Row(Content.styled(" no rule: nothing passes", MUTED)))
    never = Content.assemble((f" {'never':<9}", ERROR), (NEVER, MUTED))
    return [*out, Row(never), *_requests(found), *_warnings(found)]


_ORDER = {"once": -4, "task": -3, "project": -2, "user": -1}
"""The order of scopes: grants come first."""


def _uses(recorded: Iterable[events.Recorded]) -> dict[tuple[str, str], _Use]:
    found: dict[tuple[str, str], _Use] = {}
    for one in recorded:
        match one.event:
            case (
                events.NetAllowed(rule=name, origin=origin)
                | events.NetDenied(rule=name, origin=origin)
            ):
                use = found.setdefault((name, origin), _Use())
                use.times += getattr(one.event, "count", 1)
                use.last = one.at
            case events.NetClosed(rule=name, origin=origin, method=method) if method:
                use = found.setdefault((name, origin), _Use())
                use.times += 1
                use.last = one.at
            case _:
                pass
    return found


def _rule(
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
        (safe_line(_ends(rule, now), 60), WARNING),
        (safe_line(rule.origin, 120), MUTED),
    )


def _ends(rule: Rule, now: float) -> str:
    if rule.expires:
        left = rule.expires - now
        return f"ends in {format.age(left)}  " if left > 0 else "has ended  "
    return "for one connection  " if rule.uses else ""


def asked_for(found: ResolvedPolicy) -> list[str]:
    """The rules that the repository's file would add, a line each; none if trusted."""
    asked = [f"+ {safe_line(rule.id, 120)} {_asked(rule)}" for rule in found.requests]
    return asked + [
        f"+ service {safe_line(one.name, 60)}" for one in found.requested_services
    ]


def _asked(rule: Rule) -> str:
    private = "also where it leads into a private network" if rule.allow_private else ""
    return " ".join(word for word in (safe_line(rule.only, 80), private) if word)


def _requests(found: ResolvedPolicy) -> list[Row]:
    asked = asked_for(found)
    if not asked:
        return []
    head = Content.styled(" THE REPOSITORY ASKS FOR, AND DOES NOT HAVE", HEADING)
    hint = Content.styled(" T grants exactly this", MUTED)
    lines = [Content.styled(f" {text}", WARNING) for text in asked]
    return [Row(Content("")), Row(head), *map(Row, lines), Row(hint)]


def _warnings(found: ResolvedPolicy) -> list[Row]:
    lines = [
        Content.styled(f" ⚑ {safe_line(text, 200)}", WARNING) for text in found.warnings
    ]
    return [Row(Content("")), *map(Row, lines)] if lines else []
