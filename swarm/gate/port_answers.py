"""Answers of ours in place of a box's server: a status and a sentence."""

from http import HTTPStatus


def answer(status: int, sentence: str) -> bytes:
    """A whole response, after which the connection ends; no page may be in it."""
    body = f"swarm: {sentence}\n".encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Content-Security-Policy: default-src 'none'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Cache-Control: no-store\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
