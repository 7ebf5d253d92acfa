"""What qwen writes is told to the far end, and an answer is written for qwen."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm import assets
from swarm.box import qwen_files
from tests.box.programs import Program, running

PATIENCE = 60.0
RUN = {"command": "make", "description": "build it"}


class FakeQwen:
    """Writes what happens, and reads its answers, by the files of its flags."""

    def __init__(self, place: Path) -> None:
        self.place = place
        file = assets.folder("box") / "qwen_files.py"
        self.process = subprocess.Popen([sys.executable, "-I", str(file), str(place)])
        deadline = time.monotonic() + PATIENCE
        while not place.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        self._pipe = os.open(f"{place}.out", os.O_WRONLY)

    def happens(self, **event: Any) -> None:
        """One event of qwen's."""
        self.writes(json.dumps(event).encode() + b"\n")

    def writes(self, data: bytes) -> None:
        """Bytes, as they are."""
        while data:
            data = data[os.write(self._pipe, data) :]

    def asks(self, name: str, tool: str = "run_shell_command", **given: Any) -> None:
        """A question, by its id."""
        request = {"subtype": "can_use_tool", "tool_name": tool}
        more = {"tool_use_id": f"call-{name}", "input": given or RUN}
        self.happens(
            type="control_request", request_id=name, request={**request, **more}
        )

    def responds(self, name: str, **response: Any) -> None:
        """What became of a question."""
        body = {"subtype": "success", "request_id": name, **response}
        self.happens(type="control_response", response=body)

    def said(self, **content: Any) -> None:
        """A message in the conversation."""
        self.happens(type="user", message={"role": "user", "content": [content]})

    def reads(self, count: int) -> list[dict[str, Any]]:
        """Its answers so far, once there are so many."""
        deadline = time.monotonic() + PATIENCE
        file = Path(f"{self.place}.in")
        while len(lines := file.read_text().splitlines()) < count:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        """End it."""
        os.close(self._pipe)
        self.process.kill()
        self.process.wait(PATIENCE)


@pytest.fixture
def qwen(tmp_path: Path) -> Iterator[FakeQwen]:
    """At work, with nobody who listens."""
    fake = FakeQwen(tmp_path / "q")
    yield fake
    fake.close()


@pytest.fixture
def far_end(qwen: FakeQwen) -> Iterator[Program]:
    """The keeper's far end, connected."""
    with running("qwen", str(qwen.place)) as program:
        program.tell()
        program.until("sync")
        yield program


def test_a_question_is_told_and_its_answer_written(
    qwen: FakeQwen, far_end: Program
) -> None:
    qwen.asks("r1")
    asked = far_end.until("ask")["ask"]
    assert (asked["id"], asked["title"], asked["body"]) == ("r1", "build it", "make")
    assert asked["always"] is False

    for word in ("once", "reject"):
        far_end.tell(answer="r1", **{"with": word, "text": ""})

    answer = {"type": "confirmation_response", "request_id": "r1", "allowed": True}
    assert qwen.reads(1) == [answer]
    qwen.responds("r1", response={"allowed": True})
    assert far_end.until("delivered") == {"delivered": "r1"}
    assert qwen.reads(1) == [answer]


def test_a_rejection_s_reason_is_its_next_prompt(
    qwen: FakeQwen, far_end: Program
) -> None:
    """What it does not refuse, it took: of a call that it gave up it tells nothing."""
    qwen.asks("r1")
    far_end.until("ask")
    far_end.tell(answer="r1", **{"with": "reject", "text": "use ninja"})

    no, reason = qwen.reads(2)
    assert (no["allowed"], reason) == (False, {"type": "submit", "text": "use ninja"})
    assert far_end.until("delivered") == {"delivered": "r1"}


@pytest.mark.parametrize("how", ["response", "result", "prompt", "end"])
def test_a_human_who_was_first_is_noticed(
    qwen: FakeQwen, far_end: Program, how: str
) -> None:
    qwen.asks("r1")
    far_end.until("ask")
    if how == "response":
        qwen.responds("r1", response={"allowed": False})
    elif how == "result":
        qwen.said(type="tool_result", tool_use_id="call-r1")
    elif how == "prompt":
        qwen.said(type="text", text="something else")
    else:
        qwen.happens(type="system", subtype="session_end")

    assert far_end.until("gone") == {"gone": "r1"}
    far_end.tell(answer="r1", **{"with": "once", "text": ""})
    qwen.asks("r2")
    assert far_end.until("ask")["ask"]["id"] == "r2"
    assert qwen.reads(0) == []


def test_a_question_that_left_the_screen_is_gone(
    qwen: FakeQwen, far_end: Program
) -> None:
    qwen.asks("r1")
    far_end.until("ask")
    far_end.tell(drop="r1")

    assert far_end.until("gone") == {"gone": "r1"}


