"""The gate goes out through the user's parent proxy, and says what is wrong with it."""

import asyncio
import base64
import contextlib
import gzip
import json
import os
import re
import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.gate import parent_proxy
from swarm.gate.certificates import Authority, upstream_context
from swarm.gate.parent_proxy import Answer, BadAnswer, parse_answer
from swarm.policy import rules
from swarm.policy.parent_proxy import ProxyEndpoint, to_json
from swarm.policy.rules import Inject, Policy, Rule, Secret
from tests.gate.gate_harness import LOCAL, GateHarness, server, web
from tests.gate.gate_process import open_gate, request
from tests.gate.gate_process import parent as process_parent
from tests.gate.test_worker import readable
from tests.parent_proxy import RunningProxy, listening, run, saying


def parent(port: int, **facts: Any) -> ProxyEndpoint:
    name = f"http://127.0.0.1:{port}"
    return ProxyEndpoint(name, "http", "127.0.0.1", port, **facts)


def use(gate: GateHarness, proxy: ProxyEndpoint | None) -> None:
    """Go out by this proxy; its address is the one name that the gate resolves."""
    gate.table["127.0.0.1"] = ["127.0.0.1"]
    gate.upstream.go_through(
        proxy, lambda: upstream_context((gate.web_ca.certificate,))
    )


@contextlib.asynccontextmanager
async def behind(gate: GateHarness, **facts: Any) -> AsyncIterator[RunningProxy]:
    async with run(RunningProxy(**facts)) as proxy:
        use(gate, parent(proxy.port, credentials=proxy.credentials, origin="a test"))
        yield proxy


