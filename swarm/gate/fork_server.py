"""Forks workers from a process that has everything loaded and never held a secret.

A fork of the supervisor would carry every task's secrets in its memory. This process is
forked from the gate before the first command is read, and does nothing but fork, kill
and bury.
"""

import asyncio
import contextlib
import os
import select
import signal
import socket
import traceback
from collections.abc import Callable, Sequence

MESSAGE_BYTES = 16
FILES_LIMIT = 8
_FORK, _KILL = b"f", b"k"

Work = Callable[[list[int]], None]
"""Runs a worker with the files it was given; the process ends when it returns."""


def start(work: Work) -> "ForkServer":
    """Fork the process that forks; call it before there are threads or secrets."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        try:
            _serve(theirs, work)
        except BaseException:  # noqa: BLE001 - there is nobody above to print it
            traceback.print_exc()
        finally:
            os._exit(0)
    theirs.close()
    return ForkServer(ours)


class ForkServer:
    """The supervisor's end."""

    def __init__(self, channel: socket.socket) -> None:
        channel.setblocking(False)
        self._channel = channel
        self._guard = asyncio.Lock()
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(self) -> None:
        """Take answers until the process that forks is gone; run it beside `fork`."""
        loop = asyncio.get_running_loop()
        while answer := await loop.sock_recv(self._channel, MESSAGE_BYTES):
            self._answers.put_nowait(answer)

    async def fork(self, files: Sequence[int]) -> int:
        """Start a worker with copies of these files; its process id.

        OSError if the kernel has no room for another process, or if the process that
        forks is gone.
        """
        async with self._guard:
            socket.send_fds(self._channel, [_FORK], files)
            number = int(await self._answers.get())
        if number < 0:
            raise OSError(-number, os.strerror(-number))
        return number

    def kill(self, pid: int) -> None:
        """Kill a worker at once, if it still runs."""
        with contextlib.suppress(OSError):
            self._channel.send(_KILL + str(pid).encode())

    def close(self) -> None:
        """End the process that forks; workers end when they notice."""
        self._channel.close()


def _serve(channel: socket.socket, work: Work) -> None:
    children: set[int] = set()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ended, ending = _child_ends()
    while True:
        ready = select.select([channel, ended], [], [])[0]
        if ended in ready:
            ended.recv(4096)
        # Only here, between two messages: a child that is noted bears its own number.
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                children.discard(pid)
        if channel not in ready:
            continue
        message, files, _, _ = socket.recv_fds(channel, MESSAGE_BYTES, FILES_LIMIT)
        if not message:
            return
        if message[:1] == _FORK:
            pid = _fork([channel, ended, ending], work, files)
            if pid > 0:
                children.add(pid)
            channel.send(str(pid).encode())
        elif (pid := int(message[1:])) in children:
            os.kill(pid, signal.SIGKILL)


def _child_ends() -> tuple[socket.socket, socket.socket]:
    """A socket that has something to read once a child has ended, and its other end."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a default one wakes nobody
    return reader, writer


def _fork(own: list[socket.socket], work: Work, files: list[int]) -> int:
    """The child's process id, or the negative number of an error."""
    try:
        pid = os.fork()
    except OSError as error:
        pid = -(error.errno or 1)
    if pid == 0:
        status = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            for each in own:
                each.close()
            work(files)
            status = 0
        except BaseException:  # noqa: BLE001 - there is nobody above to print it
            traceback.print_exc()
        finally:
            os._exit(status)
    for file in files:
        os.close(file)
    return pid
