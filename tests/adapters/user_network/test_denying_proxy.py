"""The proxy that denies keeps what it was asked for."""

import base64
import socket
from urllib.parse import urlsplit

from swarm.adapters.user_network.denying_proxy import DenyingProxy


def connected(proxy: DenyingProxy) -> socket.socket:
    parts = urlsplit(proxy.url)
    assert parts.hostname
    return socket.create_connection((parts.hostname, parts.port or 0), 10)


def login(proxy: DenyingProxy) -> bytes:
    parts = urlsplit(proxy.url)
    basic = base64.b64encode(f"{parts.username}:{parts.password}".encode())
    return b"\r\nProxy-Authorization: Basic " + basic


def answer(proxy: DenyingProxy, line: bytes) -> bytes:
    with connected(proxy) as client:
        client.sendall(line + login(proxy) + b"\r\n\r\n")
        return client.recv(1000)


def test_tunnels_and_plain_requests_are_denied_and_kept() -> None:
    with DenyingProxy() as proxy:
        for _ in range(2):
            denial = answer(proxy, b"CONNECT a.example:443 HTTP/1.1")
        answer(proxy, b"GET http://b.example:8080/x HTTP/1.1")
        answer(proxy, b"\x16\x03\x01 rubbish")
        answer(proxy, b"CONNECT a\x1b.example:443 HTTP/1.1")

        asked = proxy.asked()

    assert denial.startswith(b"HTTP/1.1 403 ")
    assert asked == ("https://a.example:443/", "http://b.example:8080/")


def test_its_port_is_free_once_it_ended() -> None:
    with DenyingProxy() as proxy:
        port = urlsplit(proxy.url).port or 0

    socket.create_server(("127.0.0.1", port)).close()


def test_somebody_else_on_the_machine_names_no_host() -> None:
    """Any user can find the port and connect to it while a tool is asked."""
    strangers = (
        b"",
        b"\r\nProxy-Authorization: Basic c3dhcm06",
        b"\r\nProxy-Authorization: Basic",
        b"\r\nX-Proxy-Authorization: \xff",
    )
    with DenyingProxy() as proxy:
        for stranger in strangers:
            with connected(proxy) as client:
                client.sendall(
                    b"CONNECT evil.example:443 HTTP/1.1" + stranger + b"\r\n\r\n"
                )
                client.recv(1000)

        assert proxy.asked() == ()


def test_a_request_in_pieces_counts() -> None:
    with DenyingProxy() as proxy, connected(proxy) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443")
        client.sendall(login(proxy))
        client.sendall(b"\r\n\r\n")
        client.recv(1000)

        assert proxy.asked() == ("https://a.example:443/",)
