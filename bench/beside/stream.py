"""A server of events: the first at once, the second after a while, as a model does."""

import asyncio
import ssl

GAP_SECONDS = 0.02
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD + _chunk(b"data: first\n\n"))
            await asyncio.sleep(GAP_SECONDS)
            writer.write(_chunk(b"data: last\n\n") + b"0\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError):
        writer.close()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def _main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/bench/both.pem")
    server = await asyncio.start_server(_serve, "0.0.0.0", 8444, ssl=context)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
