"""Mutated inputs for everything that reads foreign bytes: the gate's, and settings.

`python -m tests.fuzz [COUNT] [SEED] [TARGET…]` prints a line for each target, which
gets COUNT inputs; a crash, or an allow that the reference model denies, ends it with
the input that did it.
"""

import contextlib
import random
import re
import ssl
import sys
import time
from collections.abc import Iterator

from swarm.gate import dns, http2_fields, request_head, tls_client_hello
from swarm.gate.dns import FakeAddresses
from swarm.gate.http2_frames import Http2Refused
from swarm.gate.request_head import BadHead
from swarm.gate.secret_masker import SecretMasker
from swarm.gate.tls_client_hello import BadClientHello
from swarm.gate.websocket_frames import HEADER_BYTES
from swarm.gate.websocket_search import AnswerSearch
from swarm.policy import hosts, policy_parser, request_target
from swarm.policy.decide import Attempt, PolicyEvaluator
from swarm.policy.hosts import BadHost, Host
from swarm.policy.request_target import BadTarget
from swarm.policy.rules import Policy, Rule
from swarm.policy.toml_table import BadPolicy
from tests import (
    fuzz_channels,
    fuzz_compose,
    fuzz_detection,
    fuzz_limits,
    fuzz_logins,
    fuzz_plain,
    fuzz_ports,
    fuzz_settings,
    fuzz_streams,
)
from tests.fuzz_target import Broken, Target
from tests.gate import hellos

