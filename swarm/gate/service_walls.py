"""Tries every way out of a task's namespace, as a service; prints what is not refused.

It runs once before a task's services, in their namespace and as one of their users: a
table that lets one of these pass starts none of them. A silence is no refusal.
"""

import socket

SHUT = "shut"
"""All that is printed if every way is refused."""
SECONDS = 2.0
"""A refusal comes at once; what takes longer was let through to somewhere."""
ELSEWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737); the table leads it to the gate."""
QUESTION = bytes.fromhex("5d5d010000010000000000000765786d61706c6504746573740000010001")
"""A question for a name's address."""
STREAMS = (
    ("127.0.0.1", 53),
    ("127.0.0.1", 3128),
    ("127.0.0.1", 15001),
    ("127.0.0.2", 15001),
    (ELSEWHERE, 53),
    (ELSEWHERE, 443),
    (ELSEWHERE, 3128),
    ("2001:db8::1", 443),
)
DATAGRAMS = (("127.0.0.1", 53), (ELSEWHERE, 53), (ELSEWHERE, 443))


def open_ways() -> list[str]:
    """The ways that are not refused, such as `tcp 192.0.2.1:443`."""
    return [
        *(
            f"tcp {host}:{port}"
            for host, port in STREAMS
            if not _is_refused(host, port)
        ),
        *(f"udp {host}:{port}" for host, port in DATAGRAMS if not _is_mute(host, port)),
    ]


def _is_refused(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as stream:
            stream.settimeout(SECONDS)
            stream.connect((host, port))
    except TimeoutError:
        return False
    except OSError:
        return True
    return False


def _is_mute(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(SECONDS)
        try:
            datagrams.connect((host, port))
            datagrams.send(QUESTION)
            datagrams.recv(512)
        except TimeoutError:
            return False
        except OSError:
            return True
    return False


if __name__ == "__main__":
    found = open_ways()
    print("; ".join(found) if found else SHUT)
