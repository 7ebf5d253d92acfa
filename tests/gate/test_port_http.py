"""Requests of a browser to a box's server."""

import asyncio

import pytest

from swarm.gate import port_http
from tests.gate.port_servers import (
    GET,
    answering,
    box_server,
    browsing,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


async def head_of(reader: asyncio.StreamReader) -> str:
    return (await reader.readuntil(b"\r\n\r\n")).decode().lower()


async def test_an_answer_comes_with_one_header_more_and_the_next_request_follows() -> (
    None
):
    async with box_server(answering(OK)) as connect, browsing(connect) as browser:
        for _ in range(3):
            browser.says(GET)
            head = await head_of(browser.heard)
            assert head.startswith("http/1.1 200 ok")
            assert "content-security-policy: default-src 'self'" in head
            assert await browser.heard.readexactly(2) == b"hi"


async def test_a_server_of_http_1_0_is_answered_in_chunks() -> None:
    """`python -m http.server` speaks it."""
    data = b"HTTP/1.0 200 OK\r\nServer: SimpleHTTP\r\n\r\n" + b"x" * 100_000
    async with box_server(answering(data)) as connect, browsing(connect) as browser:
        browser.says(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert "transfer-encoding: chunked" in await head_of(browser.heard)
        rest = await browser.heard.read()

    assert rest.count(b"x") == 100_000
    assert rest.endswith(b"0\r\n\r\n")


async def test_a_body_reaches_the_server_and_nothing_of_the_hops_does() -> None:
    heard = asyncio.Queue[bytes]()

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        heard.put_nowait(await reader.readuntil(b"\r\n\r\n"))
        heard.put_nowait(await reader.readexactly(5))
        writer.write(OK)
        await writer.drain()

    request = (
        b"POST /a?b HTTP/1.1\r\nHost: t7.localhost:20112\r\nContent-Length: 5\r\n"
        b"Keep-Alive: 5\r\nCookie: a=b\r\n\r\nbo"
    )
    async with box_server(handle) as connect, browsing(connect) as browser:
        browser.says(request)
        browser.says(b"dy!")
        await head_of(browser.heard)

    head = (await heard.get()).lower()
    assert head.startswith(b"post /a?b http/1.1\r\n")
    assert b"cookie: a=b" in head
    assert b"connection: close" in head
    assert b"keep-alive" not in head
    assert await heard.get() == b"body!"


async def test_a_websocket_is_carried_unread() -> None:
    """Its own origin was checked before; what came early is not lost."""

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\n\r\nearly"
        )
        while data := await reader.read(1000):
            writer.write(data.upper())
            await writer.drain()

    request = GET.replace(
        b"\r\n\r\n", b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    )
    async with box_server(handle) as connect, browsing(connect) as browser:
        browser.says(request)
        assert "connection: upgrade" in await head_of(browser.heard)
        assert await browser.heard.readexactly(5) == b"early"
        browser.says(b"ping")
        assert await browser.heard.readexactly(4) == b"PING"
        browser.leaves()
        assert await browser.heard.read() == b""


@pytest.mark.parametrize(
    "more",
    [
        b"Origin: http://t8.localhost:20128",
        b"Sec-Fetch-Site: cross-site",
    ],
)
async def test_a_page_of_another_site_gets_a_sentence_and_the_server_nothing(
    more: bytes,
) -> None:
    async def connect() -> port_http.Box:
        raise AssertionError("it was connected")

    async with browsing(connect) as browser:
        browser.says(GET.replace(b"\r\n\r\n", b"\r\n" + more + b"\r\n\r\n"))
        text = (await browser.heard.read()).decode()

    assert text.startswith("HTTP/1.1 403")
    assert "may not call a box's server" in text
    assert "access-control" not in text.lower()


async def test_a_server_that_is_not_there_is_a_sentence() -> None:
    async def connect() -> port_http.Box:
        raise ConnectionRefusedError

    async with browsing(connect) as browser:
        browser.says(GET)
        text = (await browser.heard.read()).decode()

    assert text.startswith("HTTP/1.1 502")
    assert "nothing listens at port 3000 in the box" in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "gave no answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "gave no answer"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"a" * 70_000, "gave no answer"),
    ],
)
async def test_a_server_that_speaks_no_http_is_a_sentence(
    data: bytes, words: str
) -> None:
    async with box_server(answering(data)) as connect, browsing(connect) as browser:
        browser.says(GET)
        text = (await browser.heard.read()).decode()

    assert text.startswith("HTTP/1.1 502")
    assert words in text


async def test_a_server_that_never_answers_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(port_http, "ANSWER_SECONDS", 0.2)
    has_left = asyncio.Event()

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read()
        has_left.set()

    async with box_server(handle) as connect, browsing(connect) as browser:
        browser.says(GET)
        text = (await browser.heard.read()).decode()
        await asyncio.wait_for(has_left.wait(), 60)

    assert text.startswith("HTTP/1.1 504")
    assert "has not answered" in text


async def test_a_browser_that_leaves_takes_its_request_along() -> None:
    """A stream that says nothing is not held for a tab that is closed."""
    has_begun, has_left = asyncio.Event(), asyncio.Event()

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        has_begun.set()
        await reader.read()
        has_left.set()

    async with box_server(handle) as connect, browsing(connect) as browser:
        browser.says(GET)
        await head_of(browser.heard)
        browser.leaves()
        await asyncio.wait_for(has_left.wait(), 60)


@pytest.mark.parametrize(
    "data",
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_told_of_raw(data: bytes) -> None:
    async def connect() -> port_http.Box:
        raise AssertionError("it was connected")

    async with browsing(connect) as browser:
        browser.says(data)
        browser.leaves()
        text = (await browser.heard.read()).decode()

    assert text.startswith("HTTP/1.1 400")
    assert "--raw" in text


async def test_a_second_request_right_behind_the_first_is_checked_too() -> None:
    """It can not hide behind one that may pass."""
    evil = GET.replace(b"\r\n\r\n", b"\r\nOrigin: https://evil.test\r\n\r\n")
    async with box_server(answering(OK)) as connect, browsing(connect) as browser:
        browser.says(GET + evil)
        assert "200" in await head_of(browser.heard)
        await browser.heard.readexactly(2)
        text = (await browser.heard.read()).decode()

    assert text.startswith("HTTP/1.1 403")


async def test_a_server_that_refuses_a_large_body_early_is_heard() -> None:
    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    request = (
        b"POST / HTTP/1.1\r\nHost: t7.localhost:20112\r\nContent-Length: 9\r\n\r\n1"
    )
    async with box_server(handle) as connect, browsing(connect) as browser:
        browser.says(request)
        assert "413" in await head_of(browser.heard)
