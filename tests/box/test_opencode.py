"""The far end of opencode's channel, beside a small server that speaks as it does."""

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.box.programs import Program, running

EDIT = {
    "id": "per_1",
    "sessionID": "ses_1",
    "permission": "edit",
    "patterns": ["a"],
    "metadata": {"filepath": "/w/a", "diff": "-one\n+two"},
    "always": ["*"],
}
COLOUR = {
    "id": "que_1",
    "sessionID": "ses_1",
    "questions": [
        {
            "question": "Which?",
            "header": "Colour",
            "options": [
                {"label": "Red", "description": "warm"},
                {"label": "Blue", "description": "cold"},
            ],
        }
    ],
}


class FakeOpencode:
    """Lists what is open, sends events, and remembers what it is told."""

    def __init__(self) -> None:
        self.permissions: list[Any] = []
        self.questions: list[Any] = []
        self.sessions = [{"id": "ses_1", "time": {"updated": 2}}]
        self.events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.posted: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.status = 200
        self.mute = 0
        """Streams that are taken and never begin, as while it starts."""
        self._is_closed = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Nothing."""

            def do_GET(self) -> None:
                if self.path == "/event":
                    self._stream()
                    return
                body = {
                    "/permission": fake.permissions,
                    "/question": fake.questions,
                    "/session": fake.sessions,
                }[self.path]
                self._say(200, body)

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"]))
                fake.posted.put((self.path, json.loads(text)))
                self._say(fake.status, True)

            def _say(self, status: int, body: Any) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def _stream(self) -> None:
                if fake.mute:
                    fake.mute -= 1
                    fake._is_closed.wait()
                    return
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                while (event := fake.events.get()) is not None:
                    data = f"data: {json.dumps(event)}\n\n".encode()
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
                self.wfile.write(b"0\r\n\r\n")
                self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def happens(self, kind: str, **properties: Any) -> None:
        """Send an event."""
        self.events.put({"type": kind, "properties": properties})

    def close(self) -> None:
        """End, and every stream with it."""
        self._is_closed.set()
        for _ in range(8):
            self.events.put(None)
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def agent() -> Iterator[FakeOpencode]:
    """The server."""
    fake = FakeOpencode()
    yield fake
    fake.close()


@pytest.fixture
def program(agent: FakeOpencode) -> Iterator[Program]:
    """Our program beside it, greeted."""
    with running("opencode", str(agent.port)) as opened:
        opened.tell()
        yield opened


def test_what_was_asked_before_we_came_is_told(agent: FakeOpencode) -> None:
    agent.permissions = [EDIT]
    with running("opencode", str(agent.port)) as program:
        program.tell()

        asked = program.says()["ask"]
        assert (asked["id"], asked["body"]) == ("per_1", "-one\n+two")
        assert program.until("sync") == {"sync": True}


def test_a_stream_that_never_begins_is_asked_for_anew(agent: FakeOpencode) -> None:
    """Why: a real one takes a connection while it starts, and forgets it."""
    agent.permissions, agent.mute = [EDIT], 1
    with running("opencode", str(agent.port)) as program:
        program.tell()

        assert program.until("ask")["ask"]["id"] == "per_1"


@pytest.mark.parametrize(
    ("answer", "text", "reply"),
    [
        ("once", "", {"reply": "once"}),
        ("always", "", {"reply": "always"}),
        ("reject", "not that", {"reply": "reject", "message": "not that"}),
    ],
)
def test_a_permission_is_answered_by_its_id(
    agent: FakeOpencode, program: Program, answer: str, text: str, reply: dict[str, str]
) -> None:
    program.until("sync")
    agent.happens("permission.asked", **EDIT)
    program.until("ask")
    for _ in range(2):
        program.tell(answer="per_1", **{"with": answer, "text": text})

    assert program.until("delivered") == {"delivered": "per_1"}
    assert agent.posted.get(timeout=60) == ("/permission/per_1/reply", reply)
    agent.happens("permission.replied", requestID="per_1", reply=answer)
    agent.happens("session.status", sessionID="ses_1", status={"type": "idle"})
    assert program.says()["state"] == "ready"
    assert agent.posted.empty()


@pytest.mark.parametrize(
    ("answer", "text", "path", "body"),
    [
        ("2", "", "/question/que_1/reply", {"answers": [["Blue"]]}),
        ("1,2", "", "/question/que_1/reply", {"answers": [["Red", "Blue"]]}),
        ("", "green", "/question/que_1/reply", {"answers": [["green"]]}),
        ("reject", "", "/question/que_1/reject", {}),
    ],
)
def test_a_choice_is_answered_by_its_label(
    agent: FakeOpencode,
    program: Program,
    answer: str,
    text: str,
    path: str,
    body: dict[str, Any],
) -> None:
    program.until("sync")
    agent.happens("question.asked", **COLOUR)
    asked = program.until("ask")["ask"]
    assert [option["label"] for option in asked["options"]] == [
        "Red: warm",
        "Blue: cold",
    ]

    program.tell(answer="que_1", **{"with": answer, "text": text})

    assert program.until("delivered") == {"delivered": "que_1"}
    assert agent.posted.get(timeout=60) == (path, body)


def test_a_human_who_was_first_is_noticed(
    agent: FakeOpencode, program: Program
) -> None:
    program.until("sync")
    agent.happens("permission.asked", **EDIT)
    program.until("ask")

    agent.happens("permission.replied", requestID="per_1", reply="always")

    assert program.until("gone") == {"gone": "per_1", "answer": "always"}


def test_an_answer_that_is_refused_is_told(
    agent: FakeOpencode, program: Program
) -> None:
    program.until("sync")
    agent.status = 404
    agent.happens("permission.asked", **EDIT)
    program.until("ask")

    program.tell(answer="per_1", **{"with": "once", "text": ""})

    assert program.until("failed")["failed"] == "per_1"


def test_a_text_goes_into_its_session(agent: FakeOpencode, program: Program) -> None:
    program.until("sync")

    program.tell(send=7, text="go on")

    assert program.until("sent") == {"sent": 7}
    parts = {"parts": [{"type": "text", "text": "go on"}]}
    assert agent.posted.get(timeout=60) == ("/session/ses_1/prompt_async", parts)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "permission.asked", "properties": {}},
        {"type": "permission.asked", "properties": [1]},
        {"type": "question.asked", "properties": {"id": "q", "questions": []}},
        {"type": "session.status", "properties": {"status": 7}},
    ],
)
def test_an_odd_event_ends_nothing(
    agent: FakeOpencode, program: Program, event: dict[str, Any]
) -> None:
    program.until("sync")
    agent.events.put(event)
    agent.happens("session.status", sessionID="ses_1", status={"type": "busy"})

    assert program.until("state")["state"] == "working"


def test_a_retry_says_until_when(agent: FakeOpencode, program: Program) -> None:
    program.until("sync")
    status = {"type": "retry", "attempt": 1, "message": "429", "next": 5000}
    agent.happens("session.status", sessionID="ses_1", status=status)

    told = program.until("state")
    assert (told["state"], told["until"]) == ("overloaded", 5.0)


def test_several_questions_are_answered_in_one_reply(
    agent: FakeOpencode, program: Program
) -> None:
    program.until("sync")
    one: dict[str, Any] = COLOUR["questions"][0]  # type: ignore[assignment]  # JSON
    two = {**one, "question": "And?", "multiple": True}
    agent.happens("question.asked", **{**COLOUR, "questions": [one, two]})
    parts = program.until("ask")["ask"]["parts"]
    assert [(part["title"], part["many"]) for part in parts] == [
        ("Which?", False),
        ("And?", True),
    ]

    program.tell(answer="que_1", **{"with": "2;1,2", "text": ""})

    body = {"answers": [["Blue"], ["Red", "Blue"]]}
    assert agent.posted.get(timeout=30) == ("/question/que_1/reply", body)