POLICY = Policy(
    rules=(
        Rule("allow", "good.test"),
        Rule("allow", "*.wild.test", (443, 8443)),
        Rule("allow", "api.test", methods=("GET",), paths=("/v1/**", "/a/*/c")),
        Rule("deny", "*.deny.wild.test", ()),
    )
)
JUDGE = PolicyEvaluator(POLICY)
SPICE = (
    b"..", b"%00", b"%2e", b"\0", b"\r\n", b"\n", b"\t", b" ", b"@", b"#", b"?", b"//",
    b"\\", b"%2f", b";", b"good.test", b"evil.test", b"wild.test", b"127.1", b"0x7f",
    b"[::1]", b"xn--", b":443", b":0", b"\xff", b"\xc3\xa9", b"Host: evil.test\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"\x16\x03\x01", b"-",
    b"[[allow]]\n", b'host = "*"\n', b"= [", b'"', b"version = 1\n", b"\x80", b"\xc0",
)  # fmt: skip
"""What two programs read differently, put anywhere."""


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """The seed after a few small accidents."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        place = chance.randint(0, len(data))
        match chance.randint(0, 5):
            case 0 if data:
                data[place % len(data)] = chance.randint(0, 255)
            case 1:
                data[place:place] = chance.choice(SPICE)
            case 2:
                del data[place : place + chance.randint(1, 8)]
            case 3 if data:
                data[place % len(data)] ^= 1 << chance.randint(0, 7)
            case 4:
                end = place + chance.randint(1, 12)
                data[place:place] = data[place:end]
            case _:
                data = bytearray(bytes(data).swapcase())
    return bytes(data)


def _host(data: bytes) -> bool:
    text = data.decode("latin-1")
    try:
        found = hosts.parse(text)
    except BadHost:
        return False
    allowed = JUDGE.decide(Attempt(found, 443), 0.0).allow
    if allowed and not _reference_host(text):
        raise Broken(f"{text!r} was allowed as {found}")
    if hosts.parse(str(found)) != found:
        raise Broken(f"{text!r}: {found} is read otherwise")
    return True


def _reference_host(text: str) -> bool:
    """The plainest reading there is: letters, and nothing else passes."""
    name = text.lower()
    name = name[:-1] if name.endswith(".") else name
    if not re.fullmatch(r"[a-z0-9_.-]+", name) or ".." in name or name[0] == ".":
        return False
    if name.endswith(".deny.wild.test"):
        return False
    return name in ("good.test", "api.test") or name.endswith(".wild.test")


def _head(data: bytes) -> bool:
    try:
        end = request_head.end(data)
        if not end:
            return False
        found = request_head.parse(data[:end])
    except BadHead:
        return False
    text = data[:end]
    if text.lower().count(b"\r\nhost:") > 1 or b"\0" in text:
        raise Broken(f"{text!r} was taken")
    if re.search(rb"(?<!\r)\n", text):
        raise Broken(f"a bare line feed was taken: {text!r}")
    fields = text.lower()
    if b"\r\ncontent-length:" in fields and b"\r\ntransfer-encoding:" in fields:
        raise Broken(f"a length beside a coding was taken: {text!r}")
    if found.host is not None and found.host.name.encode() not in text.lower():
        raise Broken(f"{found.host} is not in {text!r}")
    return True


def _hello(data: bytes) -> bool:
    try:
        found = tls_client_hello.parse(data)
    except BadClientHello:
        return False
    if found and found.server_name.encode("latin-1") not in data.lower():
        raise Broken(f"{found} is not in {data!r}")
    return found is not None


def _dns(data: bytes) -> bool:
    answer = dns.answer(data, FakeAddresses())
    if answer is None:
        return False
    if answer.data and answer.data[:2] != data[:2]:
        raise Broken(f"another id: {data!r}")
    if len(answer.data) > 4096:
        raise Broken(f"amplified: {data!r}")
    return True


def _target(data: bytes) -> bool:
    text = data.decode("latin-1")
    try:
        found = request_target.parse(text)
    except BadTarget:
        return False
    attempt = Attempt(Host("api.test"), 443, "GET", found)
    if JUDGE.decide(attempt, 0.0).allow and not _reference_path(text):
        raise Broken(f"{text!r} was allowed as {found.path}")
    return True


def _reference_path(text: str) -> bool:
    """Only what every server reads alike, by eye."""
    path = re.sub(
        r"%([0-9A-Fa-f]{2})",
        lambda m: c if (c := chr(int(m[1], 16))).isalnum() or c in "-._~" else m[0],
        text.partition("?")[0],
    )
    if any(part in (".", "..", "") for part in path.split("/")[1:-1]):
        return False
    if re.search(r"%2[fF]|%5[cC]|%3[bB]|%0|%1|%25|%7[fF]|[\\;]", path):
        return False
    if path.rpartition("/")[2] in (".", ".."):
        return False
    return (
        path == "/v1"
        or path.startswith("/v1/")
        or bool(re.fullmatch(r"/a/[^/]*/c/?", path))
    )


def _policy(data: bytes) -> bool:
    try:
        layer = policy_parser.parse(data.decode("utf-8", "surrogateescape"), "fuzz")
    except BadPolicy:
        return False
    for rule in layer.rules:
        if rule.kind != "deny" and rule.host in ("*", "*.com", "*.test", ""):
            raise Broken(f"{rule.host!r} was taken from {data!r}")
    return True


def _fields(data: bytes) -> bool:
    """Lines of `name value`, as the fields of a request of HTTP/2."""
    pairs = [line.partition(b" ") for line in data.split(b"\n")]
    fields = [(name, value) for name, _, value in pairs]
    try:
        asked = http2_fields.request(fields)
    except (BadHead, Http2Refused):
        return False
    for key, value in http2_fields.forward_fields(asked, None, False, False):
        if re.search(rb"[\r\n\0]", key + value) or key != key.lower():
            raise Broken(f"{fields!r} goes on as {key!r}: {value!r}")
    named = {value for key, value in fields if key in (b":authority", b"host")}
    if len({value.lower().rstrip(b".") for value in named if value}) != 1:
        raise Broken(f"{fields!r} was taken for {asked.head.host}")
    _target(asked.head.target.encode("latin-1"))
    return True


def _client_hello() -> bytes:
    outgoing = ssl.MemoryBIO()
    made = ssl.create_default_context().wrap_bio(
        ssl.MemoryBIO(), outgoing, server_hostname="good.test"
    )
    with contextlib.suppress(ssl.SSLWantReadError):
        made.do_handshake()
    return outgoing.read()


SECRET = b"sk-a-real-key-0123"
MESSAGES = (
    b"\x81\x05hello\x89\x02hi\x82\x7e\x00\x80" + b"x" * 128,
    b"\x01\x09sk-a-real\x00\x00\x80\x09-key-0123\x88\x02\x03\xe8",
    b"\x82\x7f" + (20).to_bytes(8) + b"." * 20,
)


def _searched(data: bytes) -> bool:
    search = AnswerSearch(SecretMasker([SECRET.decode()]))
    half = len(data) // 2
    output = search.feed(data[:half]) + search.feed(data[half:]) + search.finish()
    if SECRET in output:
        raise Broken(f"a secret passed: {data!r}")
    if not search.refusal and len(data) - len(output) > HEADER_BYTES + 125:
        raise Broken(f"bytes were held back: {data!r}")
    if len(output) > len(data) + 127:
        raise Broken(f"bytes were made up: {data!r}")
    return not search.refusal


HEAD = b"GET /v1/x HTTP/1.1\r\nHost: good.test\r\nAccept: */*\r\n\r\n"
TOML = (
    b'version = 1\n[[allow]]\nhost = "good.test"\nports = [443]\nmethods = ["GET"]\n'
    b'paths = ["/v1/**"]\n[[deny]]\nhost = "*.bad.test"\nquiet = true\n'
    b"[limits]\nconnections = 5\n[service.own]\n[[service.own.allow]]\n"
    b'host = "own.test"\n'
)
TARGETS = (
    Target(
        "hosts",
        (b"good.test", b"a.wild.test", b"x.deny.wild.test", b"127.0.0.1", b"[::1]"),
        _host,
    ),
    Target(
        "heads",
        (
            HEAD,
            b"CONNECT good.test:443 HTTP/1.1\r\nHost: good.test:443\r\n\r\n",
            b"POST http://good.test/ HTTP/1.1\r\nHost: good.test\r\n"
            b"Content-Length: 5\r\n\r\n",
        ),
        _head,
    ),
    Target("hellos", (_client_hello(), *hellos.recorded().values()), _hello),
    Target(
        "dns",
        (b"\0\7\1\0\0\1\0\0\0\0\0\0\4good\4test\0\0\1\0\1",),
        _dns,
    ),
    Target(
        "fields",
        (
            b":method GET\n:scheme https\n:authority api.test\n:path /v1/x\n"
            b"te trailers",
            b":method GET\n:scheme https\n:path /v1\nhost good.test\nx-a b",
        ),
        _fields,
    ),
    Target("targets", (b"/v1/a/b?c=d", b"/a/b/c", b"/v1/%41/..", b"/x"), _target),
    Target("policies", (TOML,), _policy),
    *fuzz_plain.TARGETS,
    *fuzz_streams.TARGETS,
    *fuzz_settings.TARGETS,
    *fuzz_logins.TARGETS,
    *fuzz_limits.TARGETS,
    *fuzz_channels.TARGETS,
    *fuzz_detection.TARGETS,
    *fuzz_ports.TARGETS,
    *fuzz_compose.TARGETS,
    Target("ws-search", MESSAGES, _searched),
)
SHARES = {
    "compose": 0.005,
    "policies": 0.04,
    "hellos": 0.16,
    "h2-client": 0.01,
    "h2-host": 0.01,
    "detection": 0.01,
}
"""Of all inputs in a short run; the others share the rest alike."""


def run(count: int, seed: int) -> Iterator[str]:
    """A line for each target, which share the inputs; Broken names the input."""
    rest = (1.0 - sum(SHARES.values())) / (len(TARGETS) - len(SHARES))
    for target in TARGETS:
        yield run_one(target, int(count * SHARES.get(target.name, rest)), seed)


def run_one(target: Target, count: int, seed: int) -> str:
    """A line about one target; Broken names the input."""
    # A seed of one's own repeats one target without the others.
    chance = random.Random(f"{seed} {target.name}")
    began, taken = time.monotonic(), 0
    for _ in range(count):
        data = mutated(chance.choice(target.seeds), chance)
        try:
            taken += target.check(data)
        except Broken:
            raise
        except Exception as error:
            raise Broken(f"{target.name}: {error!r} on {data!r}") from error
    seconds = time.monotonic() - began
    return f"{target.name:<9} {count:>9} inputs  {taken:>8} taken  {seconds:6.1f} s"


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    inputs, first_seed = numbers + [1_000_000, 1][len(numbers) :]
    named = [word for word in sys.argv[1:] if not word.isdigit()]
    for one in TARGETS:
        if not named or one.name in named:
            print(run_one(one, inputs, first_seed), flush=True)
