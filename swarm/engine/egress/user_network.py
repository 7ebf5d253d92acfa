"""Knows the user's own network: the one reading that all of the engine uses."""

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from swarm.adapters import secret_sources, user_network
from swarm.adapters.user_network import defaults, parent_proxy
from swarm.config.schema import Gate
from swarm.model.user_network import ParentProxy, UserNetwork
from swarm.plan.gate_containers import HOST_NAME
from swarm.policy.upstream_proxy import UpstreamProxy

CONFIG_HINT = "its source stands in your config, as upstream_password under [gate]"


def known(upstream: str = parent_proxy.AUTO) -> UserNetwork:
    """The user's own network as the files say now; `upstream` is the gate's setting.

    The first call in a process blocks about a second, while the tools are asked for
    their defaults; further ones read a few small files.
    """
    home = _home()
    found = user_network.read(os.environ, home, defaults.ask(os.environ, home))
    setting = parent_proxy.read(os.environ, upstream)
    return replace(
        found, proxy=setting.proxy, problems=(*found.problems, *setting.problems)
    )


def proxy(upstream: str) -> ParentProxy | None:
    """The parent proxy that the gate goes out through, without its password."""
    return parent_proxy.read(os.environ, upstream).proxy


def upstream_proxy(gate: Gate) -> UpstreamProxy | None:
    """The parent proxy for the gate, with its password; SwarmError without that.

    One on this machine's own loopback is dialled by the name that the gate has for
    this machine.
    """
    setting = parent_proxy.read(os.environ, gate.upstream)
    if setting.proxy is None:
        return None
    parts = urlsplit(setting.proxy.url)
    host = parts.hostname or ""
    return UpstreamProxy(
        name=setting.proxy.url or "?",
        scheme=parts.scheme,
        host=HOST_NAME if parent_proxy.is_this_machine(host) else host,
        port=parts.port or 0,
        no_proxy=setting.proxy.no_proxy,
        origin=setting.proxy.origin,
        credentials=_credentials(gate, setting.credentials),
    )


def _credentials(gate: Gate, in_url: str) -> str:
    """`user:password`; the source's value is the password of the URL's user."""
    if not gate.upstream_password:
        return in_url
    value = secret_sources.fetch(
        "gate.upstream_password", gate.upstream_password, CONFIG_HINT
    )
    user = in_url.partition(":")[0]
    return f"{user}:{value}" if user else value


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        # A uid without an entry, and no HOME: such a user has no files of its own.
        return Path("/nonexistent")
