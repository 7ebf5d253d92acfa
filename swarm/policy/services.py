"""Services: names for rules that somebody else keeps in order."""

import difflib
import functools
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from swarm.policy.policy_parser import Service, ServiceDefinition
from swarm.policy.rules import Kind, Policy, Rule
from swarm.policy.toml_table import BadPolicy

_WORD = 4
"""Letters of the shortest name that is looked for in hosts."""
Registries = Mapping[str, tuple[str, ...]]
"""`host:port` of each tool's registry, as its own configuration names them."""

GIT_READ = ("/{repo}/info/refs", "/{repo}.git/info/refs")
GIT_PACK = ("/{repo}/git-{verb}-pack", "/{repo}.git/git-{verb}-pack")


def catalogue() -> dict[str, dict[str, Any]]:
    """The services that swarm ships."""
    return _data("services.toml")


def summary(name: str) -> str:
    """What a shipped service is for; empty if there is none of that name."""
    return str(catalogue().get(name, {}).get("summary", ""))


def model_hosts(name: str) -> tuple[str, ...]:
    """The hosts of a shipped service at which a model is asked."""
    allowed = catalogue().get(name, {}).get("allow", ())
    return tuple(entry["host"] for entry in allowed if "model" in entry)


def other(name: str, own: Iterable[str] = ()) -> str:
    """A sentence on which service may have been meant; `own` are the user's names.

    Those of a similar name, or with the name in one of their hosts; else all are named.
    """
    names = [*own, *sorted(catalogue())]
    shipped = catalogue()
    meant = [
        one
        for one in names
        if len(name) >= _WORD and name in " ".join(_hosts(shipped.get(one, {})))
    ]
    meant += difflib.get_close_matches(name, names, 1, 0.75)
    if meant:
        return f"is it {' or '.join(dict.fromkeys(meant))}?"
    return f"there are {', '.join(names)}"


@functools.cache
def _data(name: str) -> dict[str, Any]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def with_known_traffic(policy: Policy, registries: Registries) -> Policy:
    """The policy with what is known of tools' traffic; it allows and denies the same.

    It says which denials get no row, and which denied requests are read.
    """
    return replace(
        policy,
        quiet=tuple(quiet_rules(registries)),
        read_denied=read_hosts(registries),
    )


def quiet_rules(registries: Registries) -> Iterator[Rule]:
    """The tools' own audit, update and telemetry calls, whoever switched on what."""
    for entry in _data("quiet.toml")["quiet"]:
        narrowing = {key: value for key, value in entry.items() if key != "registry"}
        rule = _rule("deny", {"host": "", "ports": [], **narrowing, "quiet": True})
        rule = replace(rule, layer="service", origin="swarm's list of quiet denials")
        if "registry" in entry:
            for host, port in _host_ports(_places(tools(entry), registries)):
                yield replace(rule, host=host, ports=(port,))
        else:
            yield rule


def read_hosts(registries: Registries) -> tuple[str, ...]:
    """`host:port` of known registries, forges and tool-chains: denied, they are read.

    Their clients take an answer to the request as final and try again if the tunnel is
    refused; and the request names what was wanted.
    """
    shipped = [
        f"{host}:443"
        for body in catalogue().values()
        if "wants" in body or "git" in body
        for host in _hosts(body)
    ]
    known = (place for places in registries.values() for place in places)
    return tuple(dict.fromkeys([*shipped, *known]))


def _hosts(body: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(body[key]) for key in ("git", "api") if key in body)
    yield from (str(host) for host in body.get("files", ()))
    yield from (str(entry["host"]) for entry in body.get("allow", ()))


def _host_ports(places: Iterable[str]) -> Iterator[tuple[str, int]]:
    for place in places:
        host, _, port = place.rpartition(":")
        yield host, int(port)


