"""Answers to a denied client, in the words of its own protocol."""

import json

from swarm.policy.reasons import Reason

ALERT_UNRECOGNIZED_NAME = 112
ALERT_ACCESS_DENIED = 49


def sentence(where: str, reason: Reason) -> str:
    """One line for a model: policy, no fault of the network, and what to do."""
    return (
        f"Denied by swarm's policy: {where}: {reason.sentence} ({reason}). This is not "
        f"a network fault: do not retry, and do not try other resolvers, proxies or "
        f"mirrors. Ask the user for {where} if the task needs it; /etc/swarm/policy.md "
        f"lists what is allowed."
    )


def http(where: str, reason: Reason, body: bool = True) -> bytes:
    """A 403 whose status line says it all: npm, pip and urllib show nothing else."""
    body_json = {
        "error": "denied_by_policy",
        "host": where,
        "reason": reason,
        "message": sentence(where, reason),
        "hint": "see /etc/swarm/policy.md",
    }
    content = json.dumps(body_json).encode() + b"\n" if body else b""
    return (
        f"HTTP/1.1 403 swarm-denied {where} {reason}\r\n"
        f"Content-Type: application/json\r\nX-Swarm-Deny: {reason}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    ).encode("ascii", "replace") + content


def malformed(reason: str) -> bytes:
    """A 400 for what is no request."""
    return (
        f"HTTP/1.1 400 swarm-refused {reason}\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n"
    ).encode("ascii", "replace")


def unreachable(where: str, reason: str) -> bytes:
    """A 502: allowed, but the way there failed."""
    return (
        f"HTTP/1.1 502 swarm-unreachable {where} {reason}\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n"
    ).encode("ascii", "replace")


def tls_alert(code: int = ALERT_ACCESS_DENIED) -> bytes:
    """A fatal alert in a record of its own."""
    return bytes([0x15, 3, 3, 0, 2, 2, code])


def ssh(text: str) -> bytes:
    """SSH_MSG_DISCONNECT (RFC 4253, 11.1), which clients print."""
    words = text.encode()
    message = b"\x01" + (11).to_bytes(4, "big") + len(words).to_bytes(4, "big")
    message += words + (0).to_bytes(4, "big")
    padding = 8 - (len(message) + 5) % 8
    padding += 8 if padding < 4 else 0
    size = (len(message) + padding + 1).to_bytes(4, "big")
    packet = size + bytes([padding]) + message + bytes(padding)
    return b"SSH-2.0-swarm\r\n" + packet


def spoken(first: bytes, where: str, reason: Reason) -> bytes:
    """The denial in the protocol that the client's first bytes show."""
    if first[:1] == b"\x16":
        return tls_alert()
    if first[:4] == b"SSH-":
        return ssh(sentence(where, reason))
    if first[:4] in (b"GET ", b"POST", b"HEAD", b"PUT ", b"DELE", b"PATC", b"OPTI"):
        return http(where, reason)
    return sentence(where, reason).encode() + b"\n"
