"""The far end of codex's channel, beside a small server that speaks as it does."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm.box import codex_questions
from tests.box.programs import Program, running
from tests.box.websocket_server import WebSocketServer, frame

THREAD = {"id": "t1", "preview": "do it", "status": {"type": "idle"}}
WAITING = {"type": "active", "activeFlags": ["waitingOnApproval"]}
PLACE = {"threadId": "t1", "turnId": "u1", "itemId": "i1"}
RUN = {**PLACE, "command": "make", "reason": "build it"}
ITEM = {
    "type": "fileChange",
    "id": "i1",
    "changes": [{"path": "/w/a", "kind": {"type": "add"}, "diff": "one\n"}],
}


class FakeAppServer:
    """Speaks codex's protocol with one client, a step at a time."""

    def __init__(self, server: WebSocketServer) -> None:
        self.server = server

    def begin(self, *loaded: str) -> None:
        """Take the next client, and tell it which conversations there are."""
        self.server.accept()
        assert self.called("initialize")["capabilities"]["experimentalApi"]
        assert self.hears() == {"method": "initialized"}
        self.called("thread/loaded/list", {"data": list(loaded), "nextCursor": None})

    def joins(self, **thread: Any) -> dict[str, Any]:
        """Answer that it joins; returns its parameters."""
        return self.called("thread/resume", {"thread": {**THREAD, **thread}})

    def called(self, method: str, result: Any = None) -> dict[str, Any]:
        """The parameters of the next call, which is of this method; answered."""
        call = self.hears()
        assert call["method"] == method
        self.says(id=call["id"], result=result or {})
        params: dict[str, Any] = call["params"]
        return params

    def hears(self) -> dict[str, Any]:
        """The next message of the client's."""
        message: dict[str, Any] = json.loads(self.server.hears()[1])
        return message

    def says(self, **message: Any) -> None:
        """One message to the client."""
        self.server.send(frame(json.dumps(message).encode()))

    def happens(self, method: str, **params: Any) -> None:
        """A notification."""
        self.says(method=method, params=params)

    def asks(self, number: int, method: str, params: dict[str, Any]) -> None:
        """A request of its own."""
        self.says(id=number, method=method, params=params)


@pytest.fixture
def codex(tmp_path: Path) -> Iterator[FakeAppServer]:
    """A server that listens."""
    with WebSocketServer(tmp_path) as server:
        yield FakeAppServer(server)


@pytest.fixture
def far_end(codex: FakeAppServer) -> Iterator[Program]:
    """Our program beside it, spoken to."""
    with running("codex", str(codex.server.path)) as program:
        program.tell()
        yield program


