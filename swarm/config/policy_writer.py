"""Adds rules to a policy file and takes them out; comments and order stay."""

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from swarm.config import human_file, policy_files
from swarm.errors import ConfigError
from swarm.policy.rules import Rule, Secret

TEMPLATE = """\
# What your agents may reach. Unknown hosts are denied; `swarm policy show` tells what
# is in force and which line said so. Edits count at once, also for agents at work.
version = 1

# services = ["pypi", "npm", { name = "github", repos = ["owner/name"], git = "read" }]
#
# [[allow]]
# host = "api.example.com"         # or "*.example.com", which leaves out the apex
# ports = [443]
# allow_private = true             # a service of your own network: 10.…, *.internal
# methods = ["GET", "HEAD"]        # any of these three makes the gate look inside TLS
# paths = ["/v1/**"]
# reason = "ticket 42"
#
# [service.mirror]                 # a name of your own for rules, for `services`
# [[service.mirror.allow]]
# host = "mirror.example.com"
# methods = ["GET", "HEAD"]
#
# [[deny]]
# host = "*.telemetry.example"
# quiet = true                     # counted, and shown nowhere
"""


def add(file: Path, rule: Rule, layer: str) -> None:
    """Write one more rule; ConfigError if the file would not be valid then."""
    body = _read(file)
    _add_rule(body, rule)
    _write(file, tomlkit.dumps(body), layer)


def _add_rule(body: tomlkit.TOMLDocument, rule: Rule) -> None:
    table = tomlkit.table()
    for key, value in _entries(rule).items():
        table.add(key, value)
    tables = body.get(rule.kind)
    if tables is None:
        tables = tomlkit.aot()
        body.add(rule.kind, tables)
    tables.append(table)


def add_secret(file: Path, secret: Secret, rule: Rule, layer: str) -> bool:
    """Write a secret, which is a place and no value, and the rule that puts it in.

    False if the file has a secret of that name: nothing is written then. ConfigError
    if the file would not be valid.
    """
    body = _read(file)
    secrets: Any = body.get("secrets")
    if secrets is None:
        secrets = tomlkit.table(is_super_table=True)
        body.add("secrets", secrets)
    if secret.name in secrets:
        return False
    table = tomlkit.table()
    table.add("source", secret.source)
    table.add("hosts", list(secret.hosts))
    if secret.placeholder:
        table.add("placeholder", secret.placeholder)
    secrets.add(secret.name, table)
    _add_rule(body, rule)
    _write(file, tomlkit.dumps(body), layer)
    return True


def add_service(file: Path, name: str, options: dict[str, Any], layer: str) -> None:
    """Switch a service on, once; options of a list are added to what stands there.

    ConfigError if the file would not be valid then.
    """
    body = _read(file)
    entries: Any = body.get("services")
    if entries is None:
        entries = tomlkit.array()
        body.add("services", entries)
    same = [entry for entry in entries if _service_name(entry) == name]
    if not same:
        entries.append({"name": name, **options} if options else name)
    elif options and not isinstance(same[0], str):
        for key, values in options.items():
            there = list(same[0].get(key, []))
            same[0][key] = [*there, *(one for one in values if one not in there)]
    _write(file, tomlkit.dumps(body), layer)


def _service_name(entry: Any) -> str:
    return str(entry if isinstance(entry, str) else entry.get("name", ""))


def remove(file: Path, host: str, layer: str) -> list[str]:
    """Take out every rule about exactly this host; returns those rules in words."""
    body, removed = _read(file), []
    for kind in ("allow", "deny", "tcp"):
        tables: Any = body.get(kind, ())
        for index in reversed(range(len(tables))):
            if str(tables[index].get("host", "")).lower() == host.lower():
                removed.append(f"{kind} {host}")
                del tables[index]
        if kind in body and not tables:
            body.remove(kind)
    if removed:
        _write(file, tomlkit.dumps(body), layer)
    return removed


def create(file: Path) -> None:
    """Make the file from a template if there is none."""
    if not file.exists():
        _replace(file, TEMPLATE)


def _entries(rule: Rule) -> dict[str, Any]:
    entries: dict[str, Any] = {"host": rule.host}
    if rule.ports not in ((443,), ()):
        entries["ports"] = list(rule.ports)
    for key in ("methods", "paths"):
        if getattr(rule, key):
            entries[key] = list(getattr(rule, key))
    for key in ("allow_private", "reason", "quiet"):
        if getattr(rule, key):
            entries[key] = getattr(rule, key)
    if rule.inject:
        inject = tomlkit.inline_table()
        inject.update(asdict(rule.inject))
        entries["inject"] = inject
    if rule.expires:
        # In whole seconds: the rule ends early, never late.
        entries["expires"] = datetime.fromtimestamp(int(rule.expires), UTC)
    return entries


def _read(file: Path) -> tomlkit.TOMLDocument:
    try:
        text = human_file.text(file) if file.exists() else TEMPLATE
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigError(f"{file}: {error}", hint="mend it first") from error


def _write(file: Path, text: str, layer: str) -> None:
    policy_files.parsed(text, str(file), layer)
    _replace(file, text)


def _replace(file: Path, text: str) -> None:
    """Replace the file at once: a reader never sees half a policy.

    A link stays one, and a file that others may not read stays so.
    """
    file = Path(os.path.realpath(file))
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    human_file.replace(file, text)
