"""Hands the user's parent proxy, password and all, to what goes out through it."""

import os
from urllib.parse import quote, urlsplit

from swarm.adapters import secret_sources
from swarm.adapters.user_network import parent_proxy
from swarm.config.schema import Gate
from swarm.errors import ConfigError
from swarm.plan.gate_containers import HOST_NAME
from swarm.policy.parent_proxy import ProxyEndpoint

CONFIG_HINT = "its source stands in your config, as upstream_password under [gate]"


def endpoint(gate: Gate) -> ProxyEndpoint | None:
    """The parent proxy for the gate; SwarmError if its password cannot be read.

    One on this machine's own loopback is dialled by the name that containers have for
    this machine. Blocks for the password's source.
    """
    setting = parent_proxy.read(os.environ, gate.upstream)
    if setting.proxy is None:
        return None
    parts = urlsplit(setting.proxy.url)
    host = parts.hostname or ""
    return ProxyEndpoint(
        name=setting.proxy.url or "?",
        scheme=parts.scheme,
        host=HOST_NAME if parent_proxy.is_this_machine(host) else host,
        port=parts.port or 0,
        no_proxy=setting.proxy.no_proxy,
        known=(HOST_NAME, *gate.hosts),
        origin=setting.proxy.origin,
        credentials=_credentials(gate, setting.credentials),
    )


def build_arguments(gate: Gate) -> dict[str, str]:
    """The arguments with which an image is built behind the proxy; SwarmError.

    The engine knows these names: what they hold is in no layer and in no history.
    """
    proxy = endpoint(gate)
    return _variables(proxy, proxy.host) if proxy else {}


def variables(gate: Gate) -> dict[str, str]:
    """The variables for a program of this machine that fetches; SwarmError."""
    proxy = endpoint(gate)
    if proxy is None:
        return {}
    return _variables(proxy, urlsplit(proxy.name).hostname or "")


def _variables(proxy: ProxyEndpoint, host: str) -> dict[str, str]:
    if not proxy.scheme:
        raise ConfigError(
            f"{proxy.origin} names a proxy by a URL that makes no sense",
            hint="in a password, write / as %2F, # as %23 and @ as %40",
        )
    user, colon, password = proxy.credentials.partition(":")
    login = f"{quote(user, '')}{colon}{quote(password, '')}@" if user else ""
    place = f"{parent_proxy.bracketed(host)}:{proxy.port}"
    url = f"{proxy.scheme}://{login}{place}"
    lower = {
        "http_proxy": url,
        "https_proxy": url,
        "no_proxy": ",".join(proxy.no_proxy),
    }
    return lower | {name.upper(): value for name, value in lower.items()}


def _credentials(gate: Gate, in_url: str) -> str:
    """`user:password`; the source's value is the password of the URL's user."""
    if not gate.upstream_password:
        return in_url
    value = secret_sources.fetch(
        "gate.upstream_password", gate.upstream_password, CONFIG_HINT
    )
    user = in_url.partition(":")[0]
    return f"{user}:{value}" if user else value