async def fetch_by_tls(gate: GateHarness, place: str, trusted: Authority) -> str:
    client = await gate.connect(place)
    assert " 200 " in client.status, client.status
    name = place.partition(":")[0]
    await client.tls(trusted, name)
    await client.send(f"GET /x HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
    return await client.head()


async def fetch_plain(gate: GateHarness, place: str, extra: str = "") -> str:
    client = await gate.dial()
    await client.send(
        f"GET http://{place}/x HTTP/1.1\r\nHost: {place}\r\n{extra}\r\n".encode()
    )
    return await client.head()


async def test_tls_that_is_not_read_goes_by_a_tunnel(gate: GateHarness) -> None:
    """The parent is sent the name; nothing is resolved here."""
    async with (
        behind(gate, credentials="me:se:cret") as proxy,
        server(web, gate.web_ca, "ok.test") as port,
    ):
        gate.allow(Rule("allow", "ok.test", (port,)))
        head = await fetch_by_tls(gate, f"ok.test:{port}", gate.web_ca)

    assert " 200 " in head
    assert proxy.asked == [f"CONNECT ok.test:{port} HTTP/1.1"]
    assert gate.said(phase="connect", verdict="allow", address="by parent proxy")
    assert "cret" not in json.dumps(gate.lines)


async def test_tls_that_is_read_goes_by_a_tunnel(gate: GateHarness) -> None:
    """The gate ends the client's TLS and starts its own inside the tunnel."""
    async with (
        behind(gate) as proxy,
        server(web, gate.web_ca, "ok.test") as port,
    ):
        gate.allow(Rule("allow", "ok.test", (port,), paths=("/x",)))
        head = await fetch_by_tls(gate, f"ok.test:{port}", gate.gate_ca)

    assert " 200 " in head
    assert proxy.asked == [f"CONNECT ok.test:{port} HTTP/1.1"]


async def test_plain_http_goes_as_it_is(gate: GateHarness) -> None:
    """A request in the clear names its whole URL: many refuse CONNECT for it."""
    async with (
        behind(gate, credentials="me:pw", tunnels_to=(443,)) as proxy,
        server(web) as port,
    ):
        gate.allow(Rule("allow", "ok.test", (port,)))
        head = await fetch_plain(gate, f"ok.test:{port}")

    assert " 200 " in head
    assert proxy.asked == [f"GET http://ok.test:{port}/x HTTP/1.1"]
    assert gate.said(phase="request", verdict="allow", address="by parent proxy")


async def test_a_client_of_the_transparent_listener_is_heard_first(
    gate: GateHarness,
) -> None:
    """Its words say whether the parent is asked for a tunnel or for a URL."""
    port = gate.straight
    async with behind(gate, names={"ok.test": "127.0.0.2"}) as proxy:
        gate.allow(Rule("allow", "ok.test", (port,)))
        client = await gate.connect_straight("ok.test")
        await client.send(f"GET /x HTTP/1.1\r\nHost: ok.test:{port}\r\n\r\n".encode())
        await client.head()
        client = await gate.connect_straight("ok.test")
        with contextlib.suppress(OSError):
            await client.tls(gate.web_ca, "ok.test")

    assert proxy.asked == [
        f"GET http://ok.test:{port}/x HTTP/1.1",
        f"CONNECT ok.test:{port} HTTP/1.1",
    ]


async def test_the_agent_says_nothing_to_the_parent(gate: GateHarness) -> None:
    """No field for proxies but the gate's own passes, whatever its name."""
    own = (
        "Proxy-Authorization: Basic AAAA\r\nproxy-user: root\r\nProxy-Connection: x\r\n"
    )
    async with behind(gate, credentials="me:secret") as proxy, server(web) as port:
        gate.allow(Rule("allow", "ok.test", (port,)))
        head = await fetch_plain(gate, f"ok.test:{port}", own)

    (sent,) = proxy.heads
    fields = [line for line in sent.lower().split("\r\n") if line.startswith("proxy-")]
    assert " 200 " in head
    assert fields == ["proxy-authorization: basic bwu6c2vjcmv0"]


async def test_a_websocket_in_the_clear_goes_by_a_tunnel(gate: GateHarness) -> None:
    """A proxy drops what asks for another protocol, so it must not see it."""
    async with behind(gate) as proxy, server(web) as port:
        gate.allow(Rule("allow", "ok.test", (port,)))
        extra = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        await fetch_plain(gate, f"ok.test:{port}", extra)

    assert proxy.asked == [f"CONNECT ok.test:{port} HTTP/1.1"]


async def test_a_raw_tunnel_goes_by_a_tunnel_of_the_parent(gate: GateHarness) -> None:
    """A server that speaks first is heard: what came with the answer is kept."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await writer.drain()

    async with behind(gate) as proxy, server(greet) as port:
        gate.allow(Rule("tcp", "db.corp", (port,)))
        client = await gate.connect(f"db.corp:{port}")
        greeting = await client.reader.readline()

    assert greeting == b"220 hello\r\n"
    assert proxy.asked == [f"CONNECT db.corp:{port} HTTP/1.1"]


async def test_bytes_behind_the_answer_are_part_of_the_tunnel(
    gate: GateHarness,
) -> None:
    """A greeting may come in the same packet as the parent's answer."""
    talk = saying(b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n220 hello\r\n")
    async with listening(talk) as port:
        use(gate, parent(port))
        gate.allow(Rule("tcp", "db.corp", (99,)))
        client = await gate.connect("db.corp:99")

        assert await client.reader.readline() == b"220 hello\r\n"


async def test_no_proxy_goes_direct_and_is_vetted(gate: GateHarness) -> None:
    """A name that NO_PROXY holds is resolved here, and its address must be allowed."""
    gate.table |= {"in.corp": ["127.0.0.1"], "bad.corp": ["10.0.0.1"]}
    async with run(RunningProxy()) as proxy, server(web) as port:
        use(gate, parent(proxy.port, no_proxy=(".corp",)))
        gate.allow(*(Rule("allow", name, (port,)) for name in ("in.corp", "bad.corp")))
        head = await fetch_plain(gate, f"in.corp:{port}")
        refused = await fetch_plain(gate, f"bad.corp:{port}")

    assert " 200 " in head
    assert "address-not-public" in refused
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        (Rule("allow", "ok.test", (443,)), "127.0.0.1:443"),
        (Rule("allow", "ok.test", (443,)), "metadata:443"),
        (Rule("allow", "ok.test", (443,)), "other.test:443"),
        (Rule("tcp", "169.254.169.254", (80,)), "169.254.169.254:80"),
    ],
)
async def test_the_parent_is_not_asked_for_what_is_denied(
    gate: GateHarness, rule: Rule, place: str
) -> None:
    """The decision comes first; an address that is written out is vetted here."""
    async with behind(gate) as proxy:
        gate.allow(rule)
        client = await gate.connect(place)

    assert " 403 " in client.status
    assert proxy.asked == []


