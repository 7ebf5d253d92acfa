"""What is inside an allowed connection is what was allowed, and nothing else."""

import pytest

from swarm.policy.rules import Limits, Rule
from tests.promises.sandbox_probe import SandboxProbe


@pytest.mark.parametrize("port", [22, 25, 53, 853, 8443, 6443])
def test_other_ports_of_an_allowed_host_are_shut(
    sandbox: SandboxProbe, port: int
) -> None:
    """Promise: a rule opens the ports it names, 443 alone where it names none.

    Why: mail, SSH and admin ports of an allowed host are other services.
    """
    sandbox.allow(Rule("allow", "good.test"), sandbox.good())

    done = sandbox.run(f"say(tunnel('good.test:{port}')[1])")

    assert " 403 " in done.out


FIRST = {
    "ssh banner": 'b"SSH-2.0-x\\r\\n"',
    "empty lines first": 'b"\\r\\n\\r\\nGET /smuggled HTTP/1.1\\r\\n\\r\\n"',
    "socks": 'b"\\5\\1\\0"',
    "smtp": 'b"EHLO x\\r\\n"',
    "binary": 'b"\\0\\1\\2\\3smuggled"',
    "http2 preface": 'b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"',
    "a lower-case method": 'b"get /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n"',
    "tls of an old kind": 'b"\\x80\\x2e\\1\\0\\2"',
}


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST.keys())
def test_a_tunnel_is_no_socket(sandbox: SandboxProbe, first: str) -> None:
    """Promise: bytes in a tunnel that are neither TLS nor HTTP end it, unseen outside.

    Why: Agent Sandbox, SafeYolo and Sandcat let raw TCP through CONNECT.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run(f"""
        wire, status = tunnel(f"good.test:{{PORT}}")
        say(status)
        wire.sendall({first})
        say("back", {first}[:12] in read(wire, 1))
    """)

    assert "back True" not in done.out, done.out


@pytest.mark.parametrize("name", ["evil.test", "127.0.0.1", "sub.good.test"])
def test_tls_names_the_host_of_the_connect(sandbox: SandboxProbe, name: str) -> None:
    """Promise: the name in TLS is the name in CONNECT, or the tunnel ends.

    Why: domain fronting; an address sends no name at all.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run(f"""
        wire, status = tunnel(f"good.test:{{PORT}}")
        try:
            inner = tls(wire, "{name}")
            say("shook hands")
        except OSError as error:
            say("refused", error)
    """)

    assert "refused" in done.out, done.out


HELLO = """
        def hello(name, kind, body):
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            context = ssl.create_default_context()
            wrapped = context.wrap_bio(incoming, outgoing, server_hostname=name)
            try:
                wrapped.do_handshake()
            except ssl.SSLWantReadError:
                pass
            data = bytearray(outgoing.read())
            data += struct.pack(">HH", kind, len(body)) + body
            at = 5 + 4 + 2 + 32
            at += 1 + data[at]
            at += 2 + struct.unpack(">H", data[at:at + 2])[0]
            at += 1 + data[at]
            data[at:at + 2] = struct.pack(">H", len(data) - at - 2)
            data[3:5] = struct.pack(">H", len(data) - 5)
            data[6:9] = struct.pack(">I", len(data) - 9)[1:]
            wire, status = tunnel(f"good.test:{PORT}")
            wire.sendall(bytes(data))
            return read(wire, 1)

        noise = b"\\0\\0\\1\\0\\1\\7\\0\\x20" + b"k" * 32 + b"\\0\\x90" + b"p" * 144
"""


