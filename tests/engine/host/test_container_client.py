"""A conversation with a real container: answers, other lines, and its end."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.engine.host import images
from swarm.engine.host.container_client import ContainerClient, Line
from swarm.errors import SwarmError, ToolError
from swarm.plan.specs import Limits, SandboxSpec

PATIENCE = 60.0
ECHO = """
import json, sys
print(json.dumps({"seq": 1}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "end":
        sys.exit("it was asked to end")
    if request["op"] != "silence":
        print("no JSON", flush=True)
        print(json.dumps({"reply": request["id"], "op": request["op"]}), flush=True)
"""


@dataclass
class Conversation:
    """A client and the container that it speaks with."""

    containers: DockerContainers
    spec: SandboxSpec
    lines: list[Line] = field(default_factory=list)
    has_line: threading.Event = field(default_factory=threading.Event)
    is_lost: threading.Event = field(default_factory=threading.Event)
    fails: bool = False
    """Whether no line can be recorded."""

    def __post_init__(self) -> None:
        self.client = ContainerClient(
            self.containers, "echo", lambda line: line.get("reply"), self.on_line
        )
        self.client.set_lost_handler(self.is_lost.set)

    def on_line(self, line: Line) -> None:
        self.lines.append(line)
        self.has_line.set()
        if self.fails:
            raise SwarmError("nothing can be written: the disk is full")

    def request(self, op: str, number: int = 1, seconds: float = PATIENCE) -> Line:
        text = f'{{"op": "{op}", "id": {number}}}'
        return self.client.request(op, text, number, seconds)

    def container_id(self) -> str:
        facts = self.containers.inspect(self.spec.name)
        assert facts is not None
        return facts.id


@pytest.fixture
def conversation() -> Iterator[Conversation]:
    containers, tag = DockerContainers(), f"test-{secrets.token_hex(4)}"
    spec = SandboxSpec(
        name=f"swarm-{tag}-echo",
        image=images.reference(containers, "base"),
        argv=("python3", "-c", ECHO),
        user="1000:1000",
        labels={"swarm.home": tag, "swarm.kind": "test"},
        workdir="/",
        limits=Limits(memory=1 << 28),
        tmpfs={"/tmp": "rw", "/run": "rw"},
        seccomp=images.seccomp_profile(),
        terminal=False,
        listens=True,
    )
    opened = Conversation(containers, spec)
    opened.client.ensure_running(spec)
    yield opened
    opened.client.close()
    containers.remove(spec.name)
    containers.close()


def test_each_request_gets_its_own_answer(conversation: Conversation) -> None:
    conversation.client.attach(conversation.spec.name)
    answers: dict[int, Line] = {}

    def ask(number: int) -> None:
        answers[number] = conversation.request(f"op{number}", number)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert {n: a["op"] for n, a in answers.items()} == {
        n: f"op{n}" for n in range(1, 9)
    }


def test_a_line_that_cannot_be_recorded_ends_no_conversation(
    conversation: Conversation,
) -> None:
    """After a full disk the sensor and the gate answer as before."""
    conversation.fails = True
    conversation.client.attach(conversation.spec.name)
    conversation.request("first")
    conversation.request("second", number=2)

    assert len(conversation.lines) >= 2
    assert conversation.client.is_up


def test_a_running_container_of_the_same_make_is_reused_and_its_backlog_read(
    conversation: Conversation,
) -> None:
    first = conversation.container_id()
    prepared: list[str] = []

    def ensure(spec: SandboxSpec) -> None:
        conversation.client.ensure_running(spec, lambda: prepared.append("once"))

    ensure(conversation.spec)
    assert (conversation.container_id(), prepared) == (first, [])
    conversation.client.attach(conversation.spec.name)
    conversation.request("wait until it has started")
    conversation.client.close()

    conversation.lines.clear()
    conversation.has_line.clear()
    conversation.client.attach(conversation.spec.name, backlog_lines=100)
    conversation.request("after the backlog", number=2)
    assert {"seq": 1} in conversation.lines
    assert all("reply" not in line for line in conversation.lines)

    other = replace(
        conversation.spec, labels={**conversation.spec.labels, "swarm.kind": "other"}
    )
    ensure(other)
    assert conversation.container_id() != first
    assert prepared == ["once"]


def test_silence_is_reported_and_the_conversation_goes_on(
    conversation: Conversation,
) -> None:
    conversation.client.attach(conversation.spec.name)

    with pytest.raises(ToolError, match="the echo did not answer 'silence'"):
        conversation.request("silence", seconds=0.2)

    assert conversation.request("speak", number=2)["op"] == "speak"


def test_an_end_is_reported_to_who_waits_and_to_the_handler(
    conversation: Conversation,
) -> None:
    conversation.client.attach(conversation.spec.name)

    with pytest.raises(ToolError, match="the echo ended before it answered 'end'"):
        conversation.request("end")

    assert conversation.is_lost.wait(PATIENCE)
    assert not conversation.client.is_up
    assert "asked to end" in conversation.client.log_tail(conversation.spec.name)
    with pytest.raises(ToolError, match="does not run"):
        conversation.request("more")


def test_who_hung_up_is_not_told_of_an_end(conversation: Conversation) -> None:
    conversation.client.attach(conversation.spec.name)
    conversation.request("speak")
    listeners = [t for t in threading.enumerate() if t.name == "echo"]

    conversation.client.close()
    conversation.containers.kill(conversation.spec.name)
    for listener in listeners:
        listener.join(PATIENCE)

    assert not conversation.is_lost.is_set()
