"""Parses one rule's table of a policy file."""

import re
from typing import Any

from swarm.policy import hosts, request_target
from swarm.policy.rules import METHODS, Inject, Rule
from swarm.policy.toml_table import Table


def read(kind: Any, table: Table, layer: str) -> Rule:
    """The rule; BadPolicy names the key that is wrong."""
    rule = Rule(
        kind=kind,
        host=table.text("host", hosts.pattern),
        ports=table.numbers("ports", 65535) or (() if kind == "deny" else (443,)),
        methods=table.texts("methods", _method),
        paths=table.texts("paths", request_target.glob),
        query=tuple(table.table("query", strings_only=True).body.items()),
        max_upload=table.size("max_upload"),
        rate=_rate(table),
        expires=table.moment("expires"),
        reason=table.take("reason", str, ""),
        quiet=table.take("quiet", bool, False),
        allow_private=table.take("allow_private", bool, False),
        inject=_inject(table),
        model=table.choice("model", ("anthropic", "openai", "gemini")) or "",
        layer=layer,
        origin=table.place,
    )
    if kind == "tcp" and rule.looks_inside:
        raise table.wrong("host", "a raw tunnel has no requests to match")
    table.done()
    return rule


def warning(rule: Rule) -> str:
    """A warning of the rule for the human, with its place; empty for most."""
    if rule.kind == "deny" or not hosts.is_shared(hosts.pattern(rule.host)):
        return ""
    return shared_warning(rule)


def shared_warning(rule: Rule) -> str:
    """The warning for a wildcard below which anybody can have a name."""
    return f"{rule.origin}: {rule.host}: anybody can have a name there"


def _method(text: str) -> None:
    if text not in METHODS:
        raise ValueError(f"must be one of {', '.join(sorted(METHODS))}")


def _rate(table: Table) -> int:
    value = table.take("rate", str, "0/min")
    match = re.fullmatch(r"(\d{1,6})/min", value)
    if not match:
        raise table.wrong("rate", "must be such as 120/min")
    return int(match[1])


def _inject(table: Table) -> Inject | None:
    if "inject" not in table.body:
        return None
    inner = table.table("inject")
    inject = Inject(
        header=inner.take("header", str, ""),
        template=inner.take("template", str, "{}"),
        secret=inner.take("secret", str, ""),
    )
    inner.done()
    if not re.fullmatch(r"[A-Za-z0-9-]+", inject.header) or "{}" not in inject.template:
        raise table.wrong("inject", "needs a header's name and a template with {}")
    if not inject.secret:
        raise table.wrong("inject", "needs the name of a secret")
    return inject
