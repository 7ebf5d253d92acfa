"""Handles the keeper's commands, which come on standard input."""

import asyncio
import hmac
import json
import secrets
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from swarm.gate import certificates, login_answers
from swarm.gate.fork_server import ForkServer
from swarm.gate.supervised_net import SupervisedNet, WriteLine
from swarm.policy import parent_proxy, rules

INPUT_LIMIT = 16 << 20
"""Bytes of one command."""
ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
"""The public roots of the gate's own image."""

Answer = dict[str, Any]


class Control:
    """Holds every net; a command that fails changes nothing.

    Commands about one net are carried out one after another, those about several side
    by side: a task that burns the processor makes no other wait.
    """

    def __init__(self, server: ForkServer, write: WriteLine, certificate: str) -> None:
        """`certificate` is the gate's own authority's, which the sandboxes trust."""
        self._server = server
        self._write = write
        self._certificate = certificate
        self._run = secrets.token_hex(8)
        self._nets: dict[str, SupervisedNet] = {}
        self._nonces: dict[str, str] = {}
        self._commands: Mapping[str, Callable[[Answer], Awaitable[Answer]]] = {
            "open": self._open,
            "policy": self._policy,
            "cut": self._cut,
            "uncut": self._uncut,
            "close": self._close,
            "hello": self._hello,
        }

    async def handle_command(self, line: str) -> str:
        """Carry out one command and return the answer's line."""
        number: Any = None
        try:
            body = json.loads(line)
            number = body["id"]
            reply = await self._commands[body["op"]](body)
        except (KeyError, ValueError, TypeError, AttributeError, ssl.SSLError) as error:
            return json.dumps(
                {"reply": number, "error": f"{type(error).__name__}: {error}"}
            )
        return json.dumps({"reply": number, **reply})

    def adopt(self, name: str, nonce: str, sockets: list[socket.socket]) -> str:
        """Take over a net's listeners; returns the reason if that is refused.

        The nonce is good once, and only for the net it was made for.
        """
        expected = self._nonces.pop(name, "")
        net = self._nets.get(name)
        if net is None or not expected or not hmac.compare_digest(expected, nonce):
            return "no such net is awaited"
        net.listen(sockets)
        return ""

    async def close(self) -> None:
        """Close every net."""
        for net in self._nets.values():
            await net.close()

    async def _open(self, body: Answer) -> Answer:
        """A net whose listeners are about to come, or come again."""
        name, config = str(body["net"]), _config(body)
        net = self._nets.get(name)
        if net is None:
            net = SupervisedNet(name, config, self._server, self._write)
            self._nets[name] = net
        else:
            await net.replace(config)
        net.resume(int(body.get("seq", 0)))
        self._nonces[name] = str(body["nonce"])
        return {"adopted": net.has_listeners}

    async def _policy(self, body: Answer) -> Answer:
        net, config = self._nets[str(body["net"])], _config(body)
        return {"cut": await net.replace(config)}

    async def _cut(self, body: Answer) -> Answer:
        return {"cut": await self._nets[str(body["net"])].cut()}

    async def _uncut(self, body: Answer) -> Answer:
        await self._nets[str(body["net"])].uncut()
        return {}

    async def _close(self, body: Answer) -> Answer:
        name = str(body["net"])
        self._nonces.pop(name, None)
        net = self._nets.pop(name, None)
        if net:
            await net.close()
        return {}

    async def _hello(self, _body: Answer) -> Answer:
        held = (name for name, net in self._nets.items() if net.has_listeners)
        roots = await asyncio.to_thread(ROOTS.read_text, encoding="utf-8")
        return {
            "run": self._run,
            "nets": sorted(held),
            "ca": self._certificate,
            "roots": roots,
        }


def _config(body: Answer) -> Answer:
    """The part of a command that a worker is given, once it is found to be right."""
    policy = rules.from_json(body["policy"])
    certificates.check(policy.upstream_ca)
    parent = parent_proxy.from_json(body.get("parent"))
    login_answers.from_json(body.get("answers", {}))
    return {
        "parent": parent_proxy.to_json(parent),
        "policy": body["policy"],
        "secrets": {str(k): str(v) for k, v in body.get("secrets", {}).items()},
        "placeholders": {
            str(k): str(v) for k, v in body.get("placeholders", {}).items()
        },
        "answers": body.get("answers", {}),
        "former": {
            str(k): [str(value) for value in values]
            for k, values in body.get("former", {}).items()
        },
    }