@pytest.mark.parametrize(
    ("response", "why"),
    [
        ({"subtype": "error", "error": "unknown request_id"}, "unknown request_id"),
        ({"response": {"allowed": False}}, qwen_files.LATE),
    ],
)
def test_an_answer_that_came_too_late_is_told(
    qwen: FakeQwen, far_end: Program, response: dict[str, Any], why: str
) -> None:
    qwen.asks("r1")
    far_end.until("ask")
    far_end.tell(answer="r1", **{"with": "once", "text": ""})
    qwen.reads(1)
    qwen.responds("r1", **response)

    assert far_end.until("failed") == {"failed": "r1", "why": why}


def test_the_next_keeper_hears_what_is_open_and_what_was_settled_is_not(
    qwen: FakeQwen, far_end: Program
) -> None:
    """It is read all the time, whether anybody listens or not."""
    qwen.asks("r1")
    qwen.asks("r2")
    far_end.until("ask")
    far_end.until("ask")
    far_end.leave()
    qwen.responds("r1", response={"allowed": True})
    for number in range(2000):
        qwen.happens(type="stream_event", event={"text": "x" * 1000, "n": number})
    qwen.asks("r3")

    with running("qwen", str(qwen.place)) as again:
        again.tell()
        assert again.says() == {"ready": True}
        told = [again.says(), again.says()]
        assert [each["ask"]["id"] for each in told] == ["r2", "r3"]
        assert again.says() == {"sync": True}


def test_rubbish_and_a_line_without_end_are_passed_over(
    qwen: FakeQwen, far_end: Program
) -> None:
    qwen.writes(b"\xff\xfe\n[1]\n7\n{}\n" + b'{"type":"control_request"}\n')
    qwen.writes(b"[" * 100_000 + b"\n")
    writing = threading.Thread(target=qwen.writes, args=(b"x" * (100 << 20) + b"\n",))
    writing.start()
    writing.join()
    qwen.asks("r1")

    assert far_end.until("ask")["ask"]["id"] == "r1"


def test_more_questions_than_anyone_reads_are_bounded(
    qwen: FakeQwen, far_end: Program
) -> None:
    for number in range(qwen_files.MOST_OPEN + 50):
        qwen.asks(f"r{number}")
    qwen.said(type="text", text="next")
    gone = [far_end.until("gone") for _ in range(qwen_files.MOST_OPEN)]
    qwen.asks("last")

    assert len({each["gone"] for each in gone}) == qwen_files.MOST_OPEN
    assert far_end.says()["ask"]["id"] == "last"


def test_a_text_is_told_as_sent_once_qwen_begins_with_it(
    qwen: FakeQwen, far_end: Program
) -> None:
    """It takes it at its prompt; a prompt of its human's is none of ours."""
    far_end.tell(send=7, text="go on\nplease")
    assert qwen.reads(1) == [{"type": "submit", "text": "go on\nplease"}]
    qwen.said(type="text", text="another prompt")
    qwen.happens(type="user", message={"role": "user", "content": "a prompt"})
    qwen.said(type="text", text="go on\nplease")
    qwen.said(type="text", text="go on\nplease")
    qwen.asks("r1")

    assert far_end.until("sent") == {"sent": 7}
    assert "ask" in far_end.says()


def told_until_asked(qwen: FakeQwen, far_end: Program) -> list[dict[str, Any]]:
    """What is told before a question that qwen asks now."""
    qwen.asks("last")
    told = []
    while "ask" not in (said := far_end.says()):
        told.append(said)
    return told


def test_each_of_two_equal_texts_is_told_as_sent(
    qwen: FakeQwen, far_end: Program
) -> None:
    """The first of them first, though another was sent between."""
    for number, text in enumerate(["continue", "test it", "continue\n", "continue"]):
        far_end.tell(send=number, text=text)
    qwen.reads(4)
    for text in ("continue", "continue", "test it", "continue", "continue"):
        qwen.said(type="text", text=text)

    assert told_until_asked(qwen, far_end) == [{"sent": n} for n in (0, 2, 1, 3)]


def test_of_more_texts_than_qwen_reads_the_oldest_is_told_as_unsent(
    qwen: FakeQwen, far_end: Program
) -> None:
    for number in range(qwen_files.MOST_OPEN + 2):
        far_end.tell(send=number, text="continue")
    qwen.reads(qwen_files.MOST_OPEN + 2)
    qwen.said(type="text", text="continue")

    unsent = [{"unsent": n, "why": qwen_files.NOT_BEGUN} for n in (0, 1)]
    assert told_until_asked(qwen, far_end) == [*unsent, {"sent": 2}]


def test_a_text_that_cannot_be_written_is_told_and_no_other_of_its_words(
    qwen: FakeQwen, far_end: Program
) -> None:
    far_end.tell(send=1, text="continue")
    qwen.reads(1)
    answers = Path(f"{qwen.place}.in")
    answers.rename(f"{answers}.old")
    answers.mkdir()
    far_end.tell(send=2, text="continue")
    assert far_end.until("unsent")["unsent"] == 2
    qwen.said(type="text", text="continue")

    assert told_until_asked(qwen, far_end) == [{"sent": 1}]
