"""The whole gate beside the test: a supervisor, its fork server, and workers."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swarm.engine.gate import client as gate_client
from swarm.policy import rules
from swarm.policy.rules import Policy, Rule

LOCAL = ("127.0.0.0/8",)
PATIENCE = 60.0
"""Seconds until a test gives up; it never waits this long when all is well."""


@dataclass
class Listening:
    """The ports of one net on this machine."""

    explicit: int
    transparent: int
    names: int
    names_tcp: int


@dataclass
class GateProcess:
    """The gate's standard input and output, as the keeper has them."""

    process: asyncio.subprocess.Process
    handover: Path
    keys: Path
    lines: list[dict[str, Any]] = field(default_factory=list)
    """The audit's lines, each with its net and its number."""
    _replies: dict[int, "asyncio.Future[dict[str, Any]]"] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def ask(self, op: str, **body: Any) -> dict[str, Any]:
        """The answer to a command."""
        number = next(self._numbers)
        reply = self._replies[number] = asyncio.get_running_loop().create_future()
        assert self.process.stdin is not None
        line = json.dumps({"id": number, "op": op, **body})
        self.process.stdin.write(line.encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            answer: dict[str, Any] = await reply
            return answer

    async def open_net(self, name: str, *kept: Rule, **body: Any) -> Listening:
        """A net with these rules, whose listeners stand on this machine."""
        policy = body.pop("policy", None) or Policy(rules=kept, allow_nets=LOCAL)
        answer = await self.ask(
            "open", net=name, nonce="n", policy=rules.to_json(policy), **body
        )
        assert "error" not in answer, answer
        return await self.hand_over(name)

    async def hand_over(self, name: str) -> Listening:
        """Give the gate four listeners, as the one-shot does it."""
        kinds = [socket.SOCK_STREAM] * 2 + [socket.SOCK_DGRAM, socket.SOCK_STREAM]
        sockets = [socket.socket(socket.AF_INET, kind) for kind in kinds]
        for one, kind in zip(sockets, kinds, strict=True):
            one.bind(("127.0.0.1", 0))
            if kind is socket.SOCK_STREAM:
                one.listen(512)

        def call() -> str:
            with (
                contextlib.chdir(self.handover.parent),
                socket.socket(socket.AF_UNIX) as gate,
            ):
                gate.settimeout(60)
                gate.connect(self.handover.name)
                message = json.dumps({"net": name, "nonce": "n"}).encode()
                socket.send_fds(gate, [message], [one.fileno() for one in sockets])
                return gate.recv(200).decode()

        try:
            assert await asyncio.to_thread(call) == "adopted"
            return Listening(*(one.getsockname()[1] for one in sockets))
        finally:
            for one in sockets:
                one.close()

    async def said(self, count: int = 1, **facts: Any) -> list[dict[str, Any]]:
        """The lines that say all of this, once there are so many."""

        def found() -> list[dict[str, Any]]:
            return [
                line
                for line in self.lines
                if all(line.get(key) == value for key, value in facts.items())
            ]

        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(found()) >= count)
            return found()

    def workers(self) -> list[int]:
        """The process ids of the workers that run now."""
        (forker,) = _children(self.process.pid)
        return _children(forker)

    async def read(self) -> None:
        """Read what the gate writes until it ends."""
        assert self.process.stdout is not None
        while text := await self.process.stdout.readline():
            line = json.loads(text)
            if "reply" in line:
                self._replies.pop(line["reply"]).set_result(line)
                continue
            facts = gate_client.audit_line(line)
            async with self._changed:
                self.lines.append(facts)
                self._changed.notify_all()


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in children.split()]


async def request(port: int, where: str, method: str = "CONNECT") -> bytes:
    """The first line of the answer by the explicit proxy."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    target = where if method == "CONNECT" else f"http://{where}/"
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: {where}\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n")
    writer.close()
    return head


def parent(pid: int) -> int:
    """The process that a process was forked from."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


async def ended(pid: int) -> None:
    """Return once the process is gone."""
    with contextlib.suppress(ProcessLookupError):
        file = os.pidfd_open(pid)
        over = asyncio.Event()
        asyncio.get_running_loop().add_reader(file, over.set)
        try:
            async with asyncio.timeout(PATIENCE):
                await over.wait()
        finally:
            asyncio.get_running_loop().remove_reader(file)
            os.close(file)


@contextlib.asynccontextmanager
async def open_gate(
    folder: Path, idle: float = 30.0, hostile: str = "", transparent_port: int = 0
) -> AsyncIterator[GateProcess]:
    """The gate, until the block is left; its workers may be `hostile` ones.

    Transparent clients dial `transparent_port` of the name that they asked for last.
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    if transparent_port:
        environment["GATE_PROGRAM_PORT"] = str(transparent_port)
    keys, handover = folder / "keys", folder / "handover.sock"
    keys.mkdir()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.gate.gate_program"),
        *(str(keys), handover.name, str(idle), *([hostile] if hostile else [])),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,
        env=environment,
        limit=16 << 20,
    )
    gate = GateProcess(process, handover, keys)
    reading = asyncio.ensure_future(gate.read())
    try:
        await gate.ask("hello")
        yield gate
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            await process.wait()
        await reading