def test_a_command_is_asked_and_answered(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin()
    assert far_end.until("sync")
    codex.happens("thread/started", thread=THREAD)
    codex.joins()
    codex.asks(0, codex_questions.COMMAND, RUN)
    asked = far_end.until("ask")["ask"]
    assert (asked["id"], asked["title"], asked["body"]) == ("u1:0", "build it", "make")

    far_end.tell(answer="u1:0", **{"with": "once", "text": ""})

    assert codex.hears() == {"id": 0, "result": {"decision": "accept"}}
    codex.happens("serverRequest/resolved", threadId="t1", requestId=0)
    assert far_end.until("delivered") == {"delivered": "u1:0"}


def test_a_rejection_s_reason_is_said_in_the_turn(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin("t1")
    codex.joins()
    codex.asks(0, codex_questions.COMMAND, RUN)
    far_end.until("ask")

    far_end.tell(answer="u1:0", **{"with": "reject", "text": "use ninja"})

    assert codex.hears()["result"] == {"decision": "decline"}
    said = codex.called("turn/start")
    assert (said["threadId"], said["input"][0]["text"]) == ("t1", "use ninja")


def test_a_human_who_was_first_is_noticed_and_an_answer_then_goes_nowhere(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin("t1")
    codex.joins()
    codex.asks(0, codex_questions.COMMAND, RUN)
    far_end.until("ask")
    codex.happens("serverRequest/resolved", threadId="t1", requestId=0)
    assert far_end.until("gone") == {"gone": "u1:0"}

    far_end.tell(answer="u1:0", **{"with": "once", "text": ""})
    far_end.tell(send=7, text="go on")

    assert codex.hears()["method"] == "turn/start"


def test_two_answers_are_one(codex: FakeAppServer, far_end: Program) -> None:
    codex.begin("t1")
    codex.joins()
    codex.asks(0, codex_questions.COMMAND, RUN)
    far_end.until("ask")

    far_end.tell(answer="u1:0", **{"with": "once", "text": ""})
    far_end.tell(answer="u1:0", **{"with": "reject", "text": ""})
    far_end.tell(send=7, text="go on")

    assert codex.hears()["result"] == {"decision": "accept"}
    assert codex.hears()["method"] == "turn/start"


def test_the_next_client_hears_what_is_open_before_it_says_that_that_was_all(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin("t1")
    codex.joins(status=WAITING)
    codex.asks(3, codex_questions.CHANGE, PLACE)
    codex.joins(status=WAITING, turns=[{"items": [ITEM]}])
    codex.asks(3, codex_questions.CHANGE, PLACE)

    asked = far_end.until("ask")["ask"]
    assert (asked["id"], asked["title"]) == ("u1:3", "change /w/a")
    assert asked["body"] == "+one"
    assert far_end.until("sync")


def test_a_change_that_began_before_we_joined_is_read_first(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin("t1")
    codex.joins()
    codex.asks(3, codex_questions.CHANGE, PLACE)
    assert codex.joins(turns=[{"items": [ITEM]}])["excludeTurns"] is False
    codex.asks(3, codex_questions.CHANGE, PLACE)

    assert far_end.until("ask")["ask"]["body"] == "+one"
    codex.asks(4, codex_questions.COMMAND, RUN)
    assert far_end.until("ask")["ask"]["id"] == "u1:4"


def test_a_change_that_cannot_be_read_is_asked_all_the_same(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin("t1")
    codex.joins()
    codex.asks(3, codex_questions.CHANGE, PLACE)
    call = codex.hears()
    codex.says(id=call["id"], error={"code": -1, "message": "no"})

    assert far_end.until("ask")["ask"]["title"] == "change files"


def test_a_server_that_begins_anew_is_joined_anew(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin()
    far_end.until("sync")
    codex.server.hang_up()

    codex.begin("t1")
    codex.joins(status=WAITING)
    codex.asks(0, codex_questions.COMMAND, RUN)
    codex.asks(1, codex_questions.COMMAND, RUN)

    assert far_end.until("ask")["ask"]["id"] == "u1:0"
    assert far_end.says()["ask"]["id"] == "u1:1"
    assert far_end.says() == {"sync": True}


def test_its_state_is_told_of_the_conversation_that_a_human_has(
    codex: FakeAppServer, far_end: Program
) -> None:
    """Not of one that finds a title, nor before the first prompt."""
    codex.begin("t1")
    codex.joins(preview="")
    codex.happens("thread/started", thread={"id": "t2", "ephemeral": True})
    codex.happens("thread/status/changed", threadId="t2", status={"type": "idle"})
    active = {"type": "active", "activeFlags": []}
    codex.happens("thread/status/changed", threadId="t1", status=active)
    assert far_end.until("state")["state"] == "working"
    codex.happens("thread/status/changed", threadId="t1", status={"type": "idle"})
    assert far_end.until("state")["state"] == "ready"


@pytest.mark.parametrize(
    ("info", "will_retry", "state"),
    [
        ("usageLimitExceeded", False, "limited"),
        ("serverOverloaded", True, "overloaded"),
        ("unauthorized", False, "needs-login"),
        (None, False, "failed"),
        ({"httpConnectionFailed": {}}, False, "failed"),
    ],
)
def test_an_error_is_a_state(
    codex: FakeAppServer, far_end: Program, info: Any, will_retry: bool, state: str
) -> None:
    codex.begin("t1")
    codex.joins(preview="")
    error = {"message": "it says", "codexErrorInfo": info}
    codex.happens("error", threadId="t1", error=error, willRetry=will_retry)

    told = far_end.until("state")
    assert (told["state"], told["text"]) == (state, "it says")


def test_a_text_of_the_user_s_goes_into_the_conversation(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin("t1")
    codex.joins()
    far_end.until("sync")

    far_end.tell(send=7, text="and now?")

    assert codex.called("turn/start", {"turn": {}})["input"][0]["text"] == "and now?"
    assert far_end.until("sent") == {"sent": 7}
    far_end.tell(send=8, text="and then?")
    call = codex.hears()
    codex.says(id=call["id"], error={"message": "not now"})
    assert far_end.until("unsent") == {"unsent": 8, "why": "not now"}


def test_without_a_conversation_a_text_is_not_sent(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin()
    far_end.until("sync")
    far_end.tell(send=7, text="x")

    assert far_end.until("unsent")["why"] == "it has no conversation yet"


@pytest.mark.parametrize(
    "said",
    [
        b"\xff\xfe",
        b"[1]",
        b'{"method":"thread/started","params":{}}',
        b'{"id":1,"method":"item/tool/requestUserInput","params":{"questions":[]}}',
        b'{"id":1,"method":"item/fileChange/requestApproval","params":7}',
        b"[" * 100_000,
    ],
    ids=["bytes", "a list", "no thread", "no question", "no table", "deep"],
)
def test_what_is_not_understood_is_told_and_the_rest_goes_on(
    codex: FakeAppServer, far_end: Program, said: bytes
) -> None:
    codex.begin("t1")
    codex.joins()
    codex.server.send(frame(said))
    assert far_end.until("unreadable")

    codex.asks(0, codex_questions.COMMAND, RUN)
    assert far_end.until("ask")


def test_a_hundred_megabytes_are_no_message(
    codex: FakeAppServer, far_end: Program
) -> None:
    codex.begin("t1")
    codex.joins()
    sending = threading.Thread(
        target=codex.server.send, args=(frame(bytes(100 << 20)),)
    )
    sending.start()
    sending.join()
    codex.asks(0, codex_questions.COMMAND, RUN)

    assert far_end.until("ask")
