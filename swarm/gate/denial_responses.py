"""Answers to a denied client, in the words of its own protocol."""

import json

from swarm.policy import own_names
from swarm.policy.reasons import Reason

ALERT_ACCESS_DENIED, ALERT_INTERNAL_ERROR = 49, 80
HTTP2_START = b"PRI"
"""The first bytes of a client of HTTP/2 that needs no answer before."""
_HTTP_1_1_REQUIRED = 13


def sentence(host_port: str, reason: Reason, way_out: str = "") -> str:
    """One line for a model: the policy denies it, the network is fine, what to do.

    `way_out` is what the user does to open it; the agent cannot do it.
    """
    if _is_wrong_door(host_port, reason):
        return (
            f"{host_port} is this sandbox itself, and the proxy is on the outside: "
            "connect to it directly, without a proxy. no_proxy lists its names."
        )
    opens = f" (what opens it: {way_out})" if way_out else ""
    return (
        f"Denied by swarm's policy: {host_port}: {reason.sentence} ({reason}). "
        f"This is not a network fault: do not retry, and do not try other resolvers, "
        f"proxies or mirrors. Ask the user for {host_port} if the task needs it"
        f"{opens}; "
        f"/etc/swarm/policy.md lists what is allowed."
    )


def http(host_port: str, reason: Reason, body: bool = True, way_out: str = "") -> bytes:
    """A 403 with the reason in its status line: npm, pip and urllib show only that."""
    content = denied_body(host_port, reason, way_out) if body else b""
    return (
        f"HTTP/1.1 403 swarm-denied {host_port} {reason}\r\n"
        f"Content-Type: application/json\r\nX-Swarm-Deny: {reason}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    ).encode("ascii", "replace") + content


def _is_wrong_door(host_port: str, reason: Reason) -> bool:
    return own_names.is_wrong_door(host_port.rpartition(":")[0], reason)


def denied_body(host_port: str, reason: Reason, way_out: str = "") -> bytes:
    """The body of a denial, as JSON for a program."""
    is_wrong_door = _is_wrong_door(host_port, reason)
    body = {
        "error": "the_sandbox_itself" if is_wrong_door else "denied_by_policy",
        "host": host_port,
        "reason": reason,
        "message": sentence(host_port, reason, way_out),
        "hint": "connect without a proxy"
        if is_wrong_door
        else way_out or "see /etc/swarm/policy.md",
    }
    return json.dumps(body).encode() + b"\n"


def unreachable_sentence(host_port: str, reason: str) -> str:
    """One line for a model: it is the network, not the policy."""
    return (
        f"swarm's policy allows {host_port}, but the gate could not reach it: {reason}."
    )


def unreachable_body(host_port: str, reason: str) -> bytes:
    """The body of an answer for a host that is not reached, as JSON for a program."""
    body = {
        "error": "unreachable",
        "host": host_port,
        "reason": reason,
        "message": unreachable_sentence(host_port, reason),
    }
    return json.dumps(body).encode() + b"\n"


def malformed(reason: str) -> bytes:
    """A 400 for bytes that are no request."""
    return (
        f"HTTP/1.1 400 swarm-refused {reason}\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n"
    ).encode("ascii", "replace")


def unreachable(host_port: str, reason: str, body: bool = True) -> bytes:
    """A 502: the host is allowed, but it could not be reached."""
    content = unreachable_body(host_port, reason) if body else b""
    return (
        f"HTTP/1.1 502 swarm-unreachable {host_port} {reason}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    ).encode("ascii", "replace") + content


def tls_alert(code: int = ALERT_ACCESS_DENIED) -> bytes:
    """A fatal alert in a record of its own."""
    return bytes([0x15, 3, 3, 0, 2, 2, code])


def ssh(text: str) -> bytes:
    """An SSH_MSG_DISCONNECT (RFC 4253, 11.1), whose text clients print."""
    words = text.encode()
    message = b"\x01" + (11).to_bytes(4, "big") + len(words).to_bytes(4, "big")
    message += words + (0).to_bytes(4, "big")
    padding = 8 - (len(message) + 5) % 8
    padding += 8 if padding < 4 else 0
    size = (len(message) + padding + 1).to_bytes(4, "big")
    packet = size + bytes([padding]) + message + bytes(padding)
    return b"SSH-2.0-swarm\r\n" + packet


def http2(host_port: str, reason: Reason) -> bytes:
    """A connection's last frame, whose text clients of HTTP/2 print."""
    return _http2(sentence(host_port, reason))


def _http2(text: str) -> bytes:
    words = text.encode()
    settings = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    content = (0).to_bytes(4, "big") + _HTTP_1_1_REQUIRED.to_bytes(4, "big") + words
    return (
        settings + len(content).to_bytes(3, "big") + bytes([7, 0, 0, 0, 0, 0]) + content
    )


def spoken(first: bytes, host_port: str, reason: Reason, way_out: str = "") -> bytes:
    """The denial in the protocol that the client's first bytes show."""
    text = sentence(host_port, reason, way_out)
    answer = http(host_port, reason, way_out=way_out)
    return _in_protocol(first, text, answer, ALERT_ACCESS_DENIED)


def unreachable_spoken(first: bytes, host_port: str, reason: str) -> bytes:
    """That the host could not be reached, in the protocol of the first bytes."""
    text = unreachable_sentence(host_port, reason)
    answer = unreachable(host_port, reason)
    return _in_protocol(first, text, answer, ALERT_INTERNAL_ERROR)


def _in_protocol(first: bytes, text: str, http_answer: bytes, alert: int) -> bytes:
    if first[:1] == b"\x16":
        return tls_alert(alert)
    if first.startswith(HTTP2_START):
        return _http2(text)
    if first[:4] == b"SSH-":
        return ssh(text)
    if first[:4] in (b"GET ", b"POST", b"HEAD", b"PUT ", b"DELE", b"PATC", b"OPTI"):
        return http_answer
    return text.encode() + b"\n"
