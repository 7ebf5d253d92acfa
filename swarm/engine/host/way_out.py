"""Probes the way out of this machine: the parent proxy, the resolver, the mirrors."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from swarm.adapters import listening, name_lookup
from swarm.adapters.user_network import parent_proxy, probe
from swarm.adapters.user_network.probe import Place
from swarm.engine.host.check import Check
from swarm.model.user_network import ParentProxy, UserNetwork
from swarm.plan.gate_containers import HOST_NAME
from swarm.policy import addresses
from swarm.policy.addresses import AddressKind
from swarm.policy.parent_proxy import SCHEMES, ProxyEndpoint
from swarm.policy.reasons import Reason

SECONDS = 5.0
"""The longest that all probes take together: they go on side by side."""
PLACES_LIMIT = 16
PROBLEMS_LIMIT = 5
PASSWORD_WANTED = (407, 401)
NO_PLACE = Place("swarm-probe.invalid", 443, tls=True)
"""Stands for a host where the user has none: the proxy's answer says enough."""

Lookup = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class WayOut:
    """What this machine goes out by; tests name places of their own."""

    network: UserNetwork
    proxy: ProxyEndpoint | None = None
    """The proxy that the gate uses, with its password."""
    unused: ParentProxy | None = None
    """The one that the environment names while the settings say to use none."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """The names that the gate knows without asking."""
    roots: tuple[str, ...] = ()
    """PEM texts that are trusted beside this machine's own."""
    look_up: Lookup = name_lookup.addresses
    is_loopback_only: Callable[[int], bool] = listening.is_loopback_only


def examine(way: WayOut) -> list[Check]:
    """The checks; blocks for at most `SECONDS`.

    Mirrors that the user has chosen are connected to. Of public registries only the
    names are looked up.
    """
    mirrors = _mirrors(way)
    names = _direct_names(way)
    jobs: list[Callable[[], Check | tuple[str, ...]]] = [
        lambda: _proxy(way),
        *(functools.partial(_mirror, way, place) for place in mirrors),
        *(functools.partial(_addresses, way, name) for name in names),
    ]
    found = probe.at_once(jobs, SECONDS)
    late = [Check("proxy", "fail", "it did not answer in time", _SEE)]
    late += [_silent(place, "no answer in time") for place in mirrors]
    checks = [
        one if isinstance(one, Check) else other
        for one, other in zip(found, late, strict=False)
    ]
    answers = found[len(late) :]
    led = {
        name: answer
        for name, answer in zip(names, answers, strict=True)
        if isinstance(answer, tuple)
    }
    return [*checks[:1], _resolver(led), *checks[1:], *_problems(way.network)]


_SEE = "see upstream under [gate] in your config"


def _proxy(way: WayOut) -> Check:
    proxy = way.proxy
    if proxy is None:
        return _no_proxy(way.unused)
    name = f"{proxy.name} ({proxy.origin})"
    if proxy.scheme not in SCHEMES:
        finding = f"{name} is none that the gate speaks: nothing gets out"
        mend = 'name one by its URL: upstream = "http://…" under [gate]'
        return Check("proxy", "fail", finding, mend)
    host = urlsplit(proxy.name).hostname or ""
    if parent_proxy.is_this_machine(host) and way.is_loopback_only(proxy.port):
        return Check(
            "proxy",
            "fail",
            f"{name} listens on loopback alone, where the gate's container cannot "
            "reach it",
            "let it listen on the container network's address too (`docker network "
            "inspect bridge` names it), or name another: upstream under [gate]",
        )
    place = _place_behind(way)
    answer = probe.ask_proxy(_from_here(proxy), place, way.roots)
    return _proxy_answered(name, proxy, place, answer)


def _from_here(proxy: ProxyEndpoint) -> ProxyEndpoint:
    """The proxy as this machine dials it, where no container is between."""
    host = urlsplit(proxy.name).hostname or ""
    return replace(proxy, host="127.0.0.1" if host == HOST_NAME else host)