@pytest.mark.parametrize(
    "hidden",
    [
        '"good.test", 0xfe0d, bytes(8)',
        '"good.test", 0xfe0d, b"\\1"',
        '"good.test", 0xffce, noise',
        '"evil.test", 0xfe0d, noise',
    ],
)
def test_encrypted_hellos_are_refused(sandbox: SandboxProbe, hidden: str) -> None:
    """Promise: a ClientHello that is meant to hide a name ends the tunnel.

    Why: its outer name is decoration; the real one cannot be seen.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run(f"""{HELLO}
        answer = hello({hidden})
        say("alert", answer[:1] == b"\\x15" and answer[-1] in (49, 112))
    """)

    assert "alert True" in done.out, done.out


HEADS = {
    "another Host": "GET /smuggled HTTP/1.1\\r\\nHost: evil.test\\r\\n\\r\\n",
    "two Hosts": "GET /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\nHost: evil.test"
    "\\r\\n\\r\\n",
    "no Host": "GET /smuggled HTTP/1.1\\r\\nAccept: x\\r\\n\\r\\n",
    "another absolute URL": "GET http://evil.test/smuggled HTTP/1.1\\r\\n"
    "Host: good.test\\r\\n\\r\\n",
    "length and chunks": "POST /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\n"
    "Content-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
    "two lengths": "POST /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\n"
    "Content-Length: 0\\r\\nContent-Length: 4\\r\\n\\r\\nabcd",
    "a length with a sign": "POST /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\n"
    "Content-Length: +4\\r\\n\\r\\nabcd",
    "a coding of coding": "POST /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\n"
    "Transfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
    "a bare line feed": "GET /smuggled HTTP/1.1\\nHost: good.test\\n\\n",
    "a folded field": "GET /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\nX: a\\r\\n b"
    "\\r\\n\\r\\n",
    "a space before a colon": "GET /smuggled HTTP/1.1\\r\\nHost : good.test\\r\\n"
    "Host: good.test\\r\\n\\r\\n",
    "NUL": "GET /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\nX: a\\x00b\\r\\n\\r\\n",
    "TRACE": "TRACE /smuggled HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n",
    "HTTP/0.9": "GET /smuggled\\r\\n\\r\\n",
    "HTTP/3.7": "GET /smuggled HTTP/3.7\\r\\nHost: good.test\\r\\n\\r\\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_a_head_with_two_readings_reaches_nobody(
    sandbox: SandboxProbe, head: str
) -> None:
    """Promise: a request that two programs may read differently is answered by us.

    Why: CL beside TE, bare LF and a second Host are how requests are smuggled.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run(f"""
        wire, status = tunnel(f"good.test:{{PORT}}")
        head = "{head}".replace("good.test", f"good.test:{{PORT}}")
        wire.sendall(head.encode("latin-1"))
        answer = read(wire, 1).decode("latin-1")
        say(answer.split("\\r\\n")[0])
    """)

    first = done.out.strip()
    assert first.startswith(("HTTP/1.1 4", "Denied")) or not first, done.out
    assert " 404" not in done.out