async def test_a_proxy_that_is_spoken_to_by_tls(gate: GateHarness) -> None:
    """TLS inside TLS: the proxy's own certificate is verified."""
    async with (
        run(RunningProxy(), tls=gate.web_ca.context("proxy.corp")) as proxy,
        server(web, gate.web_ca, "ok.test") as port,
    ):
        gate.table["proxy.corp"] = ["127.0.0.1"]
        use(
            gate,
            ProxyEndpoint("https://proxy.corp", "https", "proxy.corp", proxy.port),
        )
        gate.allow(Rule("allow", "ok.test", (port,)))
        head = await fetch_by_tls(gate, f"ok.test:{port}", gate.web_ca)

    assert " 200 " in head
    assert proxy.asked == [f"CONNECT ok.test:{port} HTTP/1.1"]


BAD = {
    "407": (
        saying(b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n"),
        "password",
    ),
    "407 ntlm": (
        saying(
            b"HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n"
            b"Proxy-Authenticate: Negotiate\r\n\r\n"
        ),
        "ntlm or negotiate alone",
    ),
    "502": (saying(b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>"), "answered 502"),
    "html": (saying(b"<html>\r\n<body>Log in to the network\r\n\r\n"), "nonsense"),
    "html for a tunnel": (
        saying(b"HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n"),
        "answered 302",
    ),
    "nothing": (saying(b"", then_waits=True), "in time"),
    "one byte an hour": (saying(b"H", then_waits=True), "in time"),
    "a head without an end": (
        saying(b"HTTP/1.1 200 OK\r\nX: ", then_waits=True),
        "in time",
    ),
    "closes": (saying(b""), "closed without an answer"),
    "closes in the head": (saying(b"HTTP/1.1 200 OK\r\n"), "closed without an answer"),
    "garbage": (saying(bytes(range(256)) * 9), "nonsense"),
    "no status": (saying(b"HTTP/1.1 yes\r\n\r\n"), "nonsense"),
    "a huge head": (saying(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 400_000), "nonsense"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("inspected", [False, True], ids=["tunnel", "inspected"])
async def test_a_bad_parent_ends_as_a_502_that_names_it(
    gate: GateHarness, kind: str, inspected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within bounds, with the proxy, what it did, and a line to write; never direct."""
    serve, words = BAD[kind]
    if words == "in time":  # one that answers may be slow to on a busy machine
        monkeypatch.setattr(parent_proxy, "SECONDS", 0.3)
    gate.table["ok.test"] = ["127.0.0.1"]
    async with (
        listening(serve) as port,
        server(web, gate.web_ca, "ok.test") as web_port,
    ):
        use(gate, parent(port, origin="HTTPS_PROXY"))
        paths = ("/x",) if inspected else ()
        gate.allow(Rule("allow", "ok.test", (web_port,), paths=paths))
        client = await gate.connect(f"ok.test:{web_port}")
        if inspected:
            await client.tls(gate.gate_ca, "ok.test")
            await client.send(
                f"GET /x HTTP/1.1\r\nHost: ok.test:{web_port}\r\n\r\n".encode()
            )
            client.status = (await client.head()).partition("\r\n")[0]

    assert " 502 " in client.status
    assert f"parent proxy http://127.0.0.1:{port} (HTTPS_PROXY)" in client.status
    assert words in client.status
    assert re.search(r"under \[gate\]|NO_PROXY", client.status)
    (line,) = gate.said(phase="fail", host="ok.test")
    assert words in line["reason"]


@pytest.mark.parametrize(
    "kind",
    ["407", "407 ntlm", "html", "nothing", "one byte an hour", "closes", "garbage"],
)
async def test_a_bad_parent_of_plain_http_ends_as_a_502(
    gate: GateHarness, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it answers to a request in the clear is told from what a host answers."""
    serve, words = BAD[kind]
    if words == "in time":
        monkeypatch.setattr(parent_proxy, "ANSWER_SECONDS", 0.3)
    async with listening(serve) as port:
        use(gate, parent(port))
        gate.allow(Rule("allow", "ok.test", (80,)))
        status = (await fetch_plain(gate, "ok.test")).partition("\r\n")[0]

    assert " 502 " in status
    assert f"parent proxy http://127.0.0.1:{port}" in status
    assert words in status
    assert gate.said(phase="fail", host="ok.test")


def shows_the_request(kind: str) -> Any:
    """Answers with the request as it came, as error pages of proxies do."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        shown = {
            "page": head,
            "link": urllib.parse.quote(head, safe="").encode(),
            "json": json.dumps(head.decode()).encode(),
            "gzip": gzip.compress(head),
        }[kind]
        coding = b"Content-Encoding: gzip\r\n" if kind == "gzip" else b""
        fields = b"X-Request: %s\r\n" % urllib.parse.quote(head).encode()
        writer.write(
            b"HTTP/1.1 503 No\r\n%s%sContent-Length: %d\r\n\r\n"
            % (coding, fields, len(shown))
        )
        for at in range(0, len(shown), 7):
            writer.write(shown[at : at + 7])
            await writer.drain()
        await reader.read(1)

    return serve


@pytest.mark.parametrize("kind", ["page", "link", "json", "gzip"])
@pytest.mark.parametrize("credentials", ["me:Zq9+/~>?secret", "me:\xff\xfe\xfb?>~"])
async def test_a_parent_that_shows_its_request_does_not_show_the_password(
    gate: GateHarness, kind: str, credentials: str
) -> None:
    """Error pages hold the request, and so the password that the gate put in."""
    async with listening(shows_the_request(kind)) as port:
        use(gate, parent(port, credentials=credentials))
        gate.allow(Rule("allow", "ok.test", (80,)))
        client = await gate.dial()
        await client.send(b"GET http://ok.test/x HTTP/1.0\r\nHost: ok.test\r\n\r\n")
        head = await client.head()
        page = await client.rest()

    plain = urllib.parse.unquote(head + page.decode())
    coded = base64.b64encode(credentials.encode()).decode()
    assert " 503 " in head
    assert "Proxy-Authorization" in plain
    assert coded not in plain
    assert coded[:-4] not in plain
    assert gate.said(phase="echo", host="ok.test")


async def test_a_502_in_the_clear_may_be_the_hosts_own(gate: GateHarness) -> None:
    """It passes as it is, and an event says whose it may be."""
    answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno"
    async with listening(saying(answer)) as port:
        use(gate, parent(port))
        gate.allow(Rule("allow", "ok.test", (80,)))
        head = await fetch_plain(gate, "ok.test")

    assert " 502 " in head
    (line,) = gate.said(phase="fail", host="ok.test")
    assert "parent proxy" in line["reason"]


async def test_a_parent_that_hangs_up_after_each_answer(gate: GateHarness) -> None:
    """Some do so without a word: each request has a connection of its own."""
    async with behind(gate, hangs_up=True) as proxy, server(web) as port:
        gate.allow(Rule("allow", "ok.test", (port,)))
        client = await gate.dial()
        heads = []
        for _ in range(2):
            place = f"ok.test:{port}"
            await client.send(
                f"GET http://{place}/x HTTP/1.1\r\nHost: {place}\r\n\r\n".encode()
            )
            heads.append(await client.head())
            size = int(heads[-1].lower().partition("content-length: ")[2].split()[0])
            await client.reader.readexactly(size)

    assert all(" 200 " in head for head in heads)
    assert len(proxy.asked) == 2


@pytest.mark.parametrize("status", [401, 407])
async def test_both_words_for_a_wrong_password(gate: GateHarness, status: int) -> None:
    """Some say to CONNECT what only a host should say."""
    answer = f"HTTP/1.1 {status} No\r\n\r\n".encode()
    async with listening(saying(answer)) as port:
        use(gate, parent(port, credentials="me:wr0ng"))
        gate.allow(Rule("allow", "ok.test"))
        client = await gate.connect("ok.test:443")

    assert f"answered {status}: it refuses our password" in client.status


async def test_a_wrong_password_is_told_from_none(gate: GateHarness) -> None:
    """The words say whether a password was sent, and never which."""
    async with run(RunningProxy(credentials="me:right")) as proxy:
        use(gate, parent(proxy.port, credentials="me:wr0ng"))
        gate.allow(Rule("allow", "ok.test"))
        client = await gate.connect("ok.test:443")

    assert "refuses our password" in client.status
    assert "wr0ng" not in client.status
    assert "wr0ng" not in json.dumps(gate.lines)


async def test_a_parent_that_does_not_run_is_named(gate: GateHarness) -> None:
    """One on this machine's loopback cannot be reached from a container."""
    async with listening(saying(b"")) as port:
        pass
    gate.table["host.docker.internal"] = ["127.0.0.1"]
    use(
        gate,
        ProxyEndpoint("http://127.0.0.1:9", "http", "host.docker.internal", port),
    )
    gate.allow(Rule("allow", "ok.test"))
    client = await gate.connect("ok.test:443")

    assert "parent proxy http://127.0.0.1:9 cannot be reached" in client.status
    assert "not on loopback alone" in client.status


async def test_a_kind_that_is_not_spoken_is_never_passed_by(gate: GateHarness) -> None:
    """A proxy that cannot be used is told; nothing goes direct instead."""
    gate.table["ok.test"] = ["127.0.0.1"]
    use(gate, ProxyEndpoint("socks5://p:1080", "socks5", "p", 1080))
    async with server(web) as port:
        gate.allow(Rule("allow", "ok.test", (port,)))
        status = (await fetch_plain(gate, f"ok.test:{port}")).partition("\r\n")[0]

    assert " 502 " in status
    assert "socks5" in status


async def test_a_url_that_makes_no_sense_is_never_passed_by(gate: GateHarness) -> None:
    """The most common reason is a password with a slash in it."""
    gate.table["ok.test"] = ["127.0.0.1"]
    use(gate, ProxyEndpoint("?", "", "", 0, origin="HTTPS_PROXY"))
    async with server(web) as port:
        gate.allow(Rule("allow", "ok.test", (port,)))
        client = await gate.connect(f"ok.test:{port}")

    assert " 502 " in client.status
    assert "(HTTPS_PROXY) has no URL that makes sense" in client.status


async def test_a_certificate_of_the_parent_that_is_not_trusted(
    gate: GateHarness, tmp_path: Path
) -> None:
    """The words name the line that makes it trusted."""
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other").context("proxy.corp")
    gate.table["proxy.corp"] = ["127.0.0.1"]
    async with run(RunningProxy(), tls=other) as proxy:
        use(
            gate,
            ProxyEndpoint("https://proxy.corp", "https", "proxy.corp", proxy.port),
        )
        gate.allow(Rule("allow", "ok.test"))
        client = await gate.connect("ok.test:443")

    assert "upstream_ca" in client.status
    assert proxy.asked == []


async def test_a_slow_tls_of_the_parent_ends(
    gate: GateHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handshake counts against the same bound."""
    monkeypatch.setattr(parent_proxy, "SECONDS", 0.3)

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    gate.table["proxy.corp"] = ["127.0.0.1"]
    async with listening(silent) as port:
        use(gate, ProxyEndpoint("https://proxy.corp", "https", "proxy.corp", port))
        gate.allow(Rule("allow", "ok.test"))
        client = await gate.connect("ok.test:443")

    assert "did not answer in time" in client.status


async def test_a_secret_of_the_task_goes_inside_the_tunnel(gate: GateHarness) -> None:
    """The parent sees neither the injected value nor the path."""
    async with behind(gate) as proxy, server(web, gate.web_ca, "ok.test") as port:
        rule = Rule(
            "allow",
            "ok.test",
            (port,),
            inject=Inject("Authorization", "Bearer {}", "key"),
        )
        secrets = (Secret("key", "env:X", ("ok.test",)),)
        gate.net.replace(Policy(rules=(rule,), allow_nets=LOCAL, secrets=secrets))
        gate.net.hold_secrets({"key": "real-value"}, {})
        await fetch_by_tls(gate, f"ok.test:{port}", gate.gate_ca)

    assert "real-value" not in "".join(proxy.heads)
    assert "Proxy-Authorization" not in "".join(proxy.heads)


async def test_the_gate_is_told_by_its_keeper(tmp_path: Path) -> None:
    """With the policy, after the fork; another one counts from the next connection."""
    rule = Rule("allow", "ok.test", (1,))
    async with (
        run(RunningProxy(credentials="me:pw")) as first,
        run(RunningProxy()) as second,
        open_gate(tmp_path) as gate,
    ):
        told = to_json(parent(first.port, credentials="me:pw"))
        net = await gate.open_net("a", rule, parent=told)
        await request(net.explicit, "ok.test:1")
        policy = json.loads(json.dumps(_policy(rule)))
        told = to_json(parent(second.port))
        await gate.ask("policy", net="a", policy=policy, parent=told)
        await request(net.explicit, "ok.test:1")
        await gate.ask("policy", net="a", policy=policy)
        direct = await request(net.explicit, "ok.test:1")

    assert first.asked == second.asked == ["CONNECT ok.test:1 HTTP/1.1"]
    assert b"parent proxy" not in direct
    assert "pw" not in {word for line in gate.lines for word in str(line).split(":")}


async def test_the_gate_gives_its_password_to_no_client(tmp_path: Path) -> None:
    """By the whole program, where the parent's error page shows the request."""
    rule, credentials = Rule("allow", "ok.test", (80,)), "me:se:cret"
    async with (
        listening(shows_the_request("page")) as port,
        open_gate(tmp_path) as gate,
    ):
        told = to_json(parent(port, credentials=credentials))
        net = await gate.open_net("a", rule, parent=told)
        reader, writer = await asyncio.open_connection("127.0.0.1", net.explicit)
        writer.write(b"GET http://ok.test/ HTTP/1.0\r\nHost: ok.test\r\n\r\n")
        async with asyncio.timeout(60):
            page = await reader.read(-1)
        writer.close()

    assert b"Proxy-Authorization: Basic ***" in page
    assert base64.b64encode(credentials.encode())[:-4] not in page


@pytest.mark.skipif(os.geteuid() != 0, reason="reads another process's memory")
async def test_the_process_that_forks_never_holds_the_password(tmp_path: Path) -> None:
    """It reaches a worker after the fork, as the task's secrets do."""
    async with run(RunningProxy()) as proxy, open_gate(tmp_path) as gate:
        told = to_json(parent(proxy.port, credentials="me:Zq9-hush"))
        net = await gate.open_net("a", Rule("allow", "ok.test", (1,)), parent=told)
        await request(net.explicit, "ok.test:1")
        (pid,) = gate.workers()
        forker = process_parent(pid)
        worker_memory, forker_memory = readable(pid), readable(forker)

    assert b"Zq9-hush" in worker_memory
    assert b"Zq9-hush" not in forker_memory


def _policy(*kept: Rule) -> dict[str, Any]:
    return rules.to_json(Policy(rules=kept, allow_nets=LOCAL))


async def test_a_parent_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    """The keeper of another version is answered; the net keeps what it had."""
    async with open_gate(tmp_path) as gate:
        answer = await gate.ask(
            "open", net="a", nonce="n", policy=_policy(), parent={"name": "x"}
        )

    assert "error" in answer


def test_credentials_are_not_printed() -> None:
    """A repr may end in a log."""
    assert "hush" not in repr(parent(1, credentials="me:hush"))


@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_refused(data: bytes) -> None:
    """Nothing but BadAnswer, and never a size beyond the bytes."""
    with contextlib.suppress(BadAnswer):
        answer = parse_answer(data)
        assert answer is None or 0 < answer.size <= len(data)


@given(
    st.integers(100, 599),
    st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=30),
    st.lists(st.sampled_from(["Via: x", "Server: y", "Proxy-Authenticate: Basic x"])),
    st.binary(max_size=50),
    st.sampled_from(["\r\n", "\n"]),
)
def test_an_answer_is_read_the_same_however_it_comes(
    status: int, words: str, fields: list[str], rest: bytes, end: str
) -> None:
    """Every beginning says "more", and the whole says the status and where it ends."""
    head = end.join([f"HTTP/1.1 {status} {words}", *fields, "", ""]).encode()
    schemes = ("basic",) if any("Basic" in field for field in fields) else ()

    assert parse_answer(head + rest) == Answer(status, len(head), schemes)
    for size in range(len(head)):
        assert parse_answer(head[:size]) is None