def _proxy_answered(
    name: str, proxy: ProxyEndpoint, place: Place, answer: int | str
) -> Check:
    if isinstance(answer, str):
        mend = (
            f"start it, correct {proxy.origin}, or name another: upstream under [gate]"
        )
        return Check("proxy", "fail", f"{name} does not work: {answer}", mend)
    if answer in PASSWORD_WANTED and proxy.credentials:
        mend = "correct upstream_password under [gate], or the variable"
        return Check("proxy", "fail", f"{name} refuses our password", mend)
    if answer in PASSWORD_WANTED:
        mend = 'write upstream_password = "env:NAME" under [gate]'
        return Check("proxy", "fail", f"{name} wants a password", mend)
    if not 200 <= answer < 300 and place is not NO_PLACE:
        mend = "ask its owner to let that host pass, or name it in NO_PROXY"
        return Check("proxy", "warn", f"{name} answers {answer} for {place}", mend)
    reached = f"opens {place}" if place is not NO_PLACE else "answers"
    return Check("proxy", "ok", f"{name} {reached}")


def _no_proxy(unused: ParentProxy | None) -> Check:
    if unused is None:
        return Check("proxy", "ok", "none is set: the gate connects by itself")
    return Check(
        "proxy",
        "warn",
        f"{unused.origin} names {unused.url or 'one'}, and the gate does not use it",
        'upstream = "auto" under [gate] uses it',
    )


def _place_behind(way: WayOut) -> Place:
    """A place that is reached through the proxy, one of the user's own if there is."""
    for registry in sorted(way.network.registries, key=lambda one: one.is_default):
        place = probe.place_of(registry.url)
        if place and _proxy_for(way, place.host, place.port):
            return place
    return NO_PLACE


def _proxy_for(way: WayOut, host: str, port: int) -> ProxyEndpoint | None:
    proxy = way.proxy
    return proxy if proxy and proxy.leads_to(host, port) else None


def _mirrors(way: WayOut) -> list[Place]:
    """The places that the user has chosen, each once."""
    chosen = (one for one in way.network.registries if not one.is_default)
    places = (probe.place_of(registry.url) for registry in chosen)
    return list(dict.fromkeys(place for place in places if place))[:PLACES_LIMIT]


def _mirror(way: WayOut, place: Place) -> Check:
    proxy = _proxy_for(way, place.host, place.port)
    if proxy and proxy.scheme not in SCHEMES:
        return Check(
            f"mirror {place}", "warn", "not tried: the proxy is of no use", _SEE
        )
    proxy = _from_here(proxy) if proxy else None
    dialled = replace(place, host=way.hosts.get(place.host, place.host))
    fault = probe.fault(place if proxy or place.tls else dialled, proxy, way.roots)
    return _silent(place, fault) if fault else Check(f"mirror {place}", "ok", "answers")


def _silent(place: Place, fault: str) -> Check:
    mend = "correct the setting of your package tool, or ask the mirror's owner"
    if fault.startswith(probe.BY_PROXY):
        mend = "mend the proxy first, or reach the mirror without it: NO_PROXY"
    if "certificate" in fault:
        mend = "if the mirror is yours, name its authority: upstream_ca under [tls]"
    return Check(f"mirror {place}", "warn", fault, mend)


def _direct_names(way: WayOut) -> list[str]:
    """The names of registries that the gate resolves itself."""
    names = [
        registry.host
        for registry in way.network.registries
        if registry.host
        and not addresses.is_address(registry.host)
        and not _proxy_for(way, registry.host, registry.port)
    ]
    return list(dict.fromkeys(names))[:PLACES_LIMIT]


def _addresses(way: WayOut, name: str) -> tuple[str, ...]:
    if name in way.hosts:
        return (way.hosts[name],)
    return tuple(way.look_up(name))


_LIES = {
    AddressKind.FAKE: Reason.ADDRESS_FAKE,
    AddressKind.SHARED: Reason.ADDRESS_SHARED,
}


def _resolver(led: Mapping[str, tuple[str, ...]]) -> Check:
    """A warning if a name leads to an address that is none of the host's."""
    for name, found in led.items():
        for address in found:
            reason = _LIES.get(addresses.kind(address))
            if reason:
                finding = f"{name} leads to {address}: {reason.sentence}"
                mend = reason.way_out.format(place=f"{name}:443")
                return Check("resolver", "warn", finding, mend)
    if led and not any(led.values()):
        finding = f"{next(iter(led))} has no address here"
        mend = 'if only a proxy leads out, name it: upstream = "http://…" under [gate]'
        return Check("resolver", "warn", finding, mend)
    return Check("resolver", "ok", "no made-up address was answered")


def _problems(network: UserNetwork) -> Iterator[Check]:
    mend = "correct that setting: what cannot be read is not opened"
    for problem in network.problems[:PROBLEMS_LIMIT]:
        yield Check("user's network", "warn", problem, mend)
