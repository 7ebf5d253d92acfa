"""A policy file is taken whole or refused with file, line and key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.policy.policy_parser import parse
from swarm.policy.toml_table import BadPolicy

WHOLE = """
version = 1
services = ["claude", { name = "github", repos = ["o/r"], git = "read", api = "read" }]

[[allow]]
host = "API.example.com"
ports = [443]
methods = ["GET", "HEAD"]
paths = ["/v1/**"]
max_upload = "1MiB"
rate = "120/min"
expires = 2026-12-01T00:00:00Z
reason = "ticket 42"
inject = { header = "Authorization", template = "Bearer {}", secret = "example.token" }

[[deny]]
host = "*.telemetry.example"
quiet = true

[[tcp]]
host = "db.internal"
ports = [5432]
allow_private = true

[secrets."example.token"]
source = "env:TOKEN"
hosts = ["api.example.com"]
placeholder = "EXAMPLE_TOKEN"
expires = 2026-12-01T00:00:00Z

[tls]
passthrough = ["pinned.example:443"]

[network]
allow_nets = ["10.0.0.0/8"]
"""


def test_everything_a_file_can_say() -> None:
    """Each rule knows its line."""
    layer = parse(WHOLE, "policy.toml")

    assert [(rule.id, rule.origin) for rule in layer.rules] == [
        ("allow api.example.com", "policy.toml:5"),
        ("deny *.telemetry.example", "policy.toml:16"),
        ("tcp db.internal:5432", "policy.toml:20"),
    ]
    assert layer.rules[0].max_upload == 1 << 20
    assert layer.rules[0].rate == 120
    assert layer.rules[0].inject is not None
    assert layer.secrets[0].hosts == ("api.example.com",)
    assert layer.secrets[0].expires == layer.rules[0].expires == 1796083200.0
    assert layer.passthrough == ("pinned.example:443",)


WRONG_VERSIONS = ("2", "0", "-1", '"1"', "1.0", "true", "[1]", "{}")


def test_a_file_without_a_version_is_of_the_first_one() -> None:
    rule = '[[allow]]\nhost = "a.b"\n'

    assert parse("", "p") == parse("version = 1", "p")
    for layer in ("user", "repo"):
        unversioned = parse(f"\n{rule}", "p", layer)
        assert unversioned == parse(f"version = 1\n{rule}", "p", layer)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        *((f"version = {wrong}", "p:1: version") for wrong in WRONG_VERSIONS),
        ("\n[tls]\nversion = 1", "p:3: tls.version: unknown key"),
        ("version = 1\ncolour = 1", "p:2: colour: unknown key"),
        (
            'version = 1\n\n[[allow]]\nhots = "a.b"',
            "p:4: allow.hots: unknown key; is 'host' meant?",
        ),
        ('version = 1\n[[allow]]\nhost = "*"', "p:3: allow.host"),
        ('version = 1\n[[allow]]\nhost = "*.com"', "p:3: allow.host"),
        ('version = 1\n[[allow]]\nhost = "a.b"\nports = [0]', "p:4: allow.ports"),
        ('version = 1\n[[allow]]\nhost = "a.b"\nmethods = ["get"]', "allow.methods"),
        ('version = 1\n[[allow]]\nhost = "a.b"\npaths = ["v1"]', "allow.paths"),
        ('version = 1\n[[allow]]\nhost = "a.b"\nrate = "9/s"', "allow.rate"),
        ('version = 1\n[[allow]]\nhost = "a.b"\nexpires = "x"', "allow.expires"),
        ('version = 1\n[[tcp]]\nhost = "a.b"\nmethods = ["GET"]', "tcp.host"),
        ('version = 1\n[secrets.a]\nsource = "literal"', "secrets.a.source"),
        ('version = 1\n[secrets.a]\nsource = "env:A"', "secrets.a.hosts"),
        (
            'version = 1\n[secrets.a]\nsource = "env:A"\nhosts = ["a.b"]\n'
            "expires = 2026-12-01",
            "p:5: secrets.a.expires: must be a date and time with an offset",
        ),
        (
            'version = 1\n[network]\nallow_nets = ["10.0.0.1/8"]',
            "p:3: network.allow_nets",
        ),
        ("version = 1\n[[allow]]\nports = [1]", "p:2: allow.host: is missing"),
        ("version = 1\nservices = [3]", "p:2: services"),
        ('version = 1\ndefault = "allow"', "p:2: default"),
        ("version = 1\n[[allow", "p: "),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: str) -> None:
    """File, line and key, and nothing of the file is taken."""
    with pytest.raises(BadPolicy) as refused:
        parse(text, "p")

    assert place in str(refused.value)


IDLE_KEYS = [
    ("allow", 'host = "a.b"\nquiet = true', "quiet"),
    ("tcp", 'host = "a.b"\nquiet = true', "quiet"),
    ("tcp", 'host = "a.b"\nrate = "9/min"', "rate"),
    ("deny", 'host = "a.b"\nallow_private = true', "allow_private"),
    ("deny", 'host = "a.b"\nmax_upload = 9', "max_upload"),
    ("deny", 'host = "a.b"\nrate = "9/min"', "rate"),
    ("deny", 'host = "a.b"\nmodel = "openai"', "model"),
    (
        "deny",
        'host = "a.b"\ninject = { header = "A", template = "{}", secret = "s" }',
        "inject",
    ),
    ("tcp", 'host = "8.8.8.8"\nallow_private = true', "allow_private"),
]


@pytest.mark.parametrize(("kind", "text", "key"), IDLE_KEYS)
@pytest.mark.parametrize("service", [False, True])
def test_a_key_that_does_nothing_is_a_mistake(
    kind: str, text: str, key: str, service: bool
) -> None:
    """It would be believed; in a service of one's own too."""
    if service and kind == "tcp":
        return
    table = f"service.mine.{kind}" if service else kind

    with pytest.raises(BadPolicy) as refused:
        parse(f"version = 1\n[[{table}]]\n{text}", "p")

    assert f"p:4: {table}.{key}: " in str(refused.value)


