"""Resolves layers to one policy: later ones add, a deny from any of them wins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, cast

from swarm.policy.policy_parser import Layer, Service, ServiceDefinition
from swarm.policy.rules import Limits, Policy, Rule
from swarm.policy.services import Registries, defined, expand, unknown_tools


@dataclass(frozen=True, slots=True)
class ResolvedPolicy:
    """The policy in force, and the rules that the repository requests on top."""

    policy: Policy
    requests: tuple[Rule, ...] = ()
    """Allows of the repository's own file: shown to the human, not in force."""
    requested_services: tuple[Service, ...] = ()
    warnings: tuple[str, ...] = ()
    registries: Registries = field(default_factory=dict)
    """The user's package registries by tool, which services of their kind stand for."""


def resolve(
    layers: Sequence[Layer],
    registries: Registries,
    certificates: tuple[str, ...] = (),
    trust_repo: bool = False,
    chosen: Mapping[str, str] = MappingProxyType({}),
) -> ResolvedPolicy:
    """One policy from the layers in order; BadPolicy if a service is not known.

    A repository's layer can only narrow: its allows are requests, and in force only
    where the human trusts exactly that file (`trust_repo`). Its settings can make
    things stricter and nothing else.
    """
    rules: list[Rule] = []
    requests: list[Rule] = []
    requested_services: list[Service] = []
    own_services = defined(
        definition for layer in layers for definition in layer.definitions
    )
    for layer in layers:
        service_rules = [
            rule
            for service in layer.services
            for rule in expand(service, registries, own_services, chosen)
        ]
        file_rules = _own_rules(layer)
        if layer.name == "repo" and not trust_repo:
            requested_services += layer.services
            rules += [rule for rule in file_rules if rule.kind == "deny"]
            requests += [rule for rule in file_rules if rule.kind != "deny"]
        else:
            rules += [*service_rules, *file_rules]
    own = [layer for layer in layers if layer.name != "repo"]
    policy = Policy(
        rules=tuple(rules),
        default=cast("Literal['deny', 'log']", _last(own, "default", "deny")),
        inspect=cast("Literal['auto', 'always', 'never']", _inspect(layers, own)),
        passthrough=_all(own, "passthrough"),
        allow_nets=_all(own, "allow_nets"),
        upstream_ca=certificates,
        secrets=_all(own, "secrets"),
        limits=_strictest(layers),
    )
    warnings = (*_all(layers, "warnings"), *_unknown(own, registries, own_services))
    return ResolvedPolicy(policy, tuple(requests), tuple(requested_services), warnings)


def _unknown(
    layers: Sequence[Layer],
    registries: Registries,
    own_services: Mapping[str, ServiceDefinition],
) -> Iterator[str]:
    """A sentence for each service that a file names and that allows nothing here."""
    for service in (each for layer in layers for each in layer.services):
        names = unknown_tools(service, registries)
        if names and service.name not in own_services:
            yield (
                f"{service.origin}: services: {service.name}: where {names[0]} fetches "
                f"from is not known on this machine; name it in {names[0]}'s own "
                "settings, or with [[allow]]"
            )


def _own_rules(layer: Layer) -> Iterable[Rule]:
    """The layer's rules; a repository's denies are never quiet."""
    if layer.name != "repo":
        return layer.rules
    return [replace(rule, quiet=False) for rule in layer.rules]


def _last(layers: Sequence[Layer], name: str, default: str) -> str:
    values = [getattr(layer, name) for layer in layers if getattr(layer, name)]
    return str(values[-1]) if values else default


def _inspect(layers: Sequence[Layer], own: Sequence[Layer]) -> str:
    if any(x.name == "repo" and x.inspect == "always" for x in layers):
        return "always"
    return _last(own, "inspect", "auto")


def _all(layers: Sequence[Layer], name: str) -> tuple[Any, ...]:
    return tuple(value for layer in layers for value in getattr(layer, name))


def _strictest(layers: Sequence[Layer]) -> Limits:
    given_limits = [layer.limits for layer in layers if layer.limits]
    if not given_limits:
        return Limits()
    uploads = [limits.upload for limits in given_limits if limits.upload]
    return Limits(
        connections=min(limits.connections for limits in given_limits),
        per_second=min(limits.per_second for limits in given_limits),
        upload=min(uploads) if uploads else 0,
    )
