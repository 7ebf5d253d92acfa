"""Tests of the gate's own answers about tokens: placeholders, and nothing goes out."""

import asyncio
import json
from typing import Any

import pytest

from swarm.gate import login_answers
from swarm.gate.login_answers import LoginAnswers
from swarm.policy.logins import digest
from swarm.policy.rules import Inject, Policy, Rule, Secret
from tests.gate.gate_harness import LOCAL, Client, GateHarness, server
from tests.gate.http2_peers import dial

ACCESS, NEXT, MARK = "at-the-real-one-0001", "at-the-real-one-0002", "m4rk" * 12
BODY = json.dumps({"access_token": f"sk-{MARK}", "refresh_token": f"rt-{MARK}"})
SECRET = Secret("login.claude", "login:claude", ("api.example",))


def rules(port: int = 443) -> tuple[Rule, ...]:
    """Those of a login: its API, and its token endpoint."""
    inject = Inject("Authorization", "Bearer {}", SECRET.name)
    return (
        Rule("allow", "api.example", (port,), model="anthropic"),
        Rule("allow", "api.example", (port,), model="anthropic", inject=inject),
        Rule("allow", "auth.example", methods=("POST",), paths=("/token",), answer="t"),
    )


def hold(gate: GateHarness, access: str = ACCESS, port: int = 443, **more: Any) -> None:
    """The login in force, with this access token."""
    policy = Policy(rules=rules(port), allow_nets=LOCAL, secrets=(SECRET,))
    gate.net.replace(policy)
    answer = {"status": 200, "body": BODY, "secret": SECRET.name}
    gate.net.hold_secrets(
        {SECRET.name: access}, {SECRET.name: MARK}, {"t": answer}, more.get("former")
    )


def question(body: bytes = b"{}", path: str = "/token", extra: str = "") -> bytes:
    """A question of HTTP/1.1 to the token endpoint."""
    head = f"POST {path} HTTP/1.1\r\nHost: auth.example\r\n{extra}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def inside(gate: GateHarness, host: str, port: int = 443) -> Client:
    """A client in an inspected tunnel."""
    client = await gate.connect(f"{host}:{port}")
    assert "200" in client.status, client.status
    await client.tls(gate.gate_ca, host)
    return client


async def read(client: Client) -> tuple[str, bytes]:
    """Head and body of one answer."""
    head = await client.head()
    size = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
    return head, await client.reader.readexactly(size)


async def test_a_token_question_is_answered_here(gate: GateHarness) -> None:
    """The host has no address at all: nobody was asked, twice on one connection."""
    hold(gate)
    client = await inside(gate, "auth.example")
    for _ in range(2):
        await client.send(
            question(json.dumps({"refresh_token": f"rt-{MARK}"}).encode())
        )
        head, body = await read(client)

        assert head.startswith("HTTP/1.1 200")
        assert body.decode() == BODY

    lines = gate.said(phase="request")
    assert [line["status"] for line in lines] == [200, 200]
    assert not gate.said(verdict="deny")


async def test_a_placeholder_in_the_head_is_no_leak_there(gate: GateHarness) -> None:
    """Nothing goes out; the same to another host is red."""
    hold(gate)
    client = await inside(gate, "auth.example")
    await client.send(question(extra=f"Authorization: Bearer sk-{MARK}\r\n"))

    head, _ = await read(client)

    assert head.startswith("HTTP/1.1 200")


async def test_it_is_answered_in_http2_too(gate: GateHarness) -> None:
    """A client that offers HTTP/2 alone gets the same; its host is not even dialled."""
    gate.table["auth.example"] = ["127.0.0.1"]
    hold(gate)
    client = await dial(gate, 443, host="auth.example")
    asked = client.ask(
        [
            (":method", "POST"), (":scheme", "https"),
            (":authority", "auth.example"), (":path", "/token"),
        ],
        ended=False,
    )  # fmt: skip
    await client.say(asked, b'{"refresh_token": "x"}', ended=True)
    answer = await client.whole(asked)

    assert answer.status == 200
    assert answer.body.decode() == BODY
    assert "auth.example" not in gate.upstream._cache


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (question(path="/other"), "403"),
        (question(b"x" * (login_answers.BODY_LIMIT + 1)), "400"),
        (question().replace(b"POST", b"DELETE"), "403"),
    ],
)
async def test_other_questions_are_refused(
    gate: GateHarness, asked: bytes, status: str
) -> None:
    """Another path, another method, a body without end."""
    hold(gate)
    client = await inside(gate, "auth.example")
    await client.send(asked)

    assert (await client.head()).startswith(f"HTTP/1.1 {status}")


