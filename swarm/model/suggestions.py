"""Rules and services for what was denied, no wider than what was tried."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from swarm.model.activity import Action
from swarm.model.events import NetDenied, Recorded
from swarm.model.frozen import frozen
from swarm.model.offer import Offer
from swarm.model.request_purpose import Denial, Purpose, purpose_of
from swarm.policy import reasons, services
from swarm.policy.narrowing import Narrowing, narrowings
from swarm.policy.reasons import Reason
from swarm.policy.services import Registries

REQUESTS_LIMIT = 500
"""Different requests that are looked at; the newest count."""

OFFER_LIMIT = 4
"""Paths, and sentences, on one card."""

Commands = Callable[[Recorded], Sequence[Action]]
"""The commands that were at work when something was recorded."""


@frozen
class Suggestion:
    """A service to add, or rules about one host."""

    times: int
    host: str = ""
    port: int = 443
    words: tuple[str, ...] = ()
    """What was wanted, a sentence for each thing."""
    service: str = ""
    repos: tuple[str, ...] = ()
    rules: tuple[Narrowing, ...] = ()
    """The parts of the host; empty for a service."""


@frozen
class _Request:
    times: int
    denial: Denial
    purpose: Purpose


def suggestions(
    recorded: Iterable[Recorded], commands: Commands, registries: Registries
) -> list[Suggestion]:
    """Services first, then hosts, each the most often denied first.

    Left out: what is locked, quiet or denied by a rule, and requests that no rule can
    mean exactly.
    """
    requests = list(_requests(recorded, commands, registries))
    by_service: defaultdict[str, list[_Request]] = defaultdict(list)
    by_host: defaultdict[tuple[str, int], list[_Request]] = defaultdict(list)
    for request in requests:
        if request.purpose.service:
            by_service[request.purpose.service].append(request)
        else:
            by_host[request.denial.host, request.denial.port].append(request)
    read = frozenset(services.read_hosts(registries))
    hosts = (_of_host(host, port, own, read) for (host, port), own in by_host.items())
    found = [*map(_of_service, by_service.values()), *filter(None, hosts)]
    return sorted(found, key=lambda one: (not one.service, -one.times))


def offer(
    recorded: Sequence[Recorded], commands: Commands, registries: Registries
) -> Offer:
    """The offer for one host's denials, oldest first; for the newest if they are many.

    A human must read what is offered, and it must fit on the card.
    """
    made = _offer(recorded, commands, registries)
    paths = sum(len(part.paths) for part in made.rules)
    if paths > OFFER_LIMIT or len(made.words) > OFFER_LIMIT:
        return _offer(recorded[-1:], commands, registries)
    return made


def _offer(
    recorded: Sequence[Recorded], commands: Commands, registries: Registries
) -> Offer:
    found = suggestions(recorded, commands, registries)
    service = next((one for one in found if one.service), Suggestion(0))
    denials = (_denial(x.event) for x in recorded if isinstance(x.event, NetDenied))
    of_host = next((one.rules for one in found if not one.service), None)
    if of_host is None:
        of_host = narrowings((one.method, one.path) for one in denials if one.method)
    rules = tuple(part for part in of_host if part.paths)
    words = tuple(dict.fromkeys(words for one in found for words in one.words))
    return Offer(words, service.service, service.repos, rules)


def _requests(
    recorded: Iterable[Recorded], commands: Commands, registries: Registries
) -> Iterator[_Request]:
    newest: dict[Denial, Recorded] = {}
    times: defaultdict[Denial, int] = defaultdict(int)
    for record in recorded:
        match record.event:
            case NetDenied() as event if _can_be_allowed(event):
                denial = _denial(event)
                newest.pop(denial, None)
                newest[denial] = record
                times[denial] += event.count
            case _:
                pass
    for denial, record in list(newest.items())[-REQUESTS_LIMIT:]:
        purpose = purpose_of(denial, commands(record), registries)
        yield _Request(times[denial], denial, purpose)


def _can_be_allowed(event: NetDenied) -> bool:
    reason = reasons.by_code(event.reason)
    by_rules = (None, Reason.NOT_IN_ALLOWLIST, Reason.METHOD_OR_PATH)
    return not event.locked and not event.quiet and reason in by_rules


def _denial(event: NetDenied) -> Denial:
    path = event.path if event.path.startswith("/") else ""
    method = event.method if path else ""
    return Denial(event.host, event.port, method, path, event.reason)


def _of_service(requests: list[_Request]) -> Suggestion:
    first = requests[0].purpose
    return Suggestion(
        sum(request.times for request in requests),
        requests[0].denial.host,
        requests[0].denial.port,
        words=_words(requests),
        service=first.service,
        repos=tuple(sorted({name for one in requests for name in one.purpose.repos})),
    )


def _of_host(
    host: str, port: int, requests: list[_Request], read: frozenset[str]
) -> Suggestion | None:
    """The rules of one host; None if no rule can mean exactly what was asked."""
    inside = [request for request in requests if request.denial.method]
    known = bool(inside) and (f"{host}:{port}" in read or len(inside) == len(requests))
    parts: tuple[Narrowing, ...] = (Narrowing(),)
    if known:
        parts = narrowings((one.denial.method, one.denial.path) for one in inside)
    suggestion = Suggestion(
        sum(request.times for request in requests),
        host,
        port,
        words=_words(inside if known else requests),
    )
    return replace(suggestion, rules=parts) if parts else None


def _words(requests: Iterable[_Request]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(one.purpose.words for one in requests if one.purpose.words)
    )
