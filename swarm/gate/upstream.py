"""Connects upstream: resolves a name once, vets every answer, uses a vetted one.

Where the user has a parent proxy, that is sent the name instead, and resolves it.
"""

import asyncio
import time
from dataclasses import dataclass

from swarm.gate.denied import Denied
from swarm.gate.dialing import TIMEOUT_SECONDS, Resolver, dial_any, system_resolver
from swarm.gate.failures import HOST_OF_THIS_MACHINE, HostServiceRefused
from swarm.gate.parent_proxy import Context, ParentRoute
from swarm.gate.transport import Wire
from swarm.policy.addresses import is_address
from swarm.policy.decide import PolicyEvaluator, Verdict
from swarm.policy.parent_proxy import ProxyEndpoint

CACHE_SECONDS = 30.0
BY_PARENT = "by parent proxy"
"""Stands for the address of a host whose name the parent proxy resolves."""


@dataclass(frozen=True, slots=True)
class UpstreamConnection:
    """A connection out, and the address it leads to."""

    wire: Wire
    address: str
    parent: ParentRoute | None = None
    """Set if it ends at the parent proxy: requests name the host in their target."""


class Upstream:
    """Connects to names; caches addresses for a moment and vets them each time."""

    def __init__(self, resolver: Resolver = system_resolver) -> None:
        self._resolver = resolver
        self._cache: dict[str, tuple[float, list[str]]] = {}
        self._parent: ParentRoute | None = None

    def go_through(self, proxy: ProxyEndpoint | None, context: Context) -> None:
        """Use this parent proxy from the next connection on, or none.

        `context` is for a proxy that is spoken to by TLS.
        """
        self._parent = ParentRoute(proxy, self._known, context) if proxy else None

    def parent_of(self, name: str, port: int) -> ParentRoute | None:
        """The parent proxy that this host is reached through, if it is."""
        parent = self._parent
        return parent if parent and parent.leads_to(name, port) else None

    async def connect(
        self,
        evaluator: PolicyEvaluator,
        name: str,
        port: int,
        verdict: Verdict | None,
        *,
        in_the_clear: bool = False,
    ) -> UpstreamConnection:
        """Connect to one of the name's addresses, IPv4 first, or by the parent proxy.

        Denied if *any* answer is not to be connected to: a name with one bad answer is
        being rebound. OSError or TimeoutError if none can be reached.

        `in_the_clear` is for requests of plain HTTP: some proxies refuse CONNECT for
        them, and every proxy takes them as they are.
        """
        parent = self.parent_of(name, port)
        if parent is None:
            addresses = await self._known(name)
            _vet(evaluator, addresses, verdict)
            try:
                return UpstreamConnection(*await dial_any(addresses, port))
            except ConnectionRefusedError as refused:
                if name == HOST_OF_THIS_MACHINE:
                    raise HostServiceRefused from refused
                raise
        if is_address(name):
            _vet(evaluator, [name], verdict)
        if in_the_clear:
            return UpstreamConnection(await parent.open_plain(), BY_PARENT, parent)
        return UpstreamConnection(await parent.open_tunnel(name, port), BY_PARENT)

    async def _known(self, name: str) -> list[str]:
        return self._cached(name) or await self._resolve(name)

    def _cached(self, name: str) -> list[str]:
        until, addresses = self._cache.get(name, (0.0, []))
        return addresses if time.monotonic() < until else []

    async def _resolve(self, name: str) -> list[str]:
        addresses = await asyncio.wait_for(self._resolver(name), TIMEOUT_SECONDS)
        if len(self._cache) > 4096:
            self._cache.clear()
        self._cache[name] = (time.monotonic() + CACHE_SECONDS, addresses)
        return addresses


def _vet(
    evaluator: PolicyEvaluator, addresses: list[str], verdict: Verdict | None
) -> None:
    for address in addresses:
        reason = evaluator.vet(address, verdict)
        if reason:
            raise Denied(reason, address=address)
