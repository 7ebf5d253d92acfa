"""Parses a policy file: every rule has its line, every mistake its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from swarm.policy import addresses, hosts, rule_parser, toml_table
from swarm.policy.rules import Limits, Rule, Secret
from swarm.policy.toml_table import BadPolicy, Source, Table, wrong

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
SOURCES = (
    "file:", "env:", "cmd:", "keyring:",
    "npmrc:", "url:", "netrc:", "cargo:", "maven:", "poetry:", "uv:",
)  # fmt: skip
"""Kinds of sources; those of the second line name a place of a package tool's."""
_OF_TLS = ("passthrough", "upstream_ca")


@dataclass(frozen=True, slots=True)
class Service:
    """A service that a file switches on, with what narrows it."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """A service that a human made: a name for rules of the same file."""

    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """The contents of one file; a setting that is None is left to other layers."""

    name: str
    rules: tuple[Rule, ...] = ()
    services: tuple[Service, ...] = ()
    definitions: tuple[ServiceDefinition, ...] = ()
    """In force only if some layer switches them on."""
    secrets: tuple[Secret, ...] = ()
    default: str | None = None
    inspect: str | None = None
    passthrough: tuple[str, ...] = ()
    allow_nets: tuple[str, ...] = ()
    upstream_ca: tuple[str, ...] = ()
    """Paths, as written."""
    upstream_ca_place: str = ""
    """File, line and key."""
    limits: Limits | None = None
    warnings: tuple[str, ...] = ()


def parse(text: str, file: str, layer: str = "user") -> Layer:
    """The layer that the file holds; BadPolicy names the first mistake.

    `file` only names it; nothing is read from disk.
    """
    try:
        body = toml_table.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadPolicy(f"{file}: {error}") from error
    return _Reader(file, text, layer).read(body)


class _Reader:
    def __init__(self, file: str, text: str, layer: str) -> None:
        self._file = file
        self._lines = text.split("\n")
        self._source = Source(file, tuple(self._lines))
        self._layer = layer

    def read(self, body: dict[str, Any]) -> Layer:
        top = Table(self._source, "", body, 1)
        # A file without one is of the first version.
        if top.take("version", int, 1) != 1:
            raise top.wrong("version", "this swarm reads version = 1 alone")
        rules = [
            rule_parser.read(kind, table, self._layer)
            for kind in ("allow", "deny", "tcp")
            for table in self._tables(top, kind)
        ]
        tls, network = top.table("tls"), top.table("network")
        idle_keys = self._idle_keys(top, tls, network)
        layer = Layer(
            name=self._layer,
            rules=tuple(rules),
            services=tuple(self._services(top)),
            definitions=tuple(self._definitions(top)),
            secrets=tuple(self._secrets(top)),
            default=top.choice("default", ("deny", "log")),
            inspect=top.choice("inspect", ("auto", "always", "never")),
            passthrough=tls.texts("passthrough", _host_port),
            upstream_ca=tls.texts("upstream_ca"),
            upstream_ca_place=str(tls.wrong("upstream_ca", "")).removesuffix(": "),
            allow_nets=network.texts(
                "allow_nets", lambda text: str(addresses.network(text))
            ),
            limits=self._limits(top),
            warnings=(*filter(None, map(rule_parser.warning, rules)), *idle_keys),
        )
        for table in (tls, network, top):
            table.done()
        return layer

    def _idle_keys(self, top: Table, tls: Table, network: Table) -> list[str]:
        """What a repository's file says in vain, with the place of each."""
        if self._layer != "repo":
            return []
        keys = {top: ("default", "secrets"), tls: _OF_TLS, network: ("allow_nets",)}
        return [
            str(table.wrong(key, "does nothing here; it counts in your own file alone"))
            for table, names in keys.items()
            for key in names
            if key in table.body
        ]

    def _tables(self, above: Table, name: str) -> Iterator[Table]:
        full = f"{above.name}.{name}" if above.name else name
        lines = self._lines_of(rf"\[\[\s*{re.escape(full)}\s*\]\]")
        for number, body in enumerate(above.take(name, list, [])):
            line = lines[number] if number < len(lines) else above.line
            if not isinstance(body, dict):
                raise wrong(self._file, line, full, "must be tables: [[…]]")
            yield Table(self._source, full, body, line)

    def _lines_of(self, header: str) -> list[int]:
        pattern = re.compile(rf"\s*{header}")
        return [n for n, text in enumerate(self._lines, 1) if pattern.match(text)]

    def _services(self, top: Table) -> Iterator[Service]:
        lines = self._lines_of(r"services\s*=")
        origin = f"{self._file}:{lines[0] if lines else 1}"
        for entry in top.take("services", list, []):
            body = {"name": entry} if isinstance(entry, str) else entry
            if not isinstance(body, dict) or not isinstance(body.get("name"), str):
                raise BadPolicy(f"{origin}: services: a name, or a table with one")
            options = {key: value for key, value in body.items() if key != "name"}
            yield Service(body["name"], options, origin)

    def _definitions(self, top: Table) -> Iterator[ServiceDefinition]:
        """The tables `[service.NAME]`, which only a human's own files may have."""
        for name, body in top.take("service", dict, {}).items():
            full = f"service.{name}"
            line = self._source.header(full, 1)
            if self._layer == "repo":
                raise wrong(self._file, line, full, "a repository defines no service")
            if not _NAME.fullmatch(name) or not isinstance(body, dict):
                raise wrong(self._file, line, full, "a table with a name such as ours")
            table = Table(self._source, full, body, line)
            table.take("summary", str, "")
            rules = tuple(
                rule_parser.read(kind, rule_table, "service")
                for kind in ("allow", "deny")
                for rule_table in self._tables(table, kind)
            )
            table.done()
            if not rules:
                raise wrong(self._file, line, full, "needs an allow or a deny")
            yield ServiceDefinition(name, rules)

    def _secrets(self, top: Table) -> Iterator[Secret]:
        for name, body in top.take("secrets", dict, {}).items():
            line = next(iter(self._lines_of(rf'\[secrets\.["\']?{re.escape(name)}')), 1)
            table = Table(self._source, f"secrets.{name}", body, line)
            source = table.take("source", str, "")
            if not source.startswith(SOURCES):
                raise table.wrong("source", f"begins with {', '.join(SOURCES)}")
            names = table.texts("hosts", hosts.pattern)
            if not names:
                raise table.wrong("hosts", "a secret needs the hosts it may go to")
            placeholder = table.take("placeholder", str, "")
            expires = table.moment("expires")
            table.done()
            origin = f"{self._file}:{line}"
            yield Secret(name, source, names, placeholder, origin, expires)

    def _limits(self, top: Table) -> Limits | None:
        if "limits" not in top.body:
            return None
        table, defaults = top.table("limits"), Limits()
        limits = Limits(
            connections=table.take("connections", int, defaults.connections),
            per_second=table.take("per_second", int, defaults.per_second),
            upload=table.size("upload"),
        )
        table.done()
        return limits


def _host_port(text: str) -> None:
    host, _, port = text.rpartition(":")
    hosts.parse(host)
    if not port.isdigit():
        raise ValueError("must be host:port")
