"""The one-shot that waits until services listen, each as its own user, at their ports.

A connection would tell of any program that answers there: another service's, or one of
the agent's. The kernel's list of sockets says whose each is.
"""

from collections.abc import Sequence

from swarm.plan.service_containers import Service, one_shot
from swarm.plan.specs import SandboxSpec, with_network

LIMIT = 100
"""Bytes that it may print."""


def listening(services: Sequence[Service], net: str, image: str) -> SandboxSpec:
    """A container that ends once each listens at the port that it is said to have.

    It prints `PORT UID` and ends at once if another user has one of the ports.
    """
    pairs = [f"{each.port}:{each.uid}" for each in services if each.port]
    argv = ("python3", "-c", _UNTIL_THEY_LISTEN, *pairs)
    return with_network(one_shot(services[0], "port", image, argv), net)


def taken(printed: bytes) -> tuple[int, int] | None:
    """The port that another user has, and that user; None if each has its own."""
    words = printed.split()
    return (int(words[0]), int(words[1])) if words else None


_UNTIL_THEY_LISTEN = """\
import sys, time

def listeners():
    for table in ("tcp", "tcp6"):
        try:
            with open("/proc/net/" + table) as file:
                rows = [line.split() for line in file][1:]
        except OSError:
            continue
        for row in rows:
            if row[3] == "0A":
                yield int(row[1].rpartition(":")[2], 16), int(row[7])

wanted = dict(map(int, pair.split(":")) for pair in sys.argv[1:])
while True:
    found = set(listeners())
    others = [(p, uid) for p, uid in sorted(found) if wanted.get(p, uid) != uid]
    if others:
        print(*others[0])
        break
    if all(pair in found for pair in wanted.items()):
        break
    time.sleep(0.1)
"""
