"""Parses one rule's table of a policy file."""

import re
from typing import Any

from swarm.policy import addresses, decide, hosts, request_target
from swarm.policy.addresses import AddressKind
from swarm.policy.reasons import Reason
from swarm.policy.rules import METHODS, Inject, Kind, Rule
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
    _refuse_idle_keys(rule, table)
    if kind != "deny":
        _refuse_never_open(rule, table)
    table.done()
    return rule


_IDLE: dict[Kind, tuple[tuple[str, str], ...]] = {
    "allow": (("quiet", "only a deny is quiet"),),
    "tcp": (
        ("quiet", "only a deny is quiet"),
        ("rate", "a raw tunnel has no requests to count"),
    ),
    "deny": tuple(
        (key, "does nothing in a deny")
        for key in ("allow_private", "inject", "max_upload", "model", "rate")
    ),
}
"""Keys that do nothing in a rule of this kind."""


def _refuse_idle_keys(rule: Rule, table: Table) -> None:
    for key, problem in _IDLE[rule.kind]:
        if getattr(rule, key):
            raise table.wrong(key, problem)


def _refuse_never_open(rule: Rule, table: Table) -> None:
    """Refuse a rule that opens nothing, and a word for what is open without it."""
    pattern = hosts.pattern(rule.host)
    if pattern.is_address:
        _refuse_address(rule, addresses.kind(pattern.name), table)
    name = f"x.{pattern.name}" if pattern.is_wildcard else pattern.name
    host = hosts.Host(name, pattern.is_address)
    if decide.NEVER_NAMES.fullmatch(name):
        raise table.wrong("host", f"{rule.host!r}: {_NEVER_NAME}")
    if rule.kind == "tcp":
        return
    for port in rule.ports:
        reason = decide.lock(decide.Attempt(host, port), rule.allow_private)
        if reason is Reason.LOCAL_NAME:
            raise table.wrong(
                "host",
                f"{rule.host!r} is a name of your own network: it needs "
                "allow_private = true",
            )
        if reason is Reason.OTHER_RESOLVER:
            raise table.wrong(
                "host",
                f"{rule.host}:{port} resolves names past the gate: only [[tcp]] opens "
                "it",
            )


_NEVER_NAME = (
    "the gate itself, an address or the cloud's metadata, which no rule opens; a "
    "service of this machine is host.docker.internal"
)


def _refuse_address(rule: Rule, kind: AddressKind, table: Table) -> None:
    if kind is AddressKind.PUBLIC:
        if rule.allow_private:
            raise table.wrong("allow_private", f"{rule.host!r} is a public address")
        if rule.kind == "allow":
            raise table.wrong("host", "an address has no name: only [[tcp]] opens it")
    elif not kind.is_inside:
        raise table.wrong("host", f"{rule.host!r} is {kind.value}, which no rule opens")
    elif rule.kind == "allow" and not rule.allow_private:
        raise table.wrong(
            "host", f"{rule.host!r} is {kind.value}: it needs allow_private = true"
        )


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
