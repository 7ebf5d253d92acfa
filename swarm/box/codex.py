"""A second client of the codex app-server whose first one is the agent's screen.

Its socket's path is its only word. The server asks all its clients; who answers first
counts, and the others are told. What is open is asked anew of a client that joins.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from swarm.box import codex_questions, line
from swarm.box.websocket import WebSocket

HANDSHAKE_SECONDS = 20.0
START_SECONDS = 180.0
REPLAY_SECONDS = 5.0
"""For questions that a conversation waits with when we join it."""
MORE_SECONDS = 0.3
"""For more of them, after the first one."""
MOST_CHANGES = 64
"""Changes of files that are remembered until they are asked about."""
UNHEARD = (
    "item/agentMessage/delta", "item/plan/delta", "item/reasoning/textDelta",
    "item/reasoning/summaryTextDelta", "item/reasoning/summaryPartAdded",
    "item/commandExecution/outputDelta", "item/fileChange/outputDelta",
    "item/fileChange/patchUpdated", "item/mcpToolCall/progress", "turn/diff/updated",
    "thread/tokenUsage/updated", "rawResponseItem/completed",
)  # fmt: skip
"""Notifications that we have no use for, and that may be many."""
LIMITS = ("usageLimitExceeded", "rateLimitExceeded", "sessionBudgetExceeded")


class Client:
    """One connection; what the server says is taken on one thread."""

    def __init__(self, wire: WebSocket) -> None:
        self._wire = wire
        self._guard = threading.Lock()
        self._count = 0
        self._calls: dict[str, tuple[str, Any]] = {}
        """What is called still, by its number: the method, and what it is about."""
        self._threads: dict[str, bool] = {}
        """Conversations that we joined, with whether a human has them."""
        self._joining: set[str] = set()
        self._main = ""
        self._changes: dict[str, Any] = {}
        self._held: dict[str, list[dict[str, Any]]] = {}
        """Questions about a change of files that is read first, by conversation."""
        self._open: dict[str, dict[str, Any]] = {}
        """The server's open requests, by our name of each."""
        self._answered: set[str] = set()
        self._awaited: dict[str, float] = {}
        """Conversations that wait with a question that we have not been asked yet."""
        self._is_listed = self.has_synced = False

    def begin(self) -> None:
        """Say who we are, and ask for what there is."""
        capabilities = {
            "experimentalApi": True,
            "requestAttestation": False,
            "optOutNotificationMethods": list(UNHEARD),
        }
        client = {"name": "swarm", "title": "swarm", "version": "1"}
        self._call("initialize", {"clientInfo": client, "capabilities": capabilities})
        self._say({"method": "initialized"})
        self._call("thread/loaded/list", {})

    def _say(self, message: dict[str, Any]) -> None:
        self._wire.send(json.dumps(message))

    def _call(self, method: str, params: dict[str, Any], about: Any = None) -> None:
        with self._guard:
            self._count += 1
            number = f"swarm-{self._count}"
            self._calls[number] = (method, about)
        self._say({"id": number, "method": method, "params": params})

    def _join(self, thread: str, is_whole: bool = False) -> None:
        """Hear of a conversation; whole, with the turn that it is at."""
        if thread in self._joining:
            return
        self._joining.add(thread)
        params = {"threadId": thread, "excludeTurns": not is_whole}
        self._call("thread/resume", params, thread)

    # What the server says.

    def handle(self, message: dict[str, Any]) -> None:
        """One message; it may lack anything."""
        method = message.get("method")
        if method is None:
            self._returned(message)
        elif "id" in message:
            self._asked(message)
        else:
            self._happened(str(method), message.get("params") or {})
        self.sync()

    def _returned(self, message: dict[str, Any]) -> None:
        with self._guard:
            method, about = self._calls.pop(str(message.get("id")), ("", None))
        result = message.get("result")
        if method == "thread/loaded/list" and result:
            for thread in result.get("data") or ():
                self._join(str(thread))
            self._is_listed = True
        elif method == "thread/resume":
            self._joining.discard(about)
            if result:
                self._joined(result["thread"])
            for request in self._held.pop(about, ()):
                self._tell(about, request)
        elif method == "turn/start" and about is not None:
            if result:
                line.say(sent=about)
            else:
                error = message.get("error") or {}
                line.say(unsent=about, why=line.text_of(error.get("message", ""), 200))

    def _joined(self, thread: dict[str, Any]) -> None:
        name = str(thread["id"])
        is_new = name not in self._threads
        is_main = not thread.get("ephemeral") and not thread.get("parentThreadId")
        self._threads[name] = is_main
        self._main = name if is_main else self._main
        for turn in thread.get("turns") or ():
            for item in turn.get("items") or ():
                self._item(item)
        status = thread.get("status") or {}
        if is_new and status.get("activeFlags") and self._is_quiet(name):
            self._awaited[name] = time.monotonic() + REPLAY_SECONDS
        if thread.get("preview"):  # a human has said something in it
            self._status(name, status)

    def _is_quiet(self, thread: str) -> bool:
        asked = (each["params"].get("threadId") for each in self._open.values())
        return thread not in asked

    def sync(self) -> None:
        """Tell once that all which is open was told, if it was; from each thread."""
        now = time.monotonic()
        with self._guard:
            is_at_work = not self._is_listed or self._joining or self._held
            if self.has_synced or is_at_work:
                return
            if any(now < until for until in list(self._awaited.values())):
                return
            self.has_synced = True
        line.say(sync=True)

    def _happened(self, method: str, given: dict[str, Any]) -> None:
        thread = str(given.get("threadId", ""))
        if method == "thread/started":
            begun = given["thread"]
            if begun.get("ephemeral"):
                self._threads[str(begun["id"])] = False
            else:
                self._join(str(begun["id"]))
        elif method == "thread/status/changed":
            if thread not in self._threads:
                self._join(thread)  # one that just began could not be joined yet
            self._status(thread, given["status"])
        elif method == "item/started":
            self._item(given["item"])
        elif method == "item/completed":
            self._changes.pop(str(given["item"].get("id")), None)
        elif method == "serverRequest/resolved":
            self._resolved(thread, given.get("requestId"))
        elif method == "error" and self._threads.get(thread):
            self._failed(given)

    def _status(self, thread: str, status: dict[str, Any]) -> None:
        if not self._threads.get(thread):
            return
        kind = status.get("type")
        if kind == "active" and not status.get("activeFlags"):
            self._main = thread
            line.say(state="working", rule="thread/status/changed")
        elif kind == "idle" and thread == self._main:
            line.say(state="ready", rule="thread/status/changed")

    def _failed(self, given: dict[str, Any]) -> None:
        error = given["error"]
        info = error.get("codexErrorInfo")
        state = "overloaded" if given.get("willRetry") else "failed"
        if info in LIMITS:
            state = "limited"
        elif info == "unauthorized":
            state = "needs-login"
        line.say(state=state, rule="error", text=line.text_of(error["message"], 300))

    def _item(self, item: dict[str, Any]) -> None:
        if item.get("type") == "fileChange":
            if len(self._changes) >= MOST_CHANGES:
                self._changes.pop(next(iter(self._changes)))
            self._changes[str(item["id"])] = item.get("changes")

    # Questions and answers.

    def _asked(self, request: dict[str, Any]) -> None:
        given = request["params"]
        thread = str(given.get("threadId", ""))
        is_change = request["method"] == codex_questions.CHANGE
        if is_change and str(given.get("itemId")) not in self._changes:
            # We joined in its middle: what it is about comes with the whole turn.
            self._held.setdefault(thread, []).append(request)
            self._join(thread, is_whole=True)
        else:
            self._tell(thread, request)

    def _tell(self, thread: str, request: dict[str, Any]) -> None:
        given = request["params"]
        if thread in self._awaited:
            self._awaited[thread] = time.monotonic() + MORE_SECONDS
        name = f"{given.get('turnId')}:{request['id']}"
        if name in self._open:
            return
        changes = self._changes.get(str(given.get("itemId")))
        method = str(request["method"])
        question = codex_questions.question_of(method, given, changes)
        if question is not None:
            with self._guard:
                self._open[name] = request
            line.say(ask={"id": name, **question})

    def _resolved(self, thread: str, number: Any) -> None:
        with self._guard:
            name = next(
                (
                    name
                    for name, request in self._open.items()
                    if request["id"] == number
                    and request["params"].get("threadId") == thread
                ),
                "",
            )
            self._open.pop(name, None)
            is_ours = name in self._answered
            self._answered.discard(name)
        if name:
            line.say(**{"delivered" if is_ours else "gone": name})

    def take(self, message: dict[str, Any]) -> None:
        """Carry out what the keeper says."""
        line.hand_on(message, self._answer, self._send)

    def _answer(self, name: str, answer: str, text: str) -> None:
        with self._guard:
            request = self._open.get(name)
            if request is None or name in self._answered:
                return
            self._answered.add(name)
        try:
            given = request["params"]
            result = codex_questions.decision(
                str(request["method"]), given, answer, text
            )
            self._say({"id": request["id"], "result": result})
            if answer == "reject" and text:
                self._prompt(str(given["threadId"]), text)
        except (OSError, LookupError, ValueError) as error:
            with self._guard:
                self._answered.discard(name)
            line.say(failed=name, why=str(error)[:200])

    def _send(self, number: int, text: str) -> None:
        if not self._main:
            line.say(unsent=number, why="it has no conversation yet")
            return
        try:
            self._prompt(self._main, text, number)
        except OSError as error:
            line.say(unsent=number, why=str(error)[:200])

    def _prompt(self, thread: str, text: str, number: int | None = None) -> None:
        """A text of the user's: a turn of its own, or a word in the one at work."""
        words = {"type": "text", "text": text, "text_elements": []}
        self._call("turn/start", {"threadId": thread, "input": [words]}, number)


