"""A server of the test's own, the plain library, and a watch on every process start."""

import secrets
from collections.abc import Callable, Iterator

import libtmux
import pytest

from swarm.adapters.tmux import Tmux
from swarm.adapters.tmux.process import LIBRARY_PARTS, REPLACEMENTS
from tests.process_starts import ProcessStart, collected

PlainServer = Callable[[], libtmux.Server]


def is_ours(start: ProcessStart) -> bool:
    """Whether a start passes our bounded runner, as tmux or not."""
    return start.passes("swarm/adapters/process.py", "_start")


def is_the_human_s(start: ProcessStart) -> bool:
    """Whether it is the client in the terminal that a test sits at."""
    return start.passes("tests/adapters/tmux/terminal.py", "attached") or start.passes(
        "tests/adapters/tmux/test_given_back.py", "__init__"
    )


@pytest.fixture(autouse=True)
def only_our_starts(request: pytest.FixtureRequest) -> Iterator[list[ProcessStart]]:
    """Fail on a process that libtmux starts by itself."""
    with collected() as starts:
        yield starts
    if "plain_server" not in request.fixturenames:
        strangers = [s for s in starts if not (is_ours(s) or is_the_human_s(s))]
        assert not strangers, "\n".join(f"{s.argv}: {s.stack[:6]}" for s in strangers)


@pytest.fixture
def socket() -> str:
    return f"swarm-test-{secrets.token_hex(4)}"


@pytest.fixture
def tmux(socket: str) -> Iterator[Tmux]:
    tmux = Tmux(socket)
    yield tmux
    tmux.kill_server()


@pytest.fixture
def plain_server(socket: str, monkeypatch: pytest.MonkeyPatch) -> PlainServer:
    """Take our parts out of libtmux; the same socket, by the library as it comes."""

    def build() -> libtmux.Server:
        for (module, name, _), part in zip(REPLACEMENTS, LIBRARY_PARTS, strict=True):
            monkeypatch.setattr(module, name, part)
        return libtmux.Server(socket_name=socket)

    return build