PATHS = {
    "dot segments": "/public/../private",
    "escaped dots": "/public/%2e%2e/private",
    "half escaped": "/public/.%2e/private",
    "escaped slash": "/public/..%2fprivate",
    "double slash": "//private",
    "escaped twice": "/public/%252e%252e/private",
    "backslash": "/public/..\\\\private",
    "path parameter": "/public/..;/private",
    "plainly": "/private",
    "another case": "/PUBLIC/x",
    "a broken escape": "/public/%zz",
    "escaped NUL": "/public/%00",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_a_path_rule_holds_for_every_spelling(sandbox: SandboxProbe, path: str) -> None:
    """Promise: `/public/**` lets nothing pass that a server may read as elsewhere.

    Why: `/public/../private` passes a prefix rule (Agent Sandbox).
    """
    sandbox.allow(sandbox.good(paths=("/public/**",), methods=("GET",)))

    done = sandbox.run(f"say(via('good.test', '{path}').split('\\r\\n')[0])")

    assert " 403" in done.out or " 400" in done.out, done.out


def test_an_empty_line_first_does_not_end_the_reading(sandbox: SandboxProbe) -> None:
    """Promise: what begins with CRLF inside TLS is read by the rules, or not at all.

    Why: Agent Sandbox's path rules are void once the client sends CRLF first.
    """
    sandbox.allow(sandbox.good(paths=("/public/**",)))

    sandbox.run("""
        wire, status = tunnel(f"good.test:{PORT}")
        inner = tls(wire, "good.test")
        head = f"GET /behind HTTP/1.1\\r\\nHost: good.test:{PORT}\\r\\n\\r\\n"
        try:
            inner.sendall(b"\\r\\n" + head.encode())
            say(read(inner, 1).decode("latin-1")[:12])
        except OSError:
            say("closed")
    """)

    assert not sandbox.web.got("GET /behind")


def test_each_request_of_a_connection_is_judged(sandbox: SandboxProbe) -> None:
    """Promise: a second request on a kept-alive connection has a verdict of its own.

    Why: the first is always innocent.
    """
    sandbox.allow(sandbox.good(paths=("/public/**",)))

    done = sandbox.run("""
        wire, status = tunnel(f"good.test:{PORT}")
        inner = tls(wire, "good.test")
        host = f"HTTP/1.1\\r\\nHost: good.test:{PORT}\\r\\n\\r\\n"
        inner.sendall(f"GET /public/a {host}".encode())
        inner.settimeout(5)
        data = b""
        while b"GET /public/a" not in data:
            data += inner.recv(65536)
        say("first", b" 200 " in data)
        try:
            inner.sendall(f"GET /private {host}".encode())
            say("second", read(inner, 1).decode("latin-1")[:12])
        except OSError:
            say("second closed")
    """)

    assert "second HTTP/1.1 403" in done.out, done.out
    assert not sandbox.web.got("GET /private HTTP")


def test_methods_are_held(sandbox: SandboxProbe) -> None:
    """Promise: a rule for GET lets no POST pass, and no body leaves.

    Why: reading a forge is not writing to it.
    """
    sandbox.allow(sandbox.good(methods=("GET",)))

    sandbox.run("say(via('good.test', '/x', method='POST', body='carried-out'))")

    assert not sandbox.web.got("carried-out")


def test_unset_proxy_variables_change_nothing(sandbox: SandboxProbe) -> None:
    """Promise: a program that ignores the proxy meets the same policy.

    Why: NO_PROXY=* is the first thing an agent tries.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.shell(
        "env -u HTTPS_PROXY -u https_proxy NO_PROXY='*' curl -sk -m 5 "
        "https://evil.test/ -o /dev/null; echo exit $?"
    )

    assert "exit 35" in done.out, done.out


def test_giant_heads_are_refused(sandbox: SandboxProbe) -> None:
    """Promise: a head of a megabyte is refused long before it is whole.

    Why: memory of all tasks' one gate.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run("""
        try:
            first = b"GET http://good.test/ HTTP/1.1\\r\\nX: "
            say(raw(first + b"a" * (1 << 20) + b"\\r\\n\\r\\n")[:12])
        except OSError as error:
            say("closed", error)
    """)

    assert "HTTP/1.1 400" in done.out or "closed" in done.out, done.out


def test_a_slow_head_loses_its_place(sandbox: SandboxProbe) -> None:
    """Promise: who has not said within ten seconds what it wants is let go.

    Why: slowloris.
    """
    done = sandbox.run(
        """
        with socket.create_connection(PROXY, 5) as wire:
            wire.settimeout(14)
            wire.sendall(b"GET ")
            try:
                say("closed", wire.recv(10) == b"")
            except TimeoutError:
                say("still open")
        """,
        60,
    )

    assert "closed True" in done.out


def test_connections_of_a_task_are_counted(sandbox: SandboxProbe) -> None:
    """Promise: a task has as many connections as its policy says, and no more.

    Why: one agent must not take the gate from the others.
    """
    sandbox.allow(sandbox.good(), limits=Limits(connections=8, per_second=1000))

    done = sandbox.run("""
        wires = [socket.create_connection(PROXY, 5) for _ in range(40)]
        there = f"good.test:{PORT}"
        for wire in wires:
            head = f"CONNECT {there} HTTP/1.1\\r\\nHost: {there}\\r\\n\\r\\n"
            wire.sendall(head.encode())
        through = 0
        for wire in wires:
            wire.settimeout(1.5)
            try:
                through += b" 200 " in wire.recv(100)
            except OSError:
                pass
        say("through", through <= 8)
    """)

    assert "through True" in done.out, done.out


def test_what_a_task_sends_is_counted(sandbox: SandboxProbe) -> None:
    """Promise: after so many bytes a task sends nothing more.

    Why: an allowed host is still a way to carry a repository out.
    """
    sandbox.allow(sandbox.good(), limits=Limits(upload=100_000))

    sandbox.run("""
        wire, status = tunnel(f"good.test:{PORT}")
        try:
            inner = tls(wire, "good.test")
            for number in range(60):
                inner.sendall(b"POST / HTTP/1.1\\r\\n\\r\\n" + b"x" * 10000)
            inner.sendall(b"the-last-of-it")
            read(inner, 2)
        except OSError as error:
            say("cut", error)
    """)

    assert not sandbox.web.got("the-last-of-it")


@pytest.mark.parametrize("first", ["\\x05\\x01\\x00", "\\x04\\x01\\x00\\x50"])
def test_the_proxy_speaks_no_socks(real_sandbox: SandboxProbe, first: str) -> None:
    """Promise: SOCKS on the proxy's port is answered with a refusal.

    Why: it has no words for a policy.
    """
    done = real_sandbox.run(f"say(raw(b'{first}' + b'\\r\\n\\r\\n')[:12])")

    assert "HTTP/1.1 400" in done.out, done.out
