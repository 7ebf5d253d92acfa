"""Reads a connection's first bytes and its original destination."""

import socket

from swarm.gate import tls_client_hello
from swarm.gate.denied import Denied
from swarm.gate.task_net import TaskNet
from swarm.gate.tls_client_hello import BadClientHello, ClientHello, HiddenName
from swarm.gate.transport import Wire
from swarm.policy import hosts
from swarm.policy.decide import PolicyEvaluator
from swarm.policy.hosts import BadHost, Host
from swarm.policy.reasons import Reason

SO_ORIGINAL_DST = 80
PIECES_LIMIT = 1024
"""Reads that a hello or a head may take: each costs a look at all that came."""


async def client_hello(wire: Wire) -> ClientHello:
    """The whole hello; every byte of it is put back."""
    data = b""
    for _ in range(PIECES_LIMIT):
        more = await wire.recv()
        data += more
        try:
            hello = tls_client_hello.parse(data)
        except BadClientHello as bad:
            raise Denied(Reason.BAD_HELLO) from bad
        finally:
            if not more:
                wire.unread(data)
        if hello:
            wire.unread(data)
            return hello
        if not more:
            break
    raise Denied(Reason.BAD_HELLO)


def require_name(hello: ClientHello, host: Host) -> None:
    """Denied unless the hello names this very host in the open.

    A hello has no place for an address: one to an address that a rule opens may name
    nothing.
    """
    if not hello.server_name:
        if host.is_address:
            return
        raise Denied(Reason.NO_SNI)
    try:
        name = hosts.parse(hello.server_name)
    except BadHost as bad:
        raise Denied(Reason.SNI_DIFFERS) from bad
    if name != host:
        raise Denied(Reason.SNI_DIFFERS)


def require_open_name(hello: ClientHello, policy: PolicyEvaluator) -> None:
    """Denied if the server might find another name in the hello than the gate did.

    Asked where the server's TLS passes unread. Browsers put an encrypted-hello
    extension into every hello, most of them without meaning. It means something only
    with a key of the server's, and the gate's DNS gives nobody one. A rule for another
    resolver could.
    """
    hidden_name = hello.hidden_name
    if hidden_name is HiddenName.INTENDED or (
        hidden_name is HiddenName.POSSIBLE and policy.opens_resolver
    ):
        raise Denied(Reason.ENCRYPTED_HELLO)


def original_destination(accepted: socket.socket, net: TaskNet) -> tuple[Host, int]:
    """The name that stands for the address the client dialled, or the address."""
    try:
        raw = accepted.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
        address, port = socket.inet_ntoa(raw[4:8]), int.from_bytes(raw[2:4], "big")
    except OSError:
        address, port = accepted.getsockname()[:2]
    name = net.names.name(address)
    return (Host(name) if name else Host(address, is_address=True)), port