async def test_the_real_token_is_put_in_and_masked(gate: GateHarness) -> None:
    """So is the one before it, which a host may have kept; a 401 is told once."""
    seen: list[bytes] = []

    async def api(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            told = seen[-1] + b"at-an-older-one-0000"
            writer.write(
                b"HTTP/1.1 401 No\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told)
            )

    gate.table["api.example"] = ["127.0.0.1"]
    async with server(api, gate.web_ca, "api.example") as port:
        hold(gate, port=port, former={SECRET.name: ["at-an-older-one-0000"]})
        client = await inside(gate, "api.example", port)
        for _ in range(2):
            await client.send(
                f"GET /v1 HTTP/1.1\r\nHost: api.example:{port}\r\n"
                f"Authorization: Bearer sk-{MARK}\r\n\r\n".encode()
            )
            _, body = await read(client)

    assert f"Bearer {ACCESS}".encode() in seen[0]
    assert MARK.encode() not in seen[0]
    assert ACCESS.encode() not in body
    assert b"at-an-older-one-0000" not in body
    (line,) = gate.said(phase="login")
    assert (line["secret"], line["token"]) == (SECRET.name, digest(ACCESS))
    assert ACCESS not in json.dumps(gate.lines)


async def test_a_refused_token_is_answered_for_once_there_is_another(
    gate: GateHarness,
) -> None:
    """The agent's next try then goes well, instead of failing by a second."""
    hold(gate)
    gate.net.logins.refuse(ACCESS)
    client = await inside(gate, "auth.example")
    await client.send(question())
    waiting = asyncio.ensure_future(read(client))
    await asyncio.wait([waiting], timeout=0.05)

    assert not waiting.done()
    hold(gate, NEXT)
    _, body = await asyncio.wait_for(waiting, 60)

    assert body.decode() == BODY


async def test_a_wait_for_another_token_has_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A keeper that is gone, or an endpoint that hangs, hangs no agent."""
    monkeypatch.setattr(login_answers, "WAIT_SECONDS", 0.01)
    answers = LoginAnswers()
    entry = {"status": 200, "body": BODY, "secret": "s"}
    answers.hold(login_answers.from_json({"t": entry}), {"s": ACCESS})

    assert answers.refuse(ACCESS) == digest(ACCESS)
    assert answers.refuse(ACCESS) == ""
    answer = await answers.ready("t")

    assert answer is not None
    assert answer.body.decode() == BODY
    assert await answers.ready("other") is None


async def test_a_login_that_is_gone_is_a_denial(gate: GateHarness) -> None:
    """The rule may still be there when the answer is not."""
    hold(gate)
    gate.net.hold_secrets({}, {}, {})
    client = await inside(gate, "auth.example")
    await client.send(question())

    assert (await client.head()).startswith("HTTP/1.1 403")


@pytest.mark.parametrize(
    "body",
    [
        [], {"t": None}, {"t": {"status": "200", "body": ""}}, {"t": {"status": 99}},
        {"t": {"status": 200, "body": 5}}, {"t": {"status": 200, "body": "x" * 70000}},
        {str(n): {"status": 200, "body": ""} for n in range(40)},
        {"t": {"status": True, "body": ""}},
    ],
)  # fmt: skip
def test_answers_of_another_shape_are_refused(body: Any) -> None:
    """A command with one changes nothing."""
    with pytest.raises((TypeError, ValueError, KeyError)):
        login_answers.from_json(body)
