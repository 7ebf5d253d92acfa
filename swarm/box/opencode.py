"""Follows the events of an opencode that listens on the sandbox's own loopback.

`PORT` is its only word. What is asked is read from the list of open questions at each
connection, so that nothing that was asked meanwhile is missed.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from swarm.box import hook, line

ANSWER_SECONDS = 5.0
"""Until its list of events begins; then we ask anew."""
START_SECONDS = 180.0
REQUEST_SECONDS = 20.0
SILENCE_SECONDS = 45.0
"""Without a byte of its events: it sends a heartbeat each ten seconds."""
EVENT_LIMIT = 8 << 20
_REPLIES = {"once": "once", "always": "always", "reject": "reject"}


class Server:
    """The agent's HTTP server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._session = ""
        self._kinds: dict[str, Any] = {}
        self._guard = threading.Lock()
        self._ours: set[str] = set()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; OSError or ValueError if it fails."""
        wire = http.client.HTTPConnection("127.0.0.1", self._port, REQUEST_SECONDS)
        try:
            text = None if body is None else json.dumps(body)
            wire.request(method, path, text, {"Content-Type": "application/json"})
            answer = wire.getresponse()
            read = answer.read(EVENT_LIMIT)
            if answer.status >= 300:
                raise OSError(f"{method} {path}: {answer.status}")
            return json.loads(read) if read.strip() else None
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            wire.close()

    def events(self) -> Iterator[dict[str, Any]]:
        """Its events until it hangs up, or is silent.

        While it starts it may take a connection and never answer it.
        """
        wire = http.client.HTTPConnection("127.0.0.1", self._port, ANSWER_SECONDS)
        try:
            wire.request("GET", "/event", headers={"Accept": "text/event-stream"})
            answer = wire.getresponse()
            if answer.status != 200:
                raise OSError(f"GET /event: {answer.status}")
            wire.sock.settimeout(SILENCE_SECONDS)
            yield {"type": "swarm.connected"}
            while True:
                read = answer.readline(EVENT_LIMIT)
                if not read:
                    return
                if read.startswith(b"data:"):
                    event = json.loads(read[5:])
                    if isinstance(event, dict):
                        yield event
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            wire.close()

    def list_open(self) -> None:
        """Tell of all that is asked now."""
        for kind in ("permission", "question"):
            try:
                asked = self.ask("GET", f"/{kind}") or []
            except (OSError, ValueError):
                continue
            for each in asked:
                self.asked(kind, each)

    def asked(self, kind: str, given: dict[str, Any]) -> None:
        """Tell of one question."""
        name = str(given["id"])
        with self._guard:
            if name in self._kinds:
                return
            self._kinds[name] = (kind, given)
        make = _permission if kind == "permission" else _question
        line.say(ask={"id": name, **make(given)})

    def settled(self, name: str, answer: str) -> None:
        """Tell that a question is open no more."""
        with self._guard:
            known = self._kinds.pop(name, None)
            is_ours = name in self._ours
            self._ours.discard(name)
        if known and not is_ours:
            line.say(gone=name, answer=answer)

    def take(self, message: dict[str, Any]) -> None:
        """Carry out what the keeper says."""
        line.hand_on(message, self._answer, self._send)

    def _answer(self, name: str, answer: str, text: str) -> None:
        with self._guard:
            known = self._kinds.get(name)
            if known is None or name in self._ours:
                return
            self._ours.add(name)
        try:
            self._reply(name, known[0], known[1], answer, text)
        except (OSError, ValueError, LookupError) as error:
            with self._guard:
                self._ours.discard(name)
            line.say(failed=name, why=str(error)[:200])
        else:
            line.say(delivered=name)

    def _reply(
        self, name: str, kind: str, given: dict[str, Any], answer: str, text: str
    ) -> None:
        place = quote(name, safe="")
        if kind == "permission":
            body = {"reply": _REPLIES[answer]}
            if text:
                body["message"] = text
            self.ask("POST", f"/permission/{place}/reply", body)
        elif answer == "reject":
            self.ask("POST", f"/question/{place}/reject", {})
        else:
            said = hook.said(given["questions"], answer, text)
            self.ask("POST", f"/question/{place}/reply", {"answers": said})

    def _send(self, number: int, text: str) -> None:
        """A prompt of the user's, into the session of the screen."""
        try:
            session = self._session or self._newest_session()
            part = {"type": "text", "text": text}
            place = quote(session, safe="")
            self.ask("POST", f"/session/{place}/prompt_async", {"parts": [part]})
        except (OSError, ValueError, LookupError) as error:
            line.say(unsent=number, why=str(error)[:200])
        else:
            line.say(sent=number)

    def _newest_session(self) -> str:
        sessions = self.ask("GET", "/session") or []
        return str(max(sessions, key=lambda one: one["time"]["updated"])["id"])

    def status(self, properties: dict[str, Any]) -> None:
        """Tell what the agent says that it does."""
        self._session = str(properties.get("sessionID", "")) or self._session
        status = properties.get("status", {})
        kind = status.get("type")
        if kind == "busy":
            line.say(state="working", rule="session.status")
        elif kind == "idle":
            line.say(state="ready", rule="session.status")
        elif kind == "retry":
            text = line.text_of(status.get("message", ""), 300)
            until = status.get("next", 0) / 1000
            line.say(state="overloaded", rule="session.status", text=text, until=until)


def _permission(given: dict[str, Any]) -> dict[str, Any]:
    """What is asked of a permission."""
    more = given.get("metadata") or {}
    tool = str(given.get("permission") or given.get("type") or "")
    patterns = given.get("patterns") or []
    body = more.get("diff") or more.get("command") or "\n".join(map(str, patterns))
    place = more.get("filepath") or ""
    title = f"{tool} {place}".strip() if place else f"use {tool}"
    return {
        "kind": "permission",
        "tool": tool[:60],
        "title": line.text_of(str(more.get("description") or title), 400),
        "body": line.text_of(str(body), 12_000),
        "always": bool(given.get("always", True)),
        "text": True,
    }


def _question(given: dict[str, Any]) -> dict[str, Any]:
    """What is asked of a question with options, or of several."""
    return hook.choice(given) | {"tool": "question", "body": ""}


def handle(server: Server, event: dict[str, Any]) -> None:
    """One event of the agent's."""
    kind, properties = event.get("type"), event.get("properties") or {}
    if kind == "swarm.connected":
        server.list_open()
    elif kind == "permission.asked":
        server.asked("permission", properties)
    elif kind == "question.asked":
        server.asked("question", properties)
    elif kind in ("permission.replied", "question.replied", "question.rejected"):
        name = properties.get("requestID") or properties.get("id")
        server.settled(str(name), str(properties.get("reply", "")))
    elif kind == "session.status":
        server.status(properties)


def main() -> None:
    """Follow it until the keeper leaves; connect again whenever it hangs up."""
    server = Server(int(sys.argv[1]))
    line.serve(server.take)
    has_synced, deadline = False, time.monotonic() + START_SECONDS
    while True:
        try:
            for event in server.events():
                try:
                    handle(server, event)
                except (LookupError, TypeError, AttributeError, ValueError):
                    line.say(unreadable=str(event.get("type", ""))[:60])
                if not has_synced:
                    line.say(ready=True)
                    line.say(sync=True)
                    has_synced = True
        except (OSError, ValueError, RecursionError):
            pass
        if not has_synced and time.monotonic() > deadline:
            line.fault("it does not listen on its port")
        time.sleep(line.RETRY_SECONDS)


if __name__ == "__main__":
    main()
