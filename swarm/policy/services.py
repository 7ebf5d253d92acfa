"""Services: names for rules that somebody else keeps in order."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from swarm.policy.policy_parser import Service, ServiceDefinition
from swarm.policy.rules import Rule
from swarm.policy.toml_table import BadPolicy

Registries = Mapping[str, tuple[str, ...]]
"""`host:port` of each tool's registry, as its own configuration names them."""

GIT_READ = ("/{repo}/info/refs", "/{repo}.git/info/refs")
GIT_PACK = ("/{repo}/git-{verb}-pack", "/{repo}.git/git-{verb}-pack")


def catalogue() -> dict[str, dict[str, Any]]:
    """The services that swarm ships."""
    file = Path(__file__).with_name("services.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def defined(definitions: Iterable[ServiceDefinition]) -> dict[str, ServiceDefinition]:
    """By name; BadPolicy if a name is taken already, by us or by the human."""
    known, shipped = dict[str, ServiceDefinition](), catalogue()
    for one in definitions:
        if one.name in shipped or one.name in known:
            whose = "is swarm's own" if one.name in shipped else "is defined twice"
            raise BadPolicy(f"{one.rules[0].origin}: service.{one.name}: {whose}")
        known[one.name] = one
    return known


def expand(
    service: Service,
    registries: Registries,
    own: Mapping[str, ServiceDefinition] = MappingProxyType({}),
) -> tuple[Rule, ...]:
    """The service's rules; BadPolicy if it, or an option, is not known."""
    if service.name in own:
        _refuse_options(service, ())
        rules = own[service.name].rules
        note = f" (service {service.name}, {service.origin})"
        return tuple(replace(rule, origin=rule.origin + note) for rule in rules)
    return _shipped(service, registries, sorted(own))


def _shipped(
    service: Service, registries: Registries, own: list[str]
) -> tuple[Rule, ...]:
    known = catalogue()
    if service.name not in known:
        names = ", ".join([*own, *sorted(known)])
        raise BadPolicy(
            f"{service.origin}: services: no {service.name!r}; there are {names}"
        )
    body = known[service.name]
    if "registry" in body:
        rules = list(_registry(service, str(body["registry"]), registries))
    elif "git" in body:
        rules = list(_forge(service, str(body["git"]), str(body["api"])))
    else:
        _refuse_options(service, ())
        rules = [
            *(_allow(entry) for entry in body.get("allow", ())),
            *(
                Rule("deny", host, ports=(), quiet=True)
                for host in body.get("deny", ())
            ),
        ]
    origin = f"service {service.name} ({service.origin})"
    return tuple(replace(rule, layer="service", origin=origin) for rule in rules)


def _allow(entry: Mapping[str, Any]) -> Rule:
    lists = {key: tuple(value) for key, value in entry.items() if type(value) is list}
    return Rule("allow", **{**entry, **lists})


def _registry(service: Service, tool: str, registries: Registries) -> Iterator[Rule]:
    _refuse_options(service, ())
    found = registries.get(tool, ())
    if not found:
        raise BadPolicy(
            f"{service.origin}: services: {service.name}: {tool} is not configured "
            f"here; name its hosts with [[allow]]"
        )
    for entry in found:
        host, _, port = entry.rpartition(":")
        yield Rule("allow", host, (int(port),), methods=("GET", "HEAD"))


def _refuse_options(service: Service, known: tuple[str, ...]) -> None:
    for key in service.options:
        if key not in known:
            raise BadPolicy(
                f"{service.origin}: services.{service.name}.{key}: unknown key"
            )


def _forge(service: Service, git: str, api: str) -> Iterator[Rule]:
    """Cloning and fetching of named repositories; pushing only where asked for."""
    _refuse_options(service, ("repos", "git", "api"))
    repos = service.options.get("repos", [])
    right, calls = (
        service.options.get("git", "read"),
        service.options.get("api", "none"),
    )
    if not repos or not all(_is_repo(repo) for repo in repos):
        raise BadPolicy(
            f"{service.origin}: services.{service.name}.repos: a list of owner/name"
        )
    if right not in ("read", "write") or calls not in ("read", "none"):
        raise BadPolicy(
            f"{service.origin}: services.{service.name}: git is read or write, "
            "api is read or none"
        )
    for repo in repos:
        for verb in ("upload", "receive") if right == "write" else ("upload",):
            yield Rule(
                "allow",
                git,
                methods=("GET",),
                paths=tuple(path.format(repo=repo) for path in GIT_READ),
                query=(("service", f"git-{verb}-pack"),),
            )
            pack = tuple(path.format(repo=repo, verb=verb) for path in GIT_PACK)
            yield Rule("allow", git, methods=("POST",), paths=pack)
        if calls == "read":
            yield Rule(
                "allow", api, methods=("GET", "HEAD"), paths=(f"/repos/{repo}/**",)
            )


def _is_repo(text: object) -> bool:
    if not isinstance(text, str) or text.count("/") < 1:
        return False
    return (
        all(
            part
            and part not in (".", "..")
            and all(c.isalnum() or c in "._-" for c in part)
            for part in text.split("/")
        )
        and text.isascii()
    )
