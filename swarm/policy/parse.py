"""A policy file, read: every rule with its line, every mistake with its place."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from swarm.policy import addresses, hosts, targets
from swarm.policy.rules import Inject, Limits, Rule, Secret
from swarm.policy.table import BadPolicy, Source, Table, wrong

METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())  # noqa: SIM905 - reads as a line of a manual
SOURCES = ("file:", "env:", "cmd:", "keyring:")


@dataclass(frozen=True, slots=True)
class Service:
    """A service that a file switches on, with what narrows it."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one file says; absent settings are None, so that another layer's count."""

    name: str
    rules: tuple[Rule, ...] = ()
    services: tuple[Service, ...] = ()
    secrets: tuple[Secret, ...] = ()
    default: str | None = None
    inspect: str | None = None
    passthrough: tuple[str, ...] = ()
    allow_nets: tuple[str, ...] = ()
    upstream_ca: tuple[str, ...] = ()
    """Paths, as written."""
    limits: Limits | None = None
    warnings: tuple[str, ...] = ()


def parse(text: str, file: str, layer: str = "user") -> Layer:
    """The layer that the file holds; BadPolicy names the first mistake.

    `file` only names it; nothing is read from disk.
    """
    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadPolicy(f"{file}: {error}") from error
    return _Reader(file, text, layer).read(body)


class _Reader:
    def __init__(self, file: str, text: str, layer: str) -> None:
        self._file = file
        self._lines = text.split("\n")
        self._source = Source(file, tuple(self._lines))
        self._layer = layer
        self._warnings: list[str] = []

    def read(self, body: dict[str, Any]) -> Layer:
        top = Table(self._source, "", body, 1)
        if top.take("version", int, 0) != 1:
            raise top.wrong("version", "this swarm reads version = 1")
        rules = [
            self._rule(kind, table)
            for kind in ("allow", "deny", "tcp")
            for table in self._tables(top, kind)
        ]
        tls, network = top.table("tls"), top.table("network")
        made = Layer(
            name=self._layer,
            rules=tuple(rules),
            services=tuple(self._services(top)),
            secrets=tuple(self._secrets(top)),
            default=top.choice("default", ("deny", "log")),
            inspect=top.choice("inspect", ("auto", "always", "never")),
            passthrough=tls.texts("passthrough", _host_port),
            upstream_ca=tls.texts("upstream_ca"),
            allow_nets=network.texts(
                "allow_nets", lambda text: str(addresses.network(text))
            ),
            limits=self._limits(top),
            warnings=tuple(self._warnings),
        )
        for table in (tls, network, top):
            table.done()
        return made

    def _tables(self, top: Table, name: str) -> Iterator[Table]:
        lines = self._where(rf"\[\[\s*{name}\s*\]\]")
        for number, body in enumerate(top.take(name, list, [])):
            line = lines[number] if number < len(lines) else 1
            if not isinstance(body, dict):
                raise wrong(self._file, line, name, "must be tables: [[…]]")
            yield Table(self._source, name, body, line)

    def _where(self, header: str) -> list[int]:
        found = re.compile(rf"\s*{header}")
        return [n for n, text in enumerate(self._lines, 1) if found.match(text)]

    def _rule(self, kind: Any, table: Table) -> Rule:
        host = table.text("host", hosts.pattern)
        if kind != "deny" and hosts.is_shared(hosts.pattern(host)):
            self._warnings.append(
                f"{self._file}:{table.line}: {host}: anybody can have a name there"
            )
        rule = Rule(
            kind=kind,
            host=host,
            ports=table.numbers("ports", 65535) or (() if kind == "deny" else (443,)),
            methods=table.texts("methods", _method),
            paths=table.texts("paths", targets.glob),
            query=tuple(table.table("query", done=True).body.items()),
            max_upload=table.size("max_upload"),
            rate=_rate(table),
            expires=table.moment("expires"),
            reason=table.take("reason", str, ""),
            quiet=table.take("quiet", bool, False),
            allow_private=table.take("allow_private", bool, False),
            inject=_inject(table),
            model=table.choice("model", ("anthropic", "openai", "gemini")) or "",
            layer=self._layer,
            origin=f"{self._file}:{table.line}",
        )
        if kind == "tcp" and rule.looks_inside:
            raise table.wrong("host", "a raw tunnel has no requests to match")
        table.done()
        return rule

    def _services(self, top: Table) -> Iterator[Service]:
        lines = self._where(r"services\s*=")
        origin = f"{self._file}:{lines[0] if lines else 1}"
        for entry in top.take("services", list, []):
            body = {"name": entry} if isinstance(entry, str) else entry
            if not isinstance(body, dict) or not isinstance(body.get("name"), str):
                raise BadPolicy(f"{origin}: services: a name, or a table with one")
            options = {key: value for key, value in body.items() if key != "name"}
            yield Service(body["name"], options, origin)

    def _secrets(self, top: Table) -> Iterator[Secret]:
        for name, body in top.take("secrets", dict, {}).items():
            line = next(iter(self._where(rf'\[secrets\.["\']?{re.escape(name)}')), 1)
            table = Table(self._source, f"secrets.{name}", body, line)
            source = table.take("source", str, "")
            if not source.startswith(SOURCES):
                raise table.wrong("source", f"begins with {', '.join(SOURCES)}")
            names = table.texts("hosts", hosts.pattern)
            if not names:
                raise table.wrong("hosts", "a secret needs the hosts it may go to")
            placeholder = table.take("placeholder", str, "")
            table.done()
            yield Secret(name, source, names, placeholder, f"{self._file}:{line}")

    def _limits(self, top: Table) -> Limits | None:
        if "limits" not in top.body:
            return None
        table, usual = top.table("limits"), Limits()
        made = Limits(
            connections=table.take("connections", int, usual.connections),
            per_second=table.take("per_second", int, usual.per_second),
            upload=table.size("upload"),
        )
        table.done()
        return made


def _method(text: str) -> None:
    if text not in METHODS:
        raise ValueError(f"must be one of {', '.join(sorted(METHODS))}")


def _host_port(text: str) -> None:
    host, _, port = text.rpartition(":")
    hosts.parse(host)
    if not port.isdigit():
        raise ValueError("must be host:port")


def _rate(table: Table) -> int:
    value = table.take("rate", str, "0/min")
    found = re.fullmatch(r"(\d{1,6})/min", value)
    if not found:
        raise table.wrong("rate", "must be such as 120/min")
    return int(found[1])


def _inject(table: Table) -> Inject | None:
    if "inject" not in table.body:
        return None
    inner = table.table("inject")
    made = Inject(
        header=inner.take("header", str, ""),
        template=inner.take("template", str, "{}"),
        secret=inner.take("secret", str, ""),
    )
    inner.done()
    if not re.fullmatch(r"[A-Za-z0-9-]+", made.header) or "{}" not in made.template:
        raise table.wrong("inject", "needs a header's name and a template with {}")
    if not made.secret:
        raise table.wrong("inject", "needs the name of a secret")
    return made
