"""Layers add up, a deny from any of them wins, and a repository only narrows."""

from swarm.policy.layers import resolve
from swarm.policy.policy_parser import parse
from swarm.policy.rules import Limits, Policy


def test_a_repository_can_only_narrow_or_ask() -> None:
    """Its allows are requests; its denies and its strictness count."""
    user = parse('version = 1\n[[allow]]\nhost = "ok.example"', "user")
    repo = parse(
        'version = 1\ndefault = "log"\ninspect = "always"\nservices = ["claude"]\n'
        '[[allow]]\nhost = "evil.example"\n[[deny]]\nhost = "ok.example"\n'
        '[network]\nallow_nets = ["10.0.0.0/8"]\n'
        '[tls]\npassthrough = ["ok.example:443"]',
        "repo",
        layer="repo",
    )

    found = resolve([user, repo], {})

    assert [rule.id for rule in found.policy.rules] == [
        "allow ok.example",
        "deny ok.example",
    ]
    assert found.policy.default == "deny"
    assert found.policy.inspect == "always"
    assert found.policy.allow_nets == found.policy.passthrough == ()
    assert [rule.host for rule in found.requests] == ["evil.example"]


def test_no_layers_allow_nothing() -> None:
    """A missing file is an empty policy."""
    assert resolve([], {}).policy == Policy()


def test_a_repository_silences_nothing() -> None:
    """A quiet deny of its own would hide what its agents try."""
    quiet = 'version = 1\n[[deny]]\nhost = "evil.example"\nquiet = true'

    layers = {name: parse(quiet, name, name) for name in ("user", "repo")}
    heard = {
        (name, trusted): resolve([one], {}, trust_repo=trusted).policy.rules[0].quiet
        for name, one in layers.items()
        for trusted in (True, False)
    }

    assert heard == {
        ("user", True): True,
        ("user", False): True,
        ("repo", True): False,
        ("repo", False): False,
    }


def test_the_strictest_limits_count() -> None:
    """Each number for itself; a layer without limits loosens none."""
    texts = (
        "[limits]\nconnections = 5\nupload = '1MiB'",
        "[limits]\nconnections = 9\nper_second = 3",
        "",
    )
    layers = [parse(f"version = 1\n{text}", "p") for text in texts]

    limits = resolve(layers, {}).policy.limits

    assert limits == Limits(connections=5, per_second=3, upload=1 << 20)


def test_a_later_layer_s_setting_counts() -> None:
    """A file that does not name the setting leaves it as it is."""
    texts = ('default = "log"\ninspect = "never"', 'inspect = "always"', "")
    layers = [parse(f"version = 1\n{text}", "p") for text in texts]

    policy = resolve(layers, {}).policy

    assert (policy.default, policy.inspect) == ("log", "always")