def tools(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The package tools whose registries a service stands for; none for another one."""
    named = body.get("registry", ())
    return (named,) if isinstance(named, str) else tuple(named)


def _places(names: Iterable[str], registries: Registries) -> tuple[str, ...]:
    """`host:port` of all registries of these tools, each once."""
    places = (place for name in names for place in registries.get(name, ()))
    return tuple(dict.fromkeys(places))


def available(registries: Registries) -> frozenset[str]:
    """The services that have something to allow on this machine."""
    return frozenset(
        name
        for name, body in catalogue().items()
        if not tools(body) or _places(tools(body), registries)
    )


def unknown_tools(service: Service, registries: Registries) -> tuple[str, ...]:
    """The service's tools, if where they fetch from is known of none of them."""
    names = tools(catalogue().get(service.name, {}))
    return () if _places(names, registries) else names


def defined(definitions: Iterable[ServiceDefinition]) -> dict[str, ServiceDefinition]:
    """The definitions by name; BadPolicy if swarm or the human uses a name already."""
    by_name, shipped = dict[str, ServiceDefinition](), catalogue()
    for definition in definitions:
        if definition.name in shipped or definition.name in by_name:
            whose = (
                "is swarm's own" if definition.name in shipped else "is defined twice"
            )
            raise BadPolicy(
                f"{definition.rules[0].origin}: service.{definition.name}: {whose}"
            )
        by_name[definition.name] = definition
    return by_name


def expand(
    service: Service,
    registries: Registries,
    own: Mapping[str, ServiceDefinition] = MappingProxyType({}),
    chosen: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Rule, ...]:
    """The service's rules; BadPolicy if the service or an option is unknown.

    `chosen` are the registries, as `host:port`, that the user's own settings name, each
    with the place that does: these may lie in the user's own network.
    """
    if service.name in own:
        _refuse_options(service, ())
        rules = own[service.name].rules
        note = f" (service {service.name}, {service.origin})"
        return tuple(replace(rule, origin=rule.origin + note) for rule in rules)
    return _shipped(service, registries, sorted(own), chosen)


def _shipped(
    service: Service, registries: Registries, own: list[str], chosen: Mapping[str, str]
) -> tuple[Rule, ...]:
    shipped = catalogue()
    if service.name not in shipped:
        meant = other(service.name, own)
        raise BadPolicy(f"{service.origin}: services: no {service.name!r}; {meant}")
    body = shipped[service.name]
    if "registry" in body:
        places = _places(tools(body), registries)
        rules = list(_registry(service, places, chosen))
    elif "git" in body:
        rules = list(_forge(service, str(body["git"]), str(body["api"])))
    else:
        _refuse_options(service, ())
        rules = [
            *(_rule("allow", entry) for entry in body.get("allow", ())),
            *(
                Rule("deny", host, ports=(), quiet=True)
                for host in body.get("deny", ())
            ),
        ]
    return tuple(
        replace(rule, layer="service", origin=_origin(service, rule.origin))
        for rule in rules
    )


def _origin(service: Service, chosen_by: str) -> str:
    """Who switched the service on, and what of the user's names the place."""
    places = ", ".join(filter(None, (service.origin, chosen_by)))
    return f"service {service.name} ({places})"


def _rule(kind: Kind, entry: Mapping[str, Any]) -> Rule:
    lists = {key: tuple(value) for key, value in entry.items() if type(value) is list}
    return Rule(kind, **{**entry, **lists})


def _registry(
    service: Service, places: Iterable[str], chosen: Mapping[str, str]
) -> Iterator[Rule]:
    """A rule for each place; none if no place is known, which is no mistake."""
    _refuse_options(service, ())
    for place in places:
        host, _, port = place.rpartition(":")
        yield Rule(
            "allow",
            host,
            (int(port),),
            methods=("GET", "HEAD"),
            allow_private=place in chosen,
            origin=chosen.get(place, ""),
        )


def _refuse_options(service: Service, allowed: tuple[str, ...]) -> None:
    for key in service.options:
        if key not in allowed:
            raise BadPolicy(
                f"{service.origin}: services.{service.name}.{key}: unknown key"
            )


def _forge(service: Service, git: str, api: str) -> Iterator[Rule]:
    """Rules to clone and fetch named repositories, and to push if `git` is write."""
    _refuse_options(service, ("repos", "git", "api"))
    repos = service.options.get("repos", [])
    git_access, api_access = (
        service.options.get("git", "read"),
        service.options.get("api", "none"),
    )
    if not repos or not all(_is_repo(repo) for repo in repos):
        raise BadPolicy(
            f"{service.origin}: services.{service.name}.repos: a list of owner/name"
        )
    if git_access not in ("read", "write") or api_access not in ("read", "none"):
        raise BadPolicy(
            f"{service.origin}: services.{service.name}: git is read or write, "
            "api is read or none"
        )
    for repo in repos:
        for verb in ("upload", "receive") if git_access == "write" else ("upload",):
            yield Rule(
                "allow",
                git,
                methods=("GET",),
                paths=tuple(path.format(repo=repo) for path in GIT_READ),
                query=(("service", f"git-{verb}-pack"),),
            )
            pack = tuple(path.format(repo=repo, verb=verb) for path in GIT_PACK)
            yield Rule("allow", git, methods=("POST",), paths=pack)
        if api_access == "read":
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
