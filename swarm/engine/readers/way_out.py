"""Answers what this machine goes out by, as settings, files and variables say now."""

import os

from swarm.adapters.user_network import parent_proxy as proxy_settings
from swarm.config import load, policy_files
from swarm.engine.egress import user_network
from swarm.engine.host import parent_proxy
from swarm.engine.host.way_out import WayOut


def here() -> WayOut:
    """The way out of this machine; SwarmError if a setting of it cannot be read."""
    gate = load.load(load.user_file()).gate
    unused = None
    if gate.upstream == proxy_settings.NONE:
        unused = proxy_settings.read(os.environ).proxy
    layer = policy_files.read(policy_files.beside(load.user_file()), "user")
    return WayOut(
        network=user_network.current(gate.upstream),
        proxy=parent_proxy.endpoint(gate),
        unused=unused,
        hosts=gate.hosts,
        roots=policy_files.certificates(layer.upstream_ca) if layer else (),
    )
