"""The names and addresses by which a sandbox means itself.

Its resolver and its kernel lead them to it. A client that asks the proxy for one is at
the wrong door: nothing was to leave the sandbox.
"""

import ipaddress

from swarm.policy.reasons import Reason

HOSTNAME = "sandbox"
"""What a sandbox calls itself."""
NAMES = frozenset({
    "localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "ip6-loopback",
    HOSTNAME,
    f"{HOSTNAME}.local",
    f"{HOSTNAME}.localdomain",
})  # fmt: skip


def is_own_name(name: str) -> bool:
    """True for a name of the sandbox itself, in lower case and without a last dot."""
    return name in NAMES or name.endswith(".localhost")


def is_own(host: str) -> bool:
    """True for a name or an address of the sandbox itself, in its plain form alone."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return is_own_name(host)
    return address.is_unspecified or (
        address.is_loopback and not getattr(address, "ipv4_mapped", None)
    )


def is_wrong_door(host: str, reason: Reason) -> bool:
    """True if a request is denied only because the proxy does not lead back inside."""
    return reason in _OF_THE_NAME and is_own(host)


_OF_THE_NAME = (Reason.LOCAL_NAME, Reason.RAW_ADDRESS, Reason.NOT_IN_ALLOWLIST)