class Follower:
    """Keeps one client connected, and hands it what the keeper says."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._client: Client | None = None

    def take(self, message: dict[str, Any]) -> None:
        """What the keeper says; it says nothing before we are ready."""
        client = self._client  # once: another thread lets go of it
        if client:
            client.take(message)

    def follow(self) -> None:
        """Until the server hangs up; OSError if it is not there."""
        wire = WebSocket(self._path, HANDSHAKE_SECONDS)
        try:
            client = Client(wire)
            client.begin()
            self._client = client
            line.say(ready=True)
            ticks = threading.Thread(target=_ticks, args=(client,), daemon=True)
            ticks.start()
            while (text := wire.receive()) is not None:
                _handle(client, text)
        finally:
            self._client = None
            wire.close()


def _ticks(client: Client) -> None:
    """A question that is not asked again must not keep the others waiting."""
    deadline = time.monotonic() + 3 * REPLAY_SECONDS
    while not client.has_synced and time.monotonic() < deadline:
        time.sleep(MORE_SECONDS)
        client.sync()


def _handle(client: Client, text: bytes) -> None:
    if not text:
        return
    message: Any = None
    try:
        message = json.loads(text)
        client.handle(message)
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError):
        kind = message.get("method") if isinstance(message, dict) else ""
        line.say(unreadable=str(kind)[:60])


def main() -> None:
    """Follow it until the keeper leaves; connect again whenever it hangs up."""
    follower = Follower(sys.argv[1])
    line.serve(follower.take)
    line.keep_following(follower.follow, START_SECONDS, "its server does not listen")


if __name__ == "__main__":
    main()
