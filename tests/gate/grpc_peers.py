"""A server and a client of gRPC, as people run them; each in a process of its own.

`python -m tests.gate.grpc_peers server LEAF` prints its port and serves until
its input ends. `... client TARGET ROOTS` prints a line for each kind of call.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # it has no types

SECONDS = 30
PLAIN = "/test.Calls"


def upper(request: bytes, context: Any) -> bytes:
    context.set_trailing_metadata((("x-trailer", "told"),))
    return request.upper()


def count(request: bytes, _context: Any) -> Iterator[bytes]:
    for number in range(int(request)):
        yield str(number).encode() * 1000


def total(requests: Iterator[bytes], _context: Any) -> bytes:
    return str(sum(len(request) for request in requests)).encode()


def talk(requests: Iterator[bytes], _context: Any) -> Iterator[bytes]:
    for request in requests:
        yield b"you said " + request


def fail(_request: bytes, context: Any) -> bytes:
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not yet: 100%")
    return b""


def serve(leaf: Path) -> None:
    """Print the port, then serve until the input ends."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    handlers = {
        "Upper": grpc.unary_unary_rpc_method_handler(upper),
        "Count": grpc.unary_stream_rpc_method_handler(count),
        "Total": grpc.stream_unary_rpc_method_handler(total),
        "Talk": grpc.stream_stream_rpc_method_handler(talk),
        "Fail": grpc.unary_unary_rpc_method_handler(fail),
    }
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("test.Calls", handlers),)
    )
    pair = (leaf.read_bytes(), leaf.read_bytes())
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(0)


def ask(target: str, roots: Path) -> None:
    """Print what each kind of call comes to."""
    credentials = grpc.ssl_channel_credentials(roots.read_bytes())
    with grpc.secure_channel(target, credentials) as channel:
        told("unary", lambda: unary(channel))
        told("from a stream", lambda: from_stream(channel))
        told("to a stream", lambda: to_stream(channel))
        told("both", lambda: both(channel))
        told("failing", lambda: channel.unary_unary(f"{PLAIN}/Fail")(b"", timeout=30))
        told("denied", lambda: channel.unary_unary("/other.Calls/X")(b"", timeout=30))
        told("after it", lambda: unary(channel))


def told(name: str, call: Callable[[], str]) -> None:
    try:
        print(f"{name}: {call()}", flush=True)
    except grpc.RpcError as error:
        print(f"{name}: {error.code().name} {error.details()}", flush=True)


def unary(channel: Any) -> str:
    answer, call = channel.unary_unary(f"{PLAIN}/Upper").with_call(
        b"hello", timeout=SECONDS
    )
    trailers = dict(call.trailing_metadata())
    return f"{answer.decode()} {trailers.get('x-trailer')}"


def from_stream(channel: Any) -> str:
    pieces = channel.unary_stream(f"{PLAIN}/Count")(b"300", timeout=SECONDS)
    return str(sum(len(piece) for piece in pieces))


def to_stream(channel: Any) -> str:
    pieces = (b"x" * 100_000 for _ in range(30))
    answer: bytes = channel.stream_unary(f"{PLAIN}/Total")(pieces, timeout=SECONDS)
    return answer.decode()


def both(channel: Any) -> str:
    """Each word is sent once the one before was answered."""
    may_go_on = threading.Semaphore(1)

    def words() -> Iterator[bytes]:
        for number in range(5):
            may_go_on.acquire()
            yield str(number).encode()

    answers = []
    for answer in channel.stream_stream(f"{PLAIN}/Talk")(words(), timeout=SECONDS):
        answers.append(answer.decode().removeprefix("you said "))
        may_go_on.release()
    return ",".join(answers)


if __name__ == "__main__":
    if sys.argv[1] == "server":
        serve(Path(sys.argv[2]))
    else:
        ask(sys.argv[2], Path(sys.argv[3]))
