"""The proxy that denies keeps what it was asked for."""

import socket
from urllib.parse import urlsplit

from swarm.adapters.user_network.denying_proxy import DenyingProxy


def answer(proxy: DenyingProxy, request: bytes) -> bytes:
    parts = urlsplit(proxy.url)
    assert parts.hostname
    with socket.create_connection((parts.hostname, parts.port or 0), 10) as client:
        client.sendall(request)
        return client.recv(1000)


def test_tunnels_and_plain_requests_are_denied_and_kept() -> None:
    with DenyingProxy() as proxy:
        for _ in range(2):
            denial = answer(proxy, b"CONNECT a.example:443 HTTP/1.1\r\n\r\n")
        answer(proxy, b"GET http://b.example:8080/x HTTP/1.1\r\n\r\n")
        answer(proxy, b"\x16\x03\x01 rubbish")
        answer(proxy, b"CONNECT a\x1b.example:443 HTTP/1.1\r\n\r\n")

        asked = proxy.asked()

    assert denial.startswith(b"HTTP/1.1 403 ")
    assert asked == ("https://a.example:443/", "http://b.example:8080/")


def test_its_port_is_free_once_it_ended() -> None:
    with DenyingProxy() as proxy:
        port = urlsplit(proxy.url).port or 0

    socket.create_server(("127.0.0.1", port)).close()
