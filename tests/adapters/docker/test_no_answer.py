"""Whatever listens at the engine's address, the refusal is a sentence of ours."""

import socket
import threading
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.adapters.docker.no_answer import reason
from swarm.errors import ToolMissing

JSON = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "nothing listens there"),
        (JSON % (3, b"[1]"), "what listens there is no container engine"),
        (JSON % (2, b"{}"), "what listens there is no container engine"),
        (JSON % (2, b"no"), "what listens there is no container engine"),
    ],
)
def test_what_is_no_engine_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes | None, words: str
) -> None:
    """With the library's own words as the cause, which `--verbose` prints."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        if answer is not None:
            listening.listen()
            threading.Thread(
                target=serve, args=(listening, answer), daemon=True
            ).start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        with pytest.raises(ToolMissing) as error:
            DockerContainers(seconds=5).facts()
        if answer is not None:
            listening.shutdown(socket.SHUT_RDWR)

    assert error.value.message == f"docker does not answer at unix://{path}: {words}"
    assert error.value.__cause__


def serve(listening: socket.socket, answer: bytes) -> None:
    """Give every caller the same answer until the socket is closed."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.recv(4096)
            connection.sendall(answer)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Remote end closed connection without response", "it hung up"),
        ("ConnectionResetError(104, 'Connection reset by peer')", "it hung up"),
        ("Read timed out. (read timeout=15)", "said nothing in time"),
        ("BadStatusLine('SSH-2.0-x\\r\\n')", "no container engine"),
        ("no such host", "no such host"),
    ],
)
def test_the_library_s_words_are_ours_if_they_are_known(theirs: str, ours: str) -> None:
    """The library leaks the sockets of such, so none is opened here."""
    assert ours in reason(theirs)
