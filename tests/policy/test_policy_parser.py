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
    assert layer.passthrough == ("pinned.example:443",)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "p:1: version"),
        ("version = 2", "p:1: version"),
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


@given(st.text() | st.text(alphabet='[]{}="\n.*ahostversion1 '))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    """Never another error."""
    try:
        parse(text, "p")
    except BadPolicy:
        return
