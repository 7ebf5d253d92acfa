"""Tests of the one refresher; the token endpoint is a stand-in, named so."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from swarm.agents import login_store, token_kind
from swarm.agents.login_store import StoredLogin
from swarm.agents.login_tokens import Tokens
from swarm.engine.context import EngineContext
from swarm.engine.egress import login_refresh
from swarm.engine.parts import EngineParts
from swarm.errors import ToolError
from swarm.gate import token_exchange
from swarm.model import events
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HomePaths
from swarm.policy.logins import digest
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakeContainers
from tests.token_endpoint import TokenEndpoint, running

NOW = 1_800_000_000.0
GATE = GateNames("tag").gate


async def here(_name: str) -> list[str]:
    """Every name leads to this machine."""
    return ["127.0.0.1"]


@dataclass
class World:
    """A home with a login, a task at work, a gate and a token endpoint."""

    parts: EngineParts
    endpoint: TokenEndpoint
    containers: FakeContainers
    folder: Path

    @property
    def home(self) -> Path:
        return self.parts.context.paths.home

    def login(self) -> StoredLogin:
        """What is stored now."""
        stored = login_store.read(self.home, "claude")
        assert stored
        return stored

    def troubles(self) -> list[str]:
        """What the task was told."""
        newest = self.parts.context.read().events.after(0)
        return [
            recorded.event.reason
            for recorded in newest
            if recorded.task == 1 and isinstance(recorded.event, events.Trouble)
        ]

    def answer(self, question: bytes) -> bytes:
        """The process in the gate's container, here: the same program and its files."""
        body = json.loads(question)
        body["port"] = self.endpoint.port
        for rule in body["policy"]["rules"]:
            rule["ports"] = [self.endpoint.port]
        body["policy"]["allow_nets"] = ["127.0.0.0/8"]
        body["policy"]["upstream_ca"] = [self.endpoint.root.pem]
        request = token_exchange.parse(json.dumps(body).encode())
        try:
            sealed = token_exchange.run(request, self.folder, here)
        except OSError as error:
            return json.dumps({"error": str(error)}).encode()
        return json.dumps({"sealed": sealed}).encode()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Claude's login, whose access token ends in a minute."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    containers = FakeContainers(("gate",))
    containers.answering = lambda question: made.answer(question)
    containers.create(_spec())
    containers.start(GATE)
    kind = token_kind.find("claude")
    assert kind
    endpoint = TokenEndpoint(host=kind.endpoint.host)
    (tmp_path / "tmp").mkdir()
    paths = HomePaths(tmp_path / "home")
    paths.home.mkdir()
    with running(endpoint), fake_context(paths, containers) as context:
        context = replace(context, clock=lambda: NOW)
        made = World(_parts(context), endpoint, containers, tmp_path / "tmp")
        tokens = Tokens(endpoint.access, endpoint.refresh, NOW + 60)
        stored = login_store.new("claude", tokens, NOW - 3600)
        login_store.write(paths.home, "claude", stored)
        _task(context)
        yield made


def _spec() -> Any:
    return SimpleNamespace(mounts=(), name=GATE, image="gate", labels={})


def _parts(context: EngineContext) -> EngineParts:
    gate = SimpleNamespace(names=GateNames("tag"))
    nets = SimpleNamespace(up=lambda: None, gate=gate)
    return cast(EngineParts, SimpleNamespace(context=context, nets=nets))


def _task(context: EngineContext) -> None:
    context.journal.queue(lambda number: queued(number, agent="claude"))
    context.journal.record(1, events.TaskProvisioning())


def test_a_refresh_stores_both_tokens(world: World) -> None:
    """The refresh token that was used is worth nothing; the next one is on the disk."""
    assert login_refresh.due(world.parts) == ["claude"]

    login_refresh.refresh(world.parts, "claude")

    login = world.login()
    assert login.tokens.access == world.endpoint.access
    assert login.tokens.refresh == world.endpoint.refresh
    assert login.former == ("at-the-first-access-token-0001",)
    assert login_refresh.due(world.parts) == []
    assert world.troubles() == []


def test_two_tasks_at_once_refresh_once(world: World) -> None:
    """Both were refused the same token; a second refresh would revoke them all."""
    token = digest(world.login().tokens.access)
    with ThreadPoolExecutor(6) as threads:
        for _ in range(6):
            threads.submit(login_refresh.renew_refused, world.parts, "claude", token)

    assert len(world.endpoint.asked) == 1
    assert world.login().tokens.refresh == world.endpoint.refresh
    assert not world.endpoint.is_revoked


def test_a_refusal_of_a_new_token_renews_nothing(world: World) -> None:
    """An agent can make a host refuse at will; it must not spend refreshes."""
    login_refresh.refresh(world.parts, "claude")
    login_refresh.refused(world.parts, "claude", digest(world.login().tokens.access))
    login_refresh.refused(world.parts, "claude", digest("another-token-0001"))

    assert len(world.endpoint.asked) == 1


def test_a_late_refusal_of_the_token_before_renews_nothing(world: World) -> None:
    """A task's line may come when another's has long been answered."""
    login_refresh.refresh(world.parts, "claude")
    long_ago = replace(world.login(), renewed=NOW - 4000)
    login_store.write(world.home, "claude", long_ago)

    old = digest("at-the-first-access-token-0001")
    login_refresh.refused(world.parts, "claude", old)

    assert len(world.endpoint.asked) == 1