NEVER = [
    "localhost",
    "a.localhost",
    "metadata.google.internal",
    "instance-data",
    "127.0.0.1",
    "169.254.169.254",
    "[::1]",
    "[fe80::1]",
    "0.0.0.0",
    "[::ffff:10.0.0.1]",
    "1.0.0.10.in-addr.arpa",
]


@pytest.mark.parametrize("host", NEVER)
@pytest.mark.parametrize("kind", ["allow", "tcp"])
def test_a_rule_for_what_is_never_open_is_a_mistake(kind: str, host: str) -> None:
    text = f'version = 1\n[[{kind}]]\nhost = "{host}"\nallow_private = true'

    with pytest.raises(BadPolicy, match=rf"p:3: {kind}\.host: .*no rule opens"):
        parse(text, "p")


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("git.corp.internal", "allow_private = true"),
        ("*.corp.internal", "allow_private = true"),
        ("nas.local", "allow_private = true"),
        ("host.docker.internal", "allow_private = true"),
        ("10.0.0.7", "allow_private = true"),
        ("100.64.0.1", "allow_private = true"),
        ("8.8.8.8", "[[tcp]]"),
        ("dns.google", "[[tcp]]"),
        ("ok.example:853", "[[tcp]]"),
    ],
)
def test_a_rule_that_opens_nothing_names_the_line_that_does(
    host: str, line: str
) -> None:
    name, _, port = host.partition(":")
    ports = f"\nports = [443, {port}]" if port else ""

    with pytest.raises(BadPolicy) as refused:
        parse(f'version = 1\n[[allow]]\nhost = "{name}"{ports}', "p")

    assert "p:3: allow.host: " in str(refused.value)
    assert line in str(refused.value)
    kind, private = ("tcp", "") if line == "[[tcp]]" else ("allow", f"\n{line}")
    parse(f'version = 1\n[[{kind}]]\nhost = "{name}"{ports}{private}', "p")


@pytest.mark.parametrize(
    "rule",
    [
        '[[tcp]]\nhost = "10.0.0.7"\nports = [22]',
        '[[tcp]]\nhost = "10.0.0.7"\nallow_private = true',
        '[[tcp]]\nhost = "db.internal"\nports = [5432]',
        '[[allow]]\nhost = "intranet"\nallow_private = true',
        '[[deny]]\nhost = "localhost"',
        '[[deny]]\nhost = "10.0.0.7"\nquiet = true',
        '[[deny]]\nhost = "a.b"\nallow_private = false',
    ],
)
def test_what_does_something_is_taken(rule: str) -> None:
    assert len(parse(f"version = 1\n{rule}", "p").rules) == 1


@given(st.text() | st.text(alphabet='[]{}="\n.*ahostversion1 '))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    """Never another error."""
    try:
        parse(text, "p")
    except BadPolicy:
        return
