"""Rules come and go in a human's own file; the rest of it stays as it was."""

from pathlib import Path

import pytest

from swarm.config import policy_files, policy_writer
from swarm.errors import ConfigError
from swarm.policy.rules import Inject, Rule, Secret

OWN = """\
version = 1  # ours

# For the ticket.
[[allow]]
host = "old.example"
"""


def test_a_rule_is_added_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(OWN)
    rule = Rule("allow", "new.example", (8443,), ("GET",), ("/v1/**",), reason="mine")

    policy_writer.add(file, rule, "user")

    layer = policy_files.read(file, "user")
    assert layer is not None
    added = layer.rules[-1]
    assert [rule.host for rule in layer.rules] == ["old.example", "new.example"]
    assert (added.ports, added.methods, added.paths) == ((8443,), ("GET",), ("/v1/**",))
    assert added.reason == "mine"
    assert file.read_text().startswith(OWN.rstrip())


def test_a_rule_keeps_its_end_and_what_it_opens(tmp_path: Path) -> None:
    """A rule for an hour that is written without its end counts for ever."""
    file = tmp_path / "policy.toml"
    given = Rule("allow", "git.internal", (8443,), expires=2e9, allow_private=True)

    policy_writer.add(file, given, "user")

    layer = policy_files.read(file, "user")
    assert layer is not None
    (rule,) = layer.rules
    assert (rule.expires, rule.allow_private) == (2e9, True)


def test_a_first_rule_makes_the_file(tmp_path: Path) -> None:
    """With the template's comments, and nothing half-written beside it."""
    file = tmp_path / "new" / "policy.toml"

    policy_writer.add(file, Rule("deny", "evil.example", ()), "user")

    assert file.read_text().startswith(policy_writer.TEMPLATE.splitlines()[0])
    assert 'host = "evil.example"' in file.read_text()
    assert list(file.parent.iterdir()) == [file]


def test_every_rule_about_exactly_that_host_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(OWN)
    for host in ("a.example", "b.a.example", "A.example"):
        policy_writer.add(file, Rule("allow", host), "user")
    policy_writer.add(file, Rule("deny", "a.example"), "user")

    removed = policy_writer.remove(file, "a.example", "user")

    assert sorted(removed) == [
        "allow a.example",
        "allow a.example",
        "deny a.example",
    ]
    layer = policy_files.read(file, "user")
    assert layer is not None
    assert [rule.host for rule in layer.rules] == ["old.example", "b.a.example"]
    assert "# For the ticket." in file.read_text()


def test_nothing_to_remove_leaves_the_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"

    assert policy_writer.remove(file, "a.example", "user") == []
    assert not file.exists()


@pytest.mark.parametrize("text", ["version = = 1", "version = 1\nunknown = 2\n"])
def test_a_file_with_a_mistake_is_not_written(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)

    with pytest.raises(ConfigError):
        policy_writer.add(file, Rule("allow", "a.example"), "user")

    assert file.read_text() == text


def test_the_template_is_in_order_and_never_replaces_a_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    policy_writer.create(file)
    assert policy_files.read(file, "user") is not None

    file.write_text(OWN)
    policy_writer.create(file)

    assert file.read_text() == OWN


def test_a_service_is_switched_on_once_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(OWN)

    for name in ("uv-python", "uv-python", "rustup"):
        policy_writer.add_service(file, name, {}, "user")

    layer = policy_files.read(file, "user")
    assert layer is not None
    assert [service.name for service in layer.services] == ["uv-python", "rustup"]
    assert [rule.host for rule in layer.rules] == ["old.example"]
    assert "# For the ticket." in file.read_text()


def test_a_forge_gets_one_more_repository(tmp_path: Path) -> None:
    """What stands there stays: more is allowed, and nothing twice."""
    file = tmp_path / "policy.toml"
    text = '{ name = "github", repos = ["o/a"], git = "write" }'
    file.write_text(f"version = 1\nservices = [{text}]\n")

    for repo in ("o/a", "o/b"):
        policy_writer.add_service(file, "github", {"repos": [repo]}, "user")

    layer = policy_files.read(file, "user")
    assert layer is not None
    (service,) = layer.services
    assert service.options == {"repos": ["o/a", "o/b"], "git": "write"}


def test_a_secret_is_written_with_its_rule_and_once(tmp_path: Path) -> None:
    """What a human wrote stays, and a secret of that name is left alone."""
    file = tmp_path / "policy.toml"
    file.write_text(
        'version = 1 # mine\n\n[secrets.own]\nsource = "env:A"\nhosts = ["a.b"]\n'
    )
    secret = Secret("npm.r.test", "npmrc:r.test", ("r.test",))
    inject = Inject("Authorization", "Bearer {}", "npm.r.test")
    rule = Rule("allow", "r.test", methods=("GET",), inject=inject)

    assert policy_writer.add_secret(file, secret, rule, "user")
    written = file.read_text()
    assert not policy_writer.add_secret(file, secret, rule, "user")

    layer = policy_files.read(file, "user")
    assert layer
    assert file.read_text() == written
    assert written.startswith("version = 1 # mine\n")
    assert [each.name for each in layer.secrets] == ["own", "npm.r.test"]
    assert layer.secrets[1].source == "npmrc:r.test"
    assert layer.secrets[1].origin == f"{file}:7"
    assert layer.rules[0].inject == inject


def test_the_first_secret_of_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    secret = Secret("pip.r.test:8443", "url:pip:r.test:8443", ("r.test",))
    rule = Rule("allow", "r.test", (8443,), inject=Inject("A", "{}", secret.name))

    policy_writer.add_secret(file, secret, rule, "user")

    layer = policy_files.read(file, "user")
    assert layer
    assert (layer.secrets[0].name, layer.rules[0].ports) == (secret.name, (8443,))


def test_a_link_stays_one_and_a_file_for_nobody_else_too(tmp_path: Path) -> None:
    """A policy may lie among a user's other settings, which are kept elsewhere."""
    kept = tmp_path / "dotfiles" / "policy.toml"
    kept.parent.mkdir()
    kept.write_text(OWN)
    kept.chmod(0o600)
    file = tmp_path / "policy.toml"
    file.symlink_to(kept)

    policy_writer.add(file, Rule("allow", "new.example"), "user")

    assert file.readlink() == kept
    assert "new.example" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
