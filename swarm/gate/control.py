"""Handles the keeper's commands, which come on standard input."""

import hmac
import json
import secrets
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from swarm.gate import certificates
from swarm.gate.audit_log import AuditLog
from swarm.gate.certificates import Authority
from swarm.gate.connection_handler import ConnectionHandler
from swarm.gate.listeners import Listeners
from swarm.gate.task_net import TaskNet
from swarm.gate.upstream import Upstream
from swarm.policy import rules

LINE_LIMIT = 16 << 20
ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
"""The public roots of the gate's own image."""


class Control:
    """Holds every net; a command that fails changes nothing."""

    def __init__(
        self, audit: AuditLog, authority: Authority, upstream: Upstream
    ) -> None:
        self._audit = audit
        self._authority = authority
        self._upstream = upstream
        self._run = secrets.token_hex(8)
        self._nets: dict[str, TaskNet] = {}
        self._nonces: dict[str, str] = {}
        self._listeners: dict[str, Listeners] = {}
        self._commands: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "open": self._open,
            "policy": self._policy,
            "cut": self._cut,
            "uncut": self._uncut,
            "close": self._close,
            "hello": self._hello,
        }

    def handle_command(self, line: str) -> str:
        """Carry out one command and return the answer's line."""
        number: Any = None
        try:
            body = json.loads(line)
            number = body["id"]
            reply = self._commands[body["op"]](body)
        except (KeyError, ValueError, TypeError, AttributeError, ssl.SSLError) as error:
            return json.dumps(
                {"reply": number, "error": f"{type(error).__name__}: {error}"}
            )
        return json.dumps({"reply": number, **reply})

    def adopt(self, name: str, nonce: str, sockets: list[Any]) -> str:
        """Take over a net's listeners; returns the reason if that is refused.

        The nonce is good once, and only for the net it was made for.
        """
        expected = self._nonces.pop(name, "")
        net = self._nets.get(name)
        if net is None or not expected or not hmac.compare_digest(expected, nonce):
            return "no such net is awaited"
        if name in self._listeners:
            self._listeners.pop(name).close()
        handler = ConnectionHandler(
            net, self._upstream, self._authority, lambda: _context(net)
        )
        self._listeners[name] = Listeners(net, handler, sockets)
        return ""

    def tick(self) -> None:
        """Write the denials that were counted; called once a second."""
        self._audit.flush()

    def _open(self, body: dict[str, Any]) -> dict[str, Any]:
        """A net whose listeners are about to come, or come again."""
        name, policy = str(body["net"]), rules.from_json(body["policy"])
        certificates.check(policy.upstream_ca)
        net = self._nets.get(name)
        if net is None:
            net = self._nets[name] = TaskNet(name, policy, self._audit)
        else:
            net.replace(policy)
        net.hold_secrets(body.get("secrets", {}), body.get("placeholders", {}))
        self._audit.resume(name, int(body.get("seq", 0)))
        self._nonces[name] = str(body["nonce"])
        return {"adopted": name in self._listeners}

    def _policy(self, body: dict[str, Any]) -> dict[str, Any]:
        policy = rules.from_json(body["policy"])
        certificates.check(policy.upstream_ca)
        net = self._nets[str(body["net"])]
        cut_connections = net.replace(policy)
        net.hold_secrets(body.get("secrets", {}), body.get("placeholders", {}))
        return {"cut": cut_connections}

    def _cut(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"cut": self._nets[str(body["net"])].cut()}

    def _uncut(self, body: dict[str, Any]) -> dict[str, Any]:
        self._nets[str(body["net"])].uncut()
        return {}

    def _close(self, body: dict[str, Any]) -> dict[str, Any]:
        name = str(body["net"])
        listeners = self._listeners.pop(name, None)
        if listeners:
            listeners.close()
        self._nonces.pop(name, None)
        self._nets.pop(name, None)
        self._audit.forget(name)
        return {}

    def _hello(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {
            "run": self._run,
            "nets": sorted(self._listeners),
            "ca": self._authority.certificate,
            "roots": ROOTS.read_text(encoding="utf-8"),
        }


def _context(net: TaskNet) -> ssl.SSLContext:
    return certificates.upstream_context(net.evaluator.policy.upstream_ca)