class Killed(BaseException):
    """The keeper's end, at this very line."""


def _die_before_the_store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_of: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(login_store, "write", die)
        with pytest.raises(Killed):
            login_refresh.refresh(world.parts, "claude")


def test_a_keeper_killed_before_the_store_loses_no_login(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next keeper asks by the same key and gets the same answer."""

    _die_before_the_store(world, monkeypatch)
    assert world.login().tokens.refresh != world.endpoint.refresh

    login_refresh.refresh(world.parts, "claude")

    assert world.login().tokens.refresh == world.endpoint.refresh
    assert len(world.endpoint.asked) == 1
    assert not world.endpoint.is_revoked


def test_one_killed_together_with_the_gate_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has the new token then; the sentence says what happened."""

    _die_before_the_store(world, monkeypatch)
    for file in world.folder.iterdir():
        file.unlink()

    login_refresh.refresh(world.parts, "claude")

    (told,) = world.troubles()
    assert "cut short" in told
    assert "`swarm login claude`" in told
    assert world.login().revoked


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("garbage", "is no JSON"),
        ("endless", "too long for a token"),
        ("types", "holds no access token"),
        ("busy", "answered 503"),
        ("cut", "closed"),
        ("hangs", "not"),
    ],
)
def test_an_endpoint_in_trouble_is_told_and_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, mood: Any, words: str
) -> None:
    """Once, in words; the login stays, and the next try waits longer each time."""
    if mood == "hangs":
        monkeypatch.setattr(token_exchange, "EXCHANGE_SECONDS", 0.3)
    before = world.login()
    world.endpoint.mood = mood
    for _ in range(2):
        attempt = login_store.read_attempt(world.home, "claude")
        login_store.write_attempt(world.home, "claude", replace(attempt, next_try=0.0))
        login_refresh.refresh(world.parts, "claude")

    attempt = login_store.read_attempt(world.home, "claude")
    (told,) = world.troubles()
    assert words in told
    assert "tried again" in told
    assert attempt.tries == 2
    assert attempt.next_try == NOW + 2 * login_refresh.FIRST_PAUSE
    assert world.login() == before
    assert login_refresh.due(world.parts) == []


def test_a_revoked_login_is_told_on_its_tasks_once(world: World) -> None:
    """The sentence names the command; nothing is asked any more."""
    world.endpoint.is_revoked = True
    for _ in range(3):
        login_refresh.refresh(world.parts, "claude")

    (told,) = world.troubles()
    assert told.startswith("claude is logged out")
    assert "`swarm login claude`" in told
    assert len(world.endpoint.asked) == 1
    assert login_refresh.due(world.parts) == []


def test_a_gate_that_does_not_answer_keeps_the_key(world: World) -> None:
    """It may have the answer; the next try takes it up."""

    def fail(_question: bytes) -> bytes:
        raise ToolError("docker exec: no answer")

    world.containers.answering = fail
    login_refresh.refresh(world.parts, "claude")
    first = login_store.read_attempt(world.home, "claude")

    assert first.key
    assert first.trouble


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"7", b'{"sealed": 5}', b'{"sealed": "AAAA"}', b"null"]
)
def test_a_gate_s_nonsense_is_a_sentence(world: World, line: bytes) -> None:
    """Whatever the process printed."""
    world.containers.answering = lambda _question: line
    login_refresh.refresh(world.parts, "claude")

    (told,) = world.troubles()
    assert "was not understood" in told


def test_a_token_that_is_good_for_long_is_left_alone(world: World) -> None:
    """And one that nobody uses."""
    good = replace(world.login().tokens, expires=NOW + 7200)
    login_store.write(world.home, "claude", replace(world.login(), tokens=good))

    assert login_refresh.due(world.parts) == []


def test_no_token_is_in_the_database(world: World) -> None:
    """After refreshes, failures and a revocation: in no row and no page of the file."""
    login_refresh.refresh(world.parts, "claude")
    soon = replace(world.login().tokens, expires=NOW + 1)
    login_store.write(world.home, "claude", replace(world.login(), tokens=soon))
    world.endpoint.mood = "types"
    login_refresh.refresh(world.parts, "claude")

    secrets = [*world.endpoint.given, "rt-the-first-refresh-token-0001"]
    files = [
        f for f in world.home.rglob("*") if f.is_file() and "logins" not in f.parts
    ]
    assert files
    for file in files:
        data = file.read_bytes()
        assert not [s for s in secrets if s.encode() in data], file


def test_a_refresh_waits_while_the_login_is_replaced(world: World) -> None:
    """`swarm login` at that moment: the newer tokens win, and are not renewed."""
    fresh = login_store.new(
        "claude", Tokens("at-of-a-new-login-1", "rt-of-a-new-login-1", NOW + 9e4), NOW
    )
    with login_refresh.changing(world.parts, "claude"):
        thread = threading.Thread(
            target=login_refresh.refresh, args=(world.parts, "claude")
        )
        thread.start()
        login_store.write(world.home, "claude", fresh)
    thread.join()

    assert world.login() == fresh
    assert not world.endpoint.asked
